"""Which format an image has: found out where that is safe, otherwise said by the user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.storage.devices import MIB, loop_device
from tests.storage.disks import (
    convert,
    opened_image,
    qemu_processes,
    read_whole,
    write_disk,
)
from vmatui.errors import SourceError
from vmatui.storage.imageformat import format_of
from vmatui.storage.images import open_image
from vmatui.storage.qemuimage import QemuImage
from vmatui.storage.rawimage import RawImage

QCOW2_HEAD = b"QFI\xfb\0\0\0\3"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "disk.raw"


@pytest.mark.parametrize(
    ("head", "suffix", "format"),
    [
        (b"", ".img", "raw"),
        (b"\0" * 600, ".qcow2", "raw"),
        (b"\xeb\x63\x90", "", "raw"),
        (QCOW2_HEAD, ".qcow2", "qcow2"),
        (QCOW2_HEAD, ".QCOW2", "qcow2"),
        (QCOW2_HEAD.ljust(600, b"\0"), ".img", "qcow2"),
        (b"QFI\xfb\0\0\0\1", ".qcow", "qcow"),
        (b"KDMV", ".vmdk", "vmdk"),
        (b"# Disk DescriptorFile\n", ".vmdk", "vmdk"),
        (b"vhdxfile", ".vhdx", "vhdx"),
        (b"vhdxfile", "", "vhdx"),
        (b"conectix", ".vhd", "vpc"),
        (b"x" * 64 + b"\x7f\x10\xda\xbe", ".vdi", "vdi"),
    ],
)
def test_a_format_is_told_by_the_first_bytes(
    tmp_path: Path, head: bytes, suffix: str, format: str
) -> None:
    path = tmp_path / f"disk{suffix}"
    path.write_bytes(head)
    assert format_of(path) == format


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        (QCOW2_HEAD, ".raw"),
        (QCOW2_HEAD + b"\0" * 7 + b"\x70" + b"\0" * 100, ".img"),
        (QCOW2_HEAD.ljust(79, b"\0") + b"\4", ".img"),
        (b"KDMV", ".img"),
        (b"# Disk DescriptorFile\n", ""),
        (b"conectix", ".img"),
        (b"vhdxfile", ".qcow2.raw"),
    ],
)
def test_a_guess_that_could_lead_elsewhere_is_left_to_the_user(
    tmp_path: Path, head: bytes, suffix: str
) -> None:
    path = tmp_path / f"disk{suffix}"
    path.write_bytes(head)
    with pytest.raises(SourceError, match=r"say whether its format is \w+ or raw$"):
        open_image(path)
    assert isinstance(open_image(path, "raw"), RawImage)


@pytest.mark.root
def test_a_block_device_that_starts_like_an_image_is_left_to_the_user(tmp_path: Path) -> None:
    disk = write_disk(tmp_path / "disk.raw", MIB, {0: b"x" * 5000})
    image = convert(disk, tmp_path / "disk.qcow2", "qcow2")
    with loop_device(image) as device:
        with pytest.raises(SourceError, match="starts like a qcow2 image"):
            open_image(device)
        with opened_image(device, "qcow2") as opened:
            assert read_whole(opened) == disk.read_bytes()


def test_an_unknown_raw_disk_never_runs_qemu(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(os.urandom(4096))
    monkeypatch.setenv("PATH", "")
    with opened_image(path) as image:
        assert qemu_processes() == []
        assert read_whole(image) == path.read_bytes()


@pytest.mark.parametrize("format", ["", "a b", "raw,file=/etc/passwd", "--help", "x" * 33])
def test_what_cannot_be_a_format_is_said(path: Path, format: str) -> None:
    path.write_bytes(b"x")
    with pytest.raises(SourceError, match="is no image format: take raw, qcow2, vmdk, vhdx or vdi"):
        open_image(path, format)


def test_formats_have_the_names_that_people_use(path: Path) -> None:
    path.write_bytes(b"x")
    assert isinstance(open_image(path, "RAW"), RawImage)
    assert isinstance(open_image(path, "QCOW2"), QemuImage)
