"""Raw disks as images: holes, ends, faults; and which format an image has."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.storage.devices import MIB, loop_device, mounted, run
from tests.storage.disks import (
    opened_image,
    read_by_extents,
    read_whole,
    write_disk,
)
from vmatui.errors import SourceError
from vmatui.storage.images import Image, open_image
from vmatui.storage.qemuimage import QemuImage
from vmatui.storage.rawimage import RawImage


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "disk.raw"


def test_a_raw_file_is_read_byte_for_byte_and_its_hole_is_known(path: Path) -> None:
    write_disk(path, 8 * MIB, {MIB: b"\x11" * MIB, 5 * MIB + 512: b"x"})
    with opened_image(path) as image:
        assert image.path == path
        assert image.size == 8 * MIB
        assert read_by_extents(image) == path.read_bytes() == read_whole(image)
        extents = list(image.extents(0, image.size))
        assert (0, MIB, False) in extents
        assert (MIB, 2 * MIB, True) in extents
        assert not extents[-1][2]
        image.check_unchanged()


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 4096, 65536, 65537, MIB + 1000])
def test_a_size_is_rounded_up_to_sectors_with_zeros(path: Path, size: int) -> None:
    path.write_bytes(b"\x55" * size)
    with opened_image(path) as image:
        assert image.size == -(-size // 512) * 512
        assert read_by_extents(image) == path.read_bytes().ljust(image.size, b"\0")
        assert read_whole(image) == path.read_bytes().ljust(image.size, b"\0")
        image.check_unchanged()


def test_parts_are_read_and_walked_from_anywhere(path: Path) -> None:
    write_disk(path, 4 * MIB, {MIB: b"ab" * (MIB // 2), 3 * MIB: b"z" * 70000})
    data = path.read_bytes()
    with opened_image(path) as image:
        for start, end in (
            (0, 1),
            (MIB - 1, MIB + 1),
            (MIB + 3, 3 * MIB + 5),
            (4 * MIB - 9, 4 * MIB),
        ):
            view = bytearray(b"\xee" * (end - start))
            image.read_into(start, memoryview(view))
            assert view == data[start:end]
            extents = list(image.extents(start, end))
            assert [extents[0][0], extents[-1][1]] == [start, end]
        assert list(image.extents(MIB, MIB)) == []


def test_a_hundred_gib_with_little_in_them_are_a_handful_of_extents(path: Path) -> None:
    size = 100 << 30
    write_disk(path, size, {number * (size // 50): b"d" * MIB for number in range(50)})
    with opened_image(path) as image:
        extents = list(image.extents(0, image.size))
    assert len(extents) == 100
    assert sum(end - start for start, end, is_data in extents if is_data) == 50 * MIB
    assert extents[-1][1] == size


def test_extents_are_found_out_one_at_a_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_disk(path, 64 * MIB, {number * MIB: b"x" for number in range(0, 64, 2)})
    calls: list[int] = []
    real = os.lseek

    def counted(fd: int, offset: int, whence: int) -> int:
        calls.append(offset)
        return real(fd, offset, whence)

    with opened_image(path) as image:
        monkeypatch.setattr(os, "lseek", counted)
        assert len(list(islice(image.extents(0, image.size), 2))) == 2
    assert len(calls) <= 4


def test_where_nothing_is_known_of_holes_all_is_data(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_disk(path, MIB, {0: b"x"})

    def refuse(fd: int, offset: int, whence: int) -> int:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    with opened_image(path) as image:
        monkeypatch.setattr(os, "lseek", refuse)
        assert list(image.extents(0, image.size)) == [(0, MIB, True)]
        assert list(image.extents(4096, 8192)) == [(4096, 8192, True)]


@given(
    st.integers(1, 600),
    st.dictionaries(st.integers(0, 150), st.integers(1, 40), max_size=6),
    st.integers(0, 511),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_sparse_file_is_read_as_it_is(blocks: int, pieces: dict[int, int], odd: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "disk"
        size = blocks * 1024 - odd
        write_disk(path, size, {block * 4096: b"\x77" * (1000 * n) for block, n in pieces.items()})
        data = path.read_bytes()
        with opened_image(path, "raw") as image:
            assert read_by_extents(image, 9999) == data.ljust(image.size, b"\0")


@pytest.mark.root
def test_a_block_device_is_read_to_its_end(tmp_path: Path) -> None:
    backing = write_disk(
        tmp_path / "backing", 3 * MIB + 512, {MIB: b"b" * MIB, 3 * MIB: b"e" * 512}
    )
    with loop_device(backing) as device, opened_image(device) as image:
        assert isinstance(image, RawImage)
        assert image.size == 3 * MIB + 512
        assert read_by_extents(image) == backing.read_bytes()
        image.check_unchanged()


@pytest.mark.root
def test_holes_are_known_on_a_file_system_in_memory(tmp_path: Path) -> None:
    with mounted("tmpfs", tmp_path / "memory", "-t", "tmpfs", "-o", "size=8m") as folder:
        path = write_disk(folder / "disk", 64 * MIB, {32 * MIB: b"m" * MIB})
        with opened_image(path) as image:
            assert list(image.extents(0, image.size)) == [
                (0, 32 * MIB, False),
                (32 * MIB, 33 * MIB, True),
                (33 * MIB, 64 * MIB, False),
            ]


def test_a_disk_that_shrinks_is_named_with_both_sizes(path: Path) -> None:
    path.write_bytes(b"x" * MIB)
    with opened_image(path) as image:
        os.truncate(path, MIB // 2)
        with pytest.raises(SourceError) as caught:
            image.read_into(MIB // 4, memoryview(bytearray(MIB // 2)))
        assert str(caught.value) == (
            f"{path} changed from {MIB} to {MIB // 2} bytes while it was read: "
            "stop whatever writes to it, or read a snapshot of it"
        )
        with pytest.raises(SourceError, match=f"changed from {MIB} to {MIB // 2} bytes"):
            image.check_unchanged()


def test_a_disk_that_shrinks_does_not_derail_the_extents(path: Path) -> None:
    path.write_bytes(b"x" * MIB)
    with opened_image(path) as image:
        os.truncate(path, 0)
        extents = list(image.extents(0, image.size))
        assert extents[-1][1] == MIB


def test_a_disk_that_grows_is_refused_in_the_end(path: Path) -> None:
    path.write_bytes(b"x" * MIB)
    with opened_image(path) as image:
        os.truncate(path, 2 * MIB)
        assert read_whole(image) == b"x" * MIB
        with pytest.raises(SourceError, match=f"changed from {MIB} to {2 * MIB} bytes"):
            image.check_unchanged()


def test_a_read_error_is_named_with_path_and_offset(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"x" * MIB)

    def fail(fd: int, views: Sequence[memoryview], offset: int) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with opened_image(path) as image:
        monkeypatch.setattr(os, "preadv", fail)
        with pytest.raises(SourceError) as caught:
            image.read_into(65536, memoryview(bytearray(4096)))
    assert str(caught.value) == (
        f"{path} cannot be read at offset 65536: Input/output error; check the disk"
    )


def test_a_read_error_of_the_kernel_ends_with_our_error(path: Path) -> None:
    path.write_bytes(b"x" * MIB)
    code = (
        "import pathlib, sys\n"
        "from vmatui.errors import SourceError\n"
        "from vmatui.storage.rawimage import RawImage\n"
        "image = RawImage(pathlib.Path(sys.argv[1])); image.open()\n"
        "try: image.read_into(4096, memoryview(bytearray(512)))\n"
        "except SourceError as error: print(error)\n"
    )
    inject = "inject=preadv,preadv2:error=EIO"
    said = run("strace", "-f", "-o", "/dev/null", "-e", inject, sys.executable, "-c", code, path)
    assert said == f"{path} cannot be read at offset 4096: Input/output error; check the disk"


def test_short_reads_are_continued(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(range(256)) * 40
    path.write_bytes(data)
    real = os.preadv
    monkeypatch.setattr(os, "preadv", lambda fd, views, offset: real(fd, [views[0][:100]], offset))
    with opened_image(path) as image:
        assert read_whole(image) == data


def test_what_cannot_be_a_disk_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for name, reason in {
        "none": "does not exist: check the path",
        "fifo": "is neither a file nor a block device: name a disk image",
        ".": "is neither a file nor a block device: name a disk image",
        "a\0b": "is no path that can exist: check it",
        "x" * 300: "cannot be opened: File name too long",
    }.items():
        for format in (None, "raw", "qcow2"):
            with pytest.raises(SourceError, match=reason):
                open_image(tmp_path / name, format).open()


def test_a_disk_that_this_user_may_not_read_is_said() -> None:
    code = (
        "import os, pathlib, sys\n"
        "from vmatui.storage.rawimage import RawImage\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "RawImage(pathlib.Path(sys.argv[1])).open()\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "disk"
        path.touch(0)
        command = [sys.executable, "-c", code, str(path)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        assert f"{path} may not be read by this user: try as root" in answer.stderr


def test_closing_twice_and_before_opening_does_no_harm(path: Path) -> None:
    path.write_bytes(b"x" * 512)
    images: list[Image] = [RawImage(path), QemuImage(path, "qcow2")]
    for image in images:
        image.close()
        image.close()
