"""What bytes are that are no VMA archive, in the words of someone who picked the wrong file."""

from __future__ import annotations

import codecs

from vmatui.storage.faults import Compression
from vmatui.storage.magic import detect

_VMA_MAGIC = b"VMA\0"
_TAR = "a tar archive, perhaps an LXC container backup (vzdump-lxc)"
_PBS_BLOB = "a Proxmox Backup Server blob"
_PXAR = "a Proxmox file archive (pxar)"
_OVA = "a virtual appliance (OVA)"

_MAGICS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"VMASEAL\0", "the manifest (.vmatui) of a sealed archive"),
    (0, b"QFI\xfb", "a qcow2 disk image"),
    (0, b"QED\0", "a QED disk image"),
    (0, b"KDMV", "a VMDK disk image"),
    (0, b"COWD", "a VMDK disk image"),
    (0, b"# Disk DescriptorFile", "a VMDK descriptor, which only names the disk image"),
    (0, b"vhdxfile", "a VHDX disk image"),
    (0, b"conectix", "a VHD disk image"),
    (64, b"\x7f\x10\xda\xbe", "a VDI disk image"),
    # The first bytes of the sha256 of "Proxmox Backup ... v1.0", as its documentation lists them.
    (0, bytes.fromhex("2f7f41ed91fd0fcd"), "a Proxmox Backup Server index (fidx)"),
    (0, bytes.fromhex("1c914ea519bab3cd"), "a Proxmox Backup Server index (didx)"),
    (0, bytes.fromhex("42ab3807be8370a1"), _PBS_BLOB),
    (0, bytes.fromhex("31b958426fb6a37f"), _PBS_BLOB),
    (0, bytes.fromhex("7b6785be222d4cf0"), _PBS_BLOB),
    (0, bytes.fromhex("e6591bbf0bbfd80b"), _PBS_BLOB),
    # pxar's entry types are SipHash values of their names, little endian.
    (0, bytes.fromhex("0da416df756c0f73"), _PXAR),
    (0, bytes.fromhex("efac88e5746495d5"), _PXAR),
    (0, bytes.fromhex("ffce1c1c0a85da11"), _PXAR),
    (0, bytes.fromhex("d24e4a19c2684c83"), _PXAR),
    (257, b"ustar", _TAR),
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a rar archive"),
    (0, b"\x04\x22\x4d\x18", "an lz4 stream, which must be decompressed first"),
    (0, b"hsqs", "a squashfs file system"),
    (0, b"\x7fELF", "an ELF program or library"),
    (0, b"LUKS\xba\xbe", "a raw disk image (encrypted with LUKS)"),
    (0, b"XFSB", "a raw disk image (with an XFS file system)"),
    (3, b"NTFS    ", "a raw disk image (with an NTFS file system)"),
    (512, b"LABELONE", "a raw disk image (an LVM physical volume)"),
    (1080, b"\x53\xef", "a raw disk image (with an ext file system)"),
    (32769, b"CD001", "an ISO 9660 image (CD or DVD)"),
    (512, b"EFI PART", "a raw disk image (with a GPT partition table)"),
    (4096, b"EFI PART", "a raw disk image (with a GPT partition table)"),
    (510, b"\x55\xaa", "a raw disk image (with a boot sector)"),
)
"""Offset, magic and name; where several fit, the first one says most."""


def name_foreign(head: bytes) -> str | None:
    """Say what a file's (decompressed) bytes are, if they are something known and no VMA archive.

    Args:
        head: The first bytes; 64 KiB show everything, fewer show less.

    Returns:
        A phrase with its article that completes "this is ...", or None.
    """
    if head.startswith(_VMA_MAGIC):
        return None
    for offset, magic, name in _MAGICS:
        if head.startswith(magic, offset):
            return _OVA if name == _TAR and _holds_appliance(head) else name
    compression = detect(head)
    if compression is not Compression.NONE:
        return f"{compression} data inside, so it was compressed twice"
    return _name_plain(head)


def _holds_appliance(head: bytes) -> bool:
    """Whether a tar archive's first file is the description of an appliance."""
    return head[:100].rstrip(b"\0").lower().endswith(b".ovf")


def _name_plain(head: bytes) -> str | None:
    if not head:
        return "empty (0 bytes)"
    if head.count(0) == len(head):
        return "nothing but zeros"
    if _is_text(head):
        start = head.lstrip()[:15].lower()
        is_page = start.startswith((b"<!doctype html", b"<html"))
        return "a web page, perhaps a download that failed" if is_page else "a text file"
    return None


def _is_text(head: bytes) -> bool:
    """Whether these are printable UTF-8 characters, the last of them perhaps cut."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char in "\t\n\r\f\x1b" for char in text)
