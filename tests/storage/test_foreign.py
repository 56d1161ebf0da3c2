from __future__ import annotations

import gzip
import io
import struct
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.damage import sound
from tests.tools import require_tool
from vmatui.storage.foreign import name_foreign


def tar_of(name: str, how: int = tarfile.GNU_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=how) as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"hello"))
    return file.getvalue()


def zip_of(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "hello")
    return file.getvalue()


def at(offset: int, magic: bytes) -> bytes:
    return bytes(offset) + magic + b"\xfe" * 2000


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (
            tar_of("./etc/vzdump/pct.conf"),
            "a tar archive, perhaps an LXC container backup (vzdump-lxc)",
        ),
        (
            tar_of("x", tarfile.PAX_FORMAT),
            "a tar archive, perhaps an LXC container backup (vzdump-lxc)",
        ),
        (at(0, b"VMASEAL\0"), "the manifest (.vmatui) of a sealed archive"),
        (tar_of("Appliance.OVF"), "a virtual appliance (OVA)"),
        (zip_of("x"), "a zip archive"),
        (
            b"# Disk DescriptorFile\nversion=1\n",
            "a VMDK descriptor, which only names the disk image",
        ),
        (b"conectix" + bytes(504), "a VHD disk image"),
        (at(510, b"\x55\xaa"), "a raw disk image (with a boot sector)"),
        (at(510, b"\x55\xaaEFI PART"), "a raw disk image (with a GPT partition table)"),
        (at(4096, b"EFI PART"), "a raw disk image (with a GPT partition table)"),
        (at(32769, b"CD001"), "an ISO 9660 image (CD or DVD)"),
        (at(1080, b"\x53\xef"), "a raw disk image (with an ext file system)"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "a 7z archive"),
        (b"Rar!\x1a\x07\x01\x00", "a rar archive"),
        (b"\x04\x22\x4d\x18\x64\x40\xa7", "an lz4 stream, which must be decompressed first"),
        (b"hsqs" + bytes(92), "a squashfs file system"),
        (b"\x7fELF\x02\x01\x01", "an ELF program or library"),
        (bytes([47, 127, 65, 237, 145, 253, 15, 205]), "a Proxmox Backup Server index (fidx)"),
        (bytes([28, 145, 78, 165, 25, 186, 179, 205]), "a Proxmox Backup Server index (didx)"),
        (bytes([66, 171, 56, 7, 190, 131, 112, 161]), "a Proxmox Backup Server blob"),
        (struct.pack("<QQ", 0xD5956474E588ACEF, 56), "a Proxmox file archive (pxar)"),
        (gzip.compress(b"hello"), "gzip data inside, so it was compressed twice"),
        (b"", "empty (0 bytes)"),
        (bytes(1), "nothing but zeros"),
        (bytes(65536), "nothing but zeros"),
        (b"arch: amd64\nhostname: web\n", "a text file"),
        ("größer ➜ cut inside a letter: ü".encode()[:-1], "a text file"),
        (b"\n <!DOCTYPE html><html>", "a web page, perhaps a download that failed"),
    ],
    # Some hold the time, and each process that collects the tests must name them alike.
    ids=lambda value: value if isinstance(value, str) else "it",
)
def test_a_file_that_is_no_vma_is_named(head: bytes, name: str) -> None:
    assert name_foreign(head) == name


@pytest.mark.parametrize(
    ("image_format", "name"),
    [
        ("qcow2", "a qcow2 disk image"),
        ("qed", "a QED disk image"),
        ("vmdk", "a VMDK disk image"),
        ("vdi", "a VDI disk image"),
        ("vhdx", "a VHDX disk image"),
        ("vpc", "a VHD disk image"),
        ("raw", "nothing but zeros"),
    ],
)
def test_disk_images_that_qemu_makes_are_named(
    tmp_path: Path, image_format: str, name: str
) -> None:
    path = tmp_path / "image"
    command = [require_tool("qemu-img"), "create", "-q", "-f", image_format, str(path), "8M"]
    subprocess.run(command, check=True, capture_output=True)
    assert name_foreign(path.read_bytes()[:65536]) == name


@pytest.mark.parametrize(
    "head", [b"\xfe" * 5000, b"\x80", b"text and a \x00 in it", b"\xff\xfe\x01"]
)
def test_what_is_not_known_is_not_named(head: bytes) -> None:
    assert name_foreign(head) is None


def test_an_archive_is_not_foreign() -> None:
    assert name_foreign(sound().build()[:65536]) is None
    assert name_foreign(b"VMA\0") is None
