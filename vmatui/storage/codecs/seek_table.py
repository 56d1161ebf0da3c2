"""The seek table of zstd's seekable format: which archive bytes each frame holds.

It is the content of the file's last frame, a skippable one (zstd's contrib/seekable_format). It
tells how much was lost between two frames even when bytes of the file are gone.
"""

from __future__ import annotations

import struct
from itertools import accumulate

from vmatui.storage.codecs.intake import Intake

_HEADER = struct.Struct("<II")
_MAGIC = 0x184D2A5E
_FOOTER = struct.Struct("<IBI")
"""How many frames, flags, magic."""
_FOOTER_MAGIC = 0x8F92EAB1
_HAS_CHECKSUMS, _RESERVED = 0x80, 0x7C
_LARGEST = 2 << 20
"""Bytes of a table that are read: a quarter of a million frames."""
_MOST_GROWTH = 1 << 16
"""How many times its packed length a frame may hold, about what zstd packs at its best."""


class SeekTable:
    """Where in the file and in the archive each frame starts.

    Args:
        sizes: Packed and unpacked bytes of each frame.
        start: Where in the file the table's own frame starts.
    """

    def __init__(self, sizes: list[tuple[int, int]], start: int) -> None:
        packed = accumulate((size for size, _ in sizes), initial=0)
        unpacked = accumulate((size for _, size in sizes), initial=0)
        self._starts = dict(zip(packed, unpacked, strict=True))
        self._shift = start - sum(size for size, _ in sizes)

    def offset_of(self, place: int) -> int | None:
        """Return the archive offset of the frame at a place in the file, if that is certain.

        Where bytes of the file are gone, a frame before the loss is found by its distance from the
        start of the file, one behind it by its distance from the end.
        """
        offsets = {self._starts.get(place), self._starts.get(place - self._shift)} - {None}
        return offsets.pop() if len(offsets) == 1 else None


def read_seek_table(intake: Intake) -> SeekTable | None:
    """Read the table at a file's end, if it has one that makes sense; nothing is taken."""
    tail = intake.tail(_FOOTER.size)
    file_size = intake.size
    if file_size is None or len(tail) < _FOOTER.size:
        return None
    count, flags, magic = _FOOTER.unpack(tail)
    entry = 12 if flags & _HAS_CHECKSUMS else 8
    length = _HEADER.size + count * entry + _FOOTER.size
    if magic != _FOOTER_MAGIC or flags & _RESERVED or length > min(_LARGEST, file_size):
        return None
    table = intake.tail(length)
    if len(table) < length or _HEADER.unpack_from(table) != (_MAGIC, length - _HEADER.size):
        return None
    sizes = [struct.unpack_from("<II", table, 8 + number * entry) for number in range(count)]
    start = file_size - length
    # Whatever is claimed, no more zeros may come of it than the file could have been unpacked to.
    if sum(packed for packed, _ in sizes) > 2 * file_size:
        return None
    if any(unpacked > packed * _MOST_GROWTH for packed, unpacked in sizes):
        return None
    return SeekTable(sizes, start)
