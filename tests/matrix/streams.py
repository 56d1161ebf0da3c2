"""Damage to a packed file: where its parts are is known from packing, the rest from other decoders.

Of the part that is hit, the bytes before the damage are those that zlib, or the program zstd, make
of the file up to there.
"""

from __future__ import annotations

import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.matrix.damages import Case
from tests.matrix.layout import Layout, Range
from tests.streamdamage import ARCHIVE, DISKS, FORGED, PACKERS, Packed
from tests.tools import require_tool

LAYOUT: Final = Layout(FORGED, DISKS)
_WHOLE: Final = {"zst": "zstd", "gz": "gzip", "lzo": "lzop"}
_IN_PARTS: Final = {"zst": "zstd frames", "gz": "gzip members"}
_PLACES: Final = (0.03, 0.3, 0.55, 0.9)
"""Parts of the file."""


@dataclass(frozen=True)
class StreamDamage:
    """One row: what is done to a packed file."""

    in_parts: bool
    """Whether the file has several frames or members."""
    length: int
    """Bytes of the file that are hit; 0 is all up to the end."""
    kind: str
    """flipped, zeroed, lost, or checksum for the bytes at the file's end."""

    def cases(self, suffix: str) -> Iterator[Case]:
        """Yield the cases in one compression; none where the row says nothing new."""
        packer = (_IN_PARTS if self.in_parts else _WHOLE).get(suffix)
        if packer is None:
            return
        packed = _packed(packer)
        if self.kind == "checksum":
            yield self._case(packed, suffix, _last_checksum(packed, suffix))
            return
        size = len(packed.data)
        for part in _PLACES:
            start = int(size * part)
            end = min(start + self.length, size) if self.length else size
            yield self._case(packed, suffix, (start, end))

    def _case(self, packed: Packed, suffix: str, hit: Range) -> Case:
        start, end = hit
        data = packed.data
        name = f"{self.kind}: bytes {start} to {end} of {len(data)}"
        pieces = [(0, len(ARCHIVE))] if self.kind == "checksum" else _left(packed, suffix, hit)
        untouched = LAYOUT.untouched([], pieces, is_loss_told=True)
        damaged = data[:start] + self._new(data[start:end]) + data[end:]
        return Case(name, damaged, frozenset(untouched), LAYOUT)

    def _new(self, old: bytes) -> bytes:
        if self.kind == "lost":
            return b""
        return bytes(len(old)) if self.kind == "zeroed" else bytes([old[0] ^ 0x40]) + old[1:]


def _last_checksum(packed: Packed, suffix: str) -> Range:
    """Return the place of the checksum's first byte: of the last block, or at the file's end."""
    size = len(packed.data)
    start = {"zst": size - 4, "gz": size - 8, "lzo": packed.packed[-2] + 8}[suffix]
    return start, start + 1


def _left(packed: Packed, suffix: str, hit: Range) -> list[Range]:
    """Return the archive bytes before the damage, and behind the parts that it hit."""
    low, high = packed.touched(*hit)
    if suffix != "lzo":
        first = packed.packed[packed.unpacked.index(low)]
        low += len(_decoded(suffix, packed.data[first : hit[0]]))
    return [(0, low), (high, len(ARCHIVE))]


STREAM_DAMAGES: dict[str, StreamDamage] = {
    "stream: a byte flipped": StreamDamage(False, 1, "flipped"),
    "stream: 4 KiB zeroed": StreamDamage(False, 4096, "zeroed"),
    "stream: 4 KiB lost": StreamDamage(False, 4096, "lost"),
    "stream: cut": StreamDamage(False, 0, "lost"),
    "stream: its last checksum flipped": StreamDamage(False, 1, "checksum"),
    "several frames: a byte flipped": StreamDamage(True, 1, "flipped"),
    "several frames: 4 KiB zeroed": StreamDamage(True, 4096, "zeroed"),
    "several frames: 4 KiB lost": StreamDamage(True, 4096, "lost"),
    "several frames: cut": StreamDamage(True, 0, "lost"),
}
"""The rows of the table; a file of lzop has many blocks in any case."""


@cache
def _packed(packer: str) -> Packed:
    return PACKERS[packer]()


def _decoded(suffix: str, data: bytes) -> bytes:
    """Return all that the start of a frame or member unpacks to."""
    if suffix == "gz":
        return zlib.decompressobj(31).decompress(data)
    command = [require_tool("zstd"), "-q", "-d", "-c"]
    return subprocess.run(command, input=data, capture_output=True, check=False).stdout
