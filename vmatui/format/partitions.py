"""Partition tables: MBR and GPT, read from a disk's first and last sectors.

The bytes are hostile: whatever they say, at most 128 entries are looked at, and only those inside
the disk are returned.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final, NamedTuple
from uuid import UUID

SECTOR: Final = 512
HEAD: Final = 34 * SECTOR
"""Bytes from a disk's start, and as many from its end, that hold all there is to know."""
MAX_ENTRIES: Final = 128

_MBR_ENTRY: Final = struct.Struct("<B3xB3xII")
_MBR_AT: Final = 446
_GPT: Final = struct.Struct("<8s4sII4xQQQQ16sQIII")
_ENTRY: Final = struct.Struct("<16s16sQQQ72s")
_PROTECTIVE: Final = 0xEE
_EXTENDED: Final = frozenset({0x05, 0x0F, 0x85})
_MBR_KINDS: Final = {
    0x07: "NTFS or exFAT", 0x0B: "FAT32", 0x0C: "FAT32", 0x0E: "FAT16", 0x82: "Linux swap",
    0x83: "Linux", 0x8E: "Linux LVM", 0xA5: "FreeBSD", 0xEF: "EFI system", 0xFD: "Linux RAID",
}  # fmt: skip
_GPT_KINDS: Final = {
    UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b"): "EFI system",
    UUID("21686148-6449-6e6f-744e-656564454649"): "BIOS boot",
    UUID("0fc63daf-8483-4772-8e79-3d69d8477de4"): "Linux",
    UUID("4f68bce3-e8cd-4db1-96e7-fbcaf984b709"): "Linux root",
    UUID("933ac7e1-2eb4-4f13-b844-0e14e2aef915"): "Linux home",
    UUID("0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"): "Linux swap",
    UUID("e6d6d379-f507-44c2-a23c-238f2a3df928"): "Linux LVM",
    UUID("a19d880f-05fc-4d3b-a006-743f0f84911e"): "Linux RAID",
    UUID("e3c9e316-0b5c-4db8-817d-f92df00215ae"): "Microsoft reserved",
    UUID("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"): "Microsoft data",
    UUID("de94bba4-06d1-4d40-a16a-bfd50179d6ac"): "Windows recovery",
    UUID("6a898cc3-1dd2-11b2-99a6-080020736631"): "ZFS",
}


class Partition(NamedTuple):
    """One partition of a disk."""

    number: int
    """Counted from 1 as the table does."""
    start: int
    """Offset in bytes."""
    size: int
    """Bytes."""
    kind: str
    """What the table says it is for; empty if that is not known here."""
    name: str = ""
    """From a GPT; text from outside."""


def parse_partitions(head: bytes, tail: bytes, size: int) -> tuple[Partition, ...]:
    """Return the partitions of a disk in the order of their places; none where there is no table.

    Logical partitions inside an extended one are not followed, it is returned as a whole.

    Args:
        head: The first `HEAD` bytes of the disk, or as many as there are.
        tail: The last `HEAD` bytes, which hold a GPT's copy.
        size: Of the disk, in bytes.
    """
    if len(head) < SECTOR or head[510:512] != b"\x55\xaa":
        found = _gpt(tail, size, is_copy=True)
    else:
        found = _mbr(head)
        if any(partition.kind == "protective" for partition in found):
            found = _gpt(head, size, is_copy=False) or _gpt(tail, size, is_copy=True)
    inside = [each for each in found if each.size > 0 and each.start + each.size <= size]
    return tuple(sorted(inside, key=lambda partition: (partition.start, partition.number)))


def _mbr(head: bytes) -> list[Partition]:
    found = []
    for number in range(4):
        _, kind, first, sectors = _MBR_ENTRY.unpack_from(head, _MBR_AT + 16 * number)
        if kind == _PROTECTIVE:
            return [Partition(number + 1, SECTOR, SECTOR, "protective")]
        if kind and sectors:
            name = "extended" if kind in _EXTENDED else _MBR_KINDS.get(kind, f"type {kind:#04x}")
            found.append(Partition(number + 1, first * SECTOR, sectors * SECTOR, name))
    return found


def _gpt(data: bytes, size: int, *, is_copy: bool) -> list[Partition]:
    """Parse a GPT at the start of a disk, or its copy, whose header is in the last sector."""
    at = len(data) - SECTOR if is_copy else SECTOR
    if at < 0 or len(data) < at + SECTOR:
        return []
    signature, _, length, crc, *_, table, count, entry_size, table_crc = _GPT.unpack_from(data, at)
    if signature != b"EFI PART" or not _GPT.size <= length <= SECTOR:
        return []
    header = data[at : at + 16] + bytes(4) + data[at + 20 : at + length]
    start = table * SECTOR - (size - len(data) if is_copy else 0)
    entries = data[max(start, 0) : max(start, 0) + count * entry_size]
    sane = 0 < count <= MAX_ENTRIES and entry_size == _ENTRY.size and start >= 0
    if not sane or zlib.crc32(header) != crc or zlib.crc32(entries) != table_crc:
        return []
    found = []
    for number in range(len(entries) // entry_size):
        kind, _, first, last, _, name = _ENTRY.unpack_from(entries, number * entry_size)
        if any(kind) and first <= last:
            told = _GPT_KINDS.get(UUID(bytes_le=kind), "")
            text = name.decode("utf-16-le", "replace").split("\0")[0]
            sectors = last - first + 1
            found.append(Partition(number + 1, first * SECTOR, sectors * SECTOR, told, text))
    return found
