"""Images that qemu reads for us, compared with what `qemu-img convert` makes of them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.storage.devices import MIB, run
from tests.storage.disks import (
    SIZE,
    as_qemu_reads,
    convert,
    opened_image,
    qemu_processes,
    read_by_extents,
    read_whole,
    write_disk,
)
from tests.tools import require_tool
from vmatui.storage.qemuimage import QemuImage


@pytest.fixture(autouse=True)
def qemu() -> None:
    require_tool("qemu-nbd")
    require_tool("qemu-img")


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("qcow2", ()),
        ("qcow2", ("-c",)),
        ("qcow2", ("-c", "-o", "compression_type=zstd")),
        ("qcow2", ("-o", "compat=0.10")),
        ("qcow2", ("-o", "cluster_size=512")),
        ("qcow2", ("-o", "extended_l2=on,cluster_size=128k")),
        ("vmdk", ()),
        ("vmdk", ("-o", "subformat=streamOptimized")),
        ("vmdk", ("-o", "subformat=twoGbMaxExtentSparse")),
        ("vmdk", ("-o", "subformat=monolithicFlat")),
        ("vhdx", ()),
        ("vhdx", ("-o", "subformat=fixed")),
        ("vdi", ()),
        ("vdi", ("-o", "static=on")),
        ("qed", ()),
    ],
    ids=" ".join,
)
def test_an_image_is_the_disk_that_it_was_made_of(
    tmp_path: Path, disk: Path, format: str, options: tuple[str, ...]
) -> None:
    path = convert(disk, tmp_path / f"disk.{format}", format, *options)
    expected = as_qemu_reads(path, format)
    assert expected[:SIZE] == disk.read_bytes()
    with opened_image(path) as image:
        assert isinstance(image, QemuImage)
        assert image.size == len(expected)
        assert read_by_extents(image) == expected
        assert read_whole(image) == expected
        image.check_unchanged()
    assert qemu_processes() == []


@pytest.mark.parametrize("format", ["vhd", "vpc"])
def test_a_vhd_image_goes_by_both_its_names(tmp_path: Path, disk: Path, format: str) -> None:
    path = convert(disk, tmp_path / "disk.vhd", "vpc", "-o", "force_size=on")
    for given_format in (None, format):
        with opened_image(path, given_format) as image:
            assert read_whole(image)[:SIZE] == disk.read_bytes()


def test_zeros_in_a_qcow2_image_need_not_be_read(image_path: Path) -> None:
    with opened_image(image_path) as image:
        extents = list(image.extents(0, SIZE))
    assert extents[0] == (0, MIB, False)
    assert extents[1][:1] == (MIB,)
    assert (3 * MIB, 5 * MIB, False) in extents


def test_an_overlay_is_read_with_what_it_is_based_on(tmp_path: Path, image_path: Path) -> None:
    overlay = tmp_path / "overlay.qcow2"
    run("qemu-img", "create", "-f", "qcow2", "-F", "qcow2", "-b", image_path.name, overlay)
    run("qemu-io", "-f", "qcow2", "-c", "write -P 9 1M 64k", "-c", "write -z 2M 64k", overlay)
    expected = as_qemu_reads(overlay, "qcow2")
    assert expected[MIB] == 9
    with opened_image(overlay) as image:
        assert read_by_extents(image) == expected


def test_a_name_that_looks_like_a_url_or_an_option_is_a_name(
    tmp_path: Path, image_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("nbd:unix.qcow2", "--help.qcow2", "json:{}.qcow2", "a,b=c'd\"e.qcow2"):
        shutil.copy(image_path, name)
        with opened_image(Path(name)) as image:
            assert image.size == SIZE


def test_a_large_empty_image_is_walked_in_a_few_questions(tmp_path: Path) -> None:
    path = tmp_path / "large.qcow2"
    run("qemu-img", "create", "-f", "qcow2", path, "100G")
    run("qemu-io", "-f", "qcow2", "-c", "write -P 1 70G 1M", path)
    with opened_image(path) as image:
        extents = list(image.extents(0, image.size))
    assert sum(end - start for start, end, is_data in extents if is_data) == MIB
    assert len(extents) < 110


def test_parts_are_read_from_anywhere(image_path: Path, disk: Path) -> None:
    data = disk.read_bytes()
    with opened_image(image_path) as image:
        for start, end in ((0, 1), (MIB - 7, MIB + 9), (511, 6 * MIB + 1), (SIZE - 3, SIZE)):
            view = bytearray(b"\xee" * (end - start))
            image.read_into(start, memoryview(view))
            assert view == data[start:end]
        assert list(image.extents(MIB, MIB)) == []


@given(
    st.integers(1, 100),
    st.dictionaries(st.integers(0, 30), st.integers(1, 40), max_size=5),
    st.booleans(),
)
@settings(max_examples=15, deadline=None, derandomize=True)
def test_any_disk_comes_back_from_a_qcow2_image(
    blocks: int, pieces: dict[int, int], is_packed: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        content = {at * 10000: b"\x33" * (n * 1000) for at, n in pieces.items()}
        disk = write_disk(Path(folder) / "d.raw", blocks * 3584, content)
        data = disk.read_bytes()
        disk.write_bytes(data.ljust(-(-len(data) // 512) * 512, b"\0"))
        path = convert(disk, disk.with_name("d.qcow2"), "qcow2", *["-c"] * is_packed)
        with opened_image(path) as image:
            assert read_by_extents(image) == disk.read_bytes()
