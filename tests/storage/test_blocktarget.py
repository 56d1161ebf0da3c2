"""Block devices as targets, on loop devices that each test makes for itself."""

from __future__ import annotations

import mmap
import os
import random
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.storage.devices import MIB, loop_device, mounted, opened, partition_of, run, swapping_on
from vmatui.errors import CancelledError, TargetError
from vmatui.storage.blocktarget import BlockTarget
from vmatui.storage.targets import Target

pytestmark = pytest.mark.root

SIZE = 24 * MIB


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Path]:
    with loop_device(tmp_path / "disk.img", SIZE, "-P") as device:
        yield device


def bytes_of(device: Path) -> bytes:
    with opened(device, os.O_RDONLY) as fd:
        return os.pread(fd, 64 * MIB, 0)


def aligned(data: bytes) -> memoryview:
    """Return the bytes in memory that begins at a page."""
    memory = mmap.mmap(-1, len(data))
    memory[:] = data
    return memoryview(memory)


def prepare(target: Target) -> None:
    target.prepare(lambda _: None, lambda: False)


def test_a_device_holds_exactly_what_was_written_and_zeros(device: Path) -> None:
    size = SIZE - 4096 + 512
    data = random.Random(1).randbytes(3 * MIB)
    target: Target = BlockTarget(device, size)
    target.open()
    ticks: list[int] = []
    target.prepare(ticks.append, lambda: False)
    assert ticks[-1] == size
    expected = bytearray(b"\0" * size + b"\xff" * (SIZE - size))
    memory = aligned(data)
    target.writev(MIB, [memory[: 2 * MIB], memory[2 * MIB :]])
    target.writev(8 * MIB + 512, [memory[512:1024]])
    target.writev(size - 2560, [memory[:65536]])
    target.writev(size, [memory[:4096]])
    target.finish()
    expected[MIB : 4 * MIB] = data
    expected[8 * MIB + 512 : 8 * MIB + 1024] = data[512:1024]
    expected[size - 2560 : size] = data[:2560]
    assert bytes_of(device) == expected


@pytest.mark.parametrize("sector", ["512", "4096"])
def test_pieces_at_odd_addresses_and_lengths_are_written(tmp_path: Path, sector: str) -> None:
    with loop_device(tmp_path / "disk.img", SIZE, "--sector-size", sector) as device:
        data = random.Random(2).randbytes(MIB + 1)
        target = BlockTarget(device, SIZE)
        target.open()
        memory = aligned(data)
        target.writev(0, [memory[1:]])
        target.writev(MIB, [memory[:100], memory[100:65536]])
        target.writev(2 * MIB, [memory[4096 * number :][:4096] for number in range(256)])
        target.finish()
        expected = data[1:] + data[:65536] + b"\xff" * (MIB - 65536) + data[:MIB]
        assert bytes_of(device)[: 3 * MIB] == expected


def test_a_reader_that_had_the_old_bytes_in_memory_reads_the_new_ones(device: Path) -> None:
    with opened(device, os.O_RDONLY) as reader:
        assert os.pread(reader, SIZE, 0) == b"\xff" * SIZE
        target = BlockTarget(device, SIZE - 512)
        target.open()
        prepare(target)
        assert os.pread(reader, SIZE, 0) == bytes(SIZE - 512) + b"\xff" * 512
        target.writev(0, [aligned(b"a" * MIB)])
        target.writev(SIZE - 4096, [aligned(b"b" * 4096)])
        target.sync()
        assert os.pread(reader, MIB, 0) == b"a" * MIB
        assert os.pread(reader, 4096, SIZE - 4096) == b"b" * 3584 + b"\xff" * 512
        target.finish()


def test_threads_may_write_at_once(device: Path) -> None:
    data = random.Random(3).randbytes(SIZE)
    memory = aligned(data)
    # Some pieces begin and end with a page and some do not: both ways of writing side by side.
    dice = random.Random(4)
    edges = {0, SIZE, *(dice.randrange(0, SIZE, 4096) for _ in range(300))}
    edges |= {dice.randrange(0, SIZE, 512) for _ in range(30)}
    target = BlockTarget(device, SIZE)
    target.open()

    def write(edge: tuple[int, int]) -> None:
        target.writev(edge[0], [memory[edge[0] : edge[1]]])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, pairwise(sorted(edges))))
    target.finish()
    assert bytes_of(device) == data


@pytest.mark.parametrize("end", ["finish", "discard", "keep_incomplete"])
def test_the_device_node_survives_every_end(device: Path, end: str) -> None:
    before = device.lstat()
    target = BlockTarget(device, SIZE)
    target.open()
    target.writev(0, [memoryview(b"x")])
    getattr(target, end)()
    target.discard()
    after = device.lstat()
    assert stat.S_ISBLK(after.st_mode)
    assert (after.st_ino, after.st_rdev, after.st_mode) == (
        before.st_ino,
        before.st_rdev,
        before.st_mode,
    )
    assert len(bytes_of(device)) == SIZE


def test_a_link_to_a_device_survives_and_incomplete_is_said_of_the_path(
    device: Path, tmp_path: Path
) -> None:
    link = tmp_path / "by-id"
    link.symlink_to(device)
    target = BlockTarget(link, SIZE)
    target.open()
    assert target.keep_incomplete() == str(link)
    assert link.readlink() == device


