"""Archives in zstd's seekable format, and what is read of the file that holds one."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence

import pytest

from vmatui.storage.compressors import compressor_of
from vmatui.storage.faults import Compression


def units_of(archive: bytes) -> Iterator[bytes]:
    """Yield the header of a sound archive and its extents."""
    at, end = 0, int.from_bytes(archive[56:60], "big")
    while at < len(archive):
        yield archive[at:end]
        at = end
        end += 512 + 4096 * int.from_bytes(archive[at + 6 : at + 8], "big")


def as_seekable(archive: bytes, level: int | None = None) -> bytes:
    """Pack a sound archive as `create` does."""
    packer = compressor_of(Compression.ZSTD, level, 2)
    packed = bytearray()
    for unit in units_of(archive):
        for piece in packer.add([memoryview(unit)]):
            packed += piece
    for piece in packer.end():
        packed += piece
    return bytes(packed)


def table_of(sizes: Sequence[tuple[int, int]]) -> bytes:
    """Return a seek table of packed and unpacked sizes, as other programs write it."""
    entries = b"".join(struct.pack("<III", *pair, 0xC0FFEE) for pair in sizes)
    content = entries + struct.pack("<IBI", len(sizes), 0x80, 0x8F92EAB1)
    return struct.pack("<II", 0x184D2A5E, len(content)) + content


class Reads:
    """Notes what is read of files."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.places: list[tuple[int, int]] = []
        """Offset and length of each read at a place."""
        read, pread, preadv = os.read, os.pread, os.preadv
        self._sequential = 0

        def note_read(fd: int, length: int) -> bytes:
            data = read(fd, length)
            self._sequential += len(data)
            return data

        def note_pread(fd: int, length: int, offset: int) -> bytes:
            data = pread(fd, length, offset)
            self.places.append((offset, len(data)))
            return data

        def note_preadv(fd: int, views: Sequence[memoryview], offset: int) -> int:
            count = preadv(fd, views, offset)
            self.places.append((offset, count))
            return count

        monkeypatch.setattr(os, "read", note_read)
        monkeypatch.setattr(os, "pread", note_pread)
        monkeypatch.setattr(os, "preadv", note_preadv)

    @property
    def total(self) -> int:
        """Bytes read."""
        return self._sequential + sum(count for _, count in self.places)
