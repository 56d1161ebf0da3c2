"""The demo disks' partition tables, and the signs by which tools know what a partition holds."""

from __future__ import annotations

import struct
import zlib
from typing import Final, NamedTuple
from uuid import UUID

from vmatui.format.layout import BLOCK_SIZE, CLUSTER_SIZE

_SECTOR: Final = 512
_SECTORS: Final = CLUSTER_SIZE // _SECTOR
_ENTRIES: Final = (BLOCK_SIZE - 2 * _SECTOR) // 128
"""Entries of the table, as many as the first block has room for."""
_ENTRY: Final = struct.Struct("<16s16sQQQ72s")
_HEADER: Final = struct.Struct("<8s4sII4xQQQQ16sQIII")
_KINDS: Final = {
    "boot": UUID("21686148-6449-6e6f-744e-656564454649"),
    "ext4": UUID("0fc63daf-8483-4772-8e79-3d69d8477de4"),
    "swap": UUID("0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"),
}


class DemoPartition(NamedTuple):
    """A partition of a demo disk, from cluster to cluster."""

    first: int
    last: int
    kind: str
    name: str


def partition_table(size: int, partitions: tuple[DemoPartition, ...]) -> bytes:
    """Return the first block of a disk: a protective MBR and a GPT."""
    end = size // _SECTOR - 1
    entries = b"".join(
        _ENTRY.pack(
            _KINDS[each.kind].bytes_le,
            UUID(int=number).bytes_le,
            each.first * _SECTORS,
            (each.last + 1) * _SECTORS - 1,
            0,
            each.name.encode("utf-16-le"),
        )
        for number, each in enumerate(partitions, 1)
    ).ljust(_ENTRIES * _ENTRY.size, b"\0")

    def header(crc: int) -> bytes:
        return _HEADER.pack(
            b"EFI PART", b"\0\0\1\0", _HEADER.size, crc, 1, end, 8, end - 8,
            UUID(int=size).bytes_le, 2, _ENTRIES, _ENTRY.size, zlib.crc32(entries),
        )  # fmt: skip

    mbr = struct.pack("<446xBBBBBBBBII48x2s", 0, 0, 2, 0, 0xEE, 255, 255, 255, 1, end, b"\x55\xaa")
    return mbr + header(zlib.crc32(header(0))).ljust(_SECTOR, b"\0") + entries


def sign(partition: DemoPartition, block: bytes) -> bytes:
    """Return the first block of a partition with the sign of what it holds.

    Args:
        partition: Which one.
        block: Its data without the sign.
    """
    clusters = partition.last - partition.first + 1
    if partition.kind == "ext4":
        return _put(block, 1024, _superblock(clusters, partition.name))
    if partition.kind == "swap":
        block = _put(block, 1024, struct.pack("<III", 1, clusters * 16 - 1, 0).ljust(512, b"\0"))
        return _put(block, BLOCK_SIZE - 10, b"SWAPSPACE2")
    return block


def _superblock(clusters: int, name: str) -> bytes:
    """Return as much of an ext4 superblock as it takes to be recognised."""
    block = bytearray(1024)
    struct.pack_into("<II", block, 0, clusters * 64, clusters * 16)
    struct.pack_into("<I", block, 24, 2)  # blocks of 4096 bytes
    struct.pack_into("<H", block, 56, 0xEF53)
    struct.pack_into("<I", block, 76, 1)  # the revision that has features
    struct.pack_into("<III", block, 92, 0x4, 0x242, 0x3)  # journal, extents, large files
    block[120:136] = name.encode()[:16].ljust(16, b"\0")
    return bytes(block)


def _put(block: bytes, at: int, piece: bytes) -> bytes:
    return block[:at] + piece + block[at + len(piece) :]