def test_a_cancelled_preparation_stops(device: Path) -> None:
    target = BlockTarget(device, SIZE)
    target.open()
    with pytest.raises(CancelledError):
        target.prepare(lambda _: None, lambda: True)
    target.discard()
    assert bytes_of(device) == b"\xff" * SIZE


Use = Callable[[Path, Path], AbstractContextManager[str]]
"""Puts a device to use (a folder may be needed) and yields how the refusal goes on."""


@contextmanager
def mounted_whole(device: Path, folder: Path) -> Iterator[str]:
    run("mkfs.ext4", "-q", device)
    # Read-only: a mounted file system writes to its device whenever it likes.
    with mounted(device, folder, "-o", "ro") as place:
        yield f"is mounted at {place}; release it"


@contextmanager
def mounted_in_part(device: Path, folder: Path) -> Iterator[str]:
    with partition_of(device) as partition:
        run("mkfs.ext4", "-q", partition)
        with mounted(partition, folder, "-o", "ro") as place:
            yield f"is mounted at {place}; release it"


@contextmanager
def swapped(device: Path, folder: Path) -> Iterator[str]:
    with swapping_on(device):
        yield "is used as swap space; release it"


@contextmanager
def claimed(device: Path, folder: Path) -> Iterator[str]:
    with opened(device, os.O_RDONLY | os.O_EXCL):
        yield "is in use by the kernel or another program; release it"


@contextmanager
def written_by_another(device: Path, folder: Path) -> Iterator[str]:
    with opened(device, os.O_RDWR):
        yield r"is in use by \S+ \(process \d+\); release it"


@contextmanager
def locked(device: Path, folder: Path) -> Iterator[str]:
    run("blockdev", "--setro", device)
    try:
        yield "is read-only"
    finally:
        run("blockdev", "--setrw", device)


@pytest.mark.parametrize(
    "use", [mounted_whole, mounted_in_part, swapped, claimed, written_by_another, locked]
)
def test_a_device_in_use_is_refused_and_left_as_it_is(
    device: Path, tmp_path: Path, use: Use
) -> None:
    with use(device, tmp_path / "mnt") as reason:
        os.sync()
        before = bytes_of(device)
        target = BlockTarget(device, SIZE)
        with pytest.raises(TargetError, match=f"^{device} {reason}"):
            target.open()
        target.discard()
        assert bytes_of(device) == before
    released = BlockTarget(device, SIZE)
    released.open()
    released.discard()


def test_a_device_that_another_job_restores_to_is_refused(device: Path) -> None:
    first, second = BlockTarget(device, SIZE), BlockTarget(device, SIZE)
    first.open()
    with pytest.raises(TargetError, match="is in use by"):
        second.open()
    second.discard()
    first.writev(0, [memoryview(b"still open")])
    first.finish()
    second.open()
    second.finish()
    assert bytes_of(device).startswith(b"still open")


@pytest.mark.parametrize("larger", [0, 512, 4 * MIB])
def test_a_device_may_be_a_little_larger(device: Path, larger: int) -> None:
    target = BlockTarget(device, SIZE - larger)
    target.open()
    prepare(target)
    target.finish()
    assert bytes_of(device) == bytes(SIZE - larger) + b"\xff" * larger


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        (SIZE + 512, f"has {SIZE} bytes but {SIZE + 512} are needed; choose a larger target"),
        (SIZE - 4 * MIB - 512, f"has {SIZE} bytes, over 4 MiB more than the"),
    ],
)
def test_a_device_of_the_wrong_size_is_refused(device: Path, size: int, reason: str) -> None:
    with pytest.raises(TargetError, match=reason):
        BlockTarget(device, size).open()
    assert bytes_of(device) == b"\xff" * SIZE


@pytest.mark.parametrize("kind", ["absent", "file", "folder", "character"])
def test_what_is_no_block_device_is_refused_and_nothing_is_made(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "target"
    if kind == "file":
        path.write_bytes(b"x" * 4096)
    elif kind == "folder":
        path.mkdir()
    elif kind == "character":
        path = Path("/dev/null")
    with pytest.raises(TargetError, match="is not a block device"):
        BlockTarget(path, 4096).open()
    assert path.exists() == (kind != "absent")


def test_a_failing_disk_is_named_with_the_offset(tmp_path: Path) -> None:
    # The disk is a file with holes on a file system that has no room to fill them.
    with mounted("tmpfs", tmp_path / "small", "-t", "tmpfs", "-o", "size=1m") as folder:
        with (folder / "disk.img").open("wb") as image:
            image.truncate(SIZE)
        with loop_device(folder / "disk.img") as device:
            target = BlockTarget(device, SIZE - 512)
            target.open()
            prepare(target)
            with pytest.raises(TargetError, match=f"^cannot write at offset 4096 of {device}: "):
                target.writev(4096, [aligned(bytes(2 * MIB))])
            target.writev(SIZE - 2 * MIB - 4096, [memoryview(b"x" * (2 * MIB + 1))])
            with pytest.raises(TargetError, match=f"^cannot write all of {device}: "):
                target.finish()
            target.discard()
            assert stat.S_ISBLK(device.stat().st_mode)


def test_a_device_without_direct_writes_is_written_all_the_same(
    device: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuse(path: str | Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_DIRECT:
            raise OSError(22, "Invalid argument")
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", refuse)
    target = BlockTarget(device, SIZE)
    target.open()
    target.writev(MIB, [aligned(b"a" * MIB)])
    target.finish()
    assert bytes_of(device)[MIB : 2 * MIB] == b"a" * MIB
