"""The seek table of zstd's seekable format: which archive bytes each frame holds.

It is the content of the file's last frame, a skippable one (zstd's contrib/seekable_format). By it
an archive is entered in the middle, and it tells how much was lost between two frames even when
bytes of the file are gone. What it says is a claim until the frames were unpacked.
"""

from __future__ import annotations

import struct
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain, pairwise
from typing import Final

_HEADER = struct.Struct("<II")
_MAGIC = 0x184D2A5E
_FOOTER = struct.Struct("<IBI")
"""How many frames, flags, magic."""
_FOOTER_MAGIC = 0x8F92EAB1
_HAS_CHECKSUMS, _RESERVED = 0x80, 0x7C
_LARGEST: Final = 8 << 20
"""Bytes of a table that are read: a million frames, terabytes of stored data."""
_LONGEST_ENTERED: Final = 32 << 20
"""Bytes of a frame: all of them may have to be unpacked to read the last one."""
_MOST_GROWTH = 1 << 16
"""How many times its packed length a frame may hold, about what zstd packs at its best."""


class SeekTable:
    """Where in the file and in the archive each frame starts.

    Args:
        packed: Bytes of each frame in the file, none of them 0.
        unpacked: Bytes of the archive in each.
        start: Where in the file the table's own frame starts.
    """

    def __init__(self, packed: Iterable[int], unpacked: Iterable[int], start: int) -> None:
        self.places = array("Q", accumulate(packed, initial=0))
        """Where in the file each frame starts, and where the last one ends."""
        self.offsets = array("Q", accumulate(unpacked, initial=0))
        """The same in the archive."""
        self._shift = start - self.places[-1]

    @property
    def archive_size(self) -> int:
        """Bytes of the archive."""
        return self.offsets[-1]

    @property
    def has_entries(self) -> bool:
        """Whether the archive can be entered at its frames: all are named, and none is too long."""
        longest = max((end - start for start, end in pairwise(self.offsets)), default=0)
        return self._shift == 0 and longest <= _LONGEST_ENTERED

    def is_boundary(self, offset: int) -> bool:
        """Whether a frame starts or the last one ends at an archive offset."""
        number = bisect_left(self.offsets, offset)
        return number < len(self.offsets) and self.offsets[number] == offset

    def frame_at(self, offset: int) -> int:
        """Return the number of the frame that holds an archive offset before the end."""
        return bisect_right(self.offsets, offset) - 1

    def end_of_frame(self, place: int) -> int:
        """Return where in the file the frame ends that holds a place before the table's own."""
        return self.places[min(bisect_right(self.places, place), len(self.places) - 1)]

    def offset_of(self, place: int) -> int | None:
        """Return the archive offset of the frame at a place in the file, if that is certain.

        Where bytes of the file are gone, a frame before the loss is found by its distance from the
        start of the file, one behind it by its distance from the end.
        """
        offsets = {self._start(place), self._start(place - self._shift)} - {None}
        return offsets.pop() if len(offsets) == 1 else None

    def _start(self, place: int) -> int | None:
        number = bisect_left(self.places, max(place, 0))
        is_start = number < len(self.places) and self.places[number] == place
        return self.offsets[number] if is_start else None


def read_seek_table(tail: Callable[[int], bytes], file_size: int | None) -> SeekTable | None:
    """Read the table at a file's end, if it has one that makes sense.

    Args:
        tail: Gives up to that many of the file's last bytes.
        file_size: Bytes of the file, where they are known.
    """
    footer = tail(_FOOTER.size)
    if file_size is None or len(footer) < _FOOTER.size:
        return None
    count, flags, magic = _FOOTER.unpack(footer)
    entry = 12 if flags & _HAS_CHECKSUMS else 8
    length = _HEADER.size + count * entry + _FOOTER.size
    if magic != _FOOTER_MAGIC or flags & _RESERVED or length > min(_LARGEST, file_size):
        return None
    table = tail(length)
    if len(table) < length or _HEADER.unpack_from(table) != (_MAGIC, length - _HEADER.size):
        return None
    numbers = array("I", table[_HEADER.size : -_FOOTER.size])
    if sys.byteorder == "big":
        numbers.byteswap()
    packed, unpacked = numbers[0 :: entry // 4], numbers[1 :: entry // 4]
    # Whatever is claimed, no more zeros may come of it than the file could have been unpacked to.
    if 0 in packed or sum(packed) > 2 * file_size:
        return None
    if any(more > less * _MOST_GROWTH for less, more in zip(packed, unpacked, strict=True)):
        return None
    return SeekTable(packed, unpacked, file_size - length)


def pack_seek_table(packed: Sequence[int], unpacked: Sequence[int]) -> bytes:
    """Return the frame that ends a file, from the lengths of the frames before it."""
    numbers = array("I", chain.from_iterable(zip(packed, unpacked, strict=True)))
    if sys.byteorder == "big":
        numbers.byteswap()
    content = numbers.tobytes() + _FOOTER.pack(len(packed), 0, _FOOTER_MAGIC)
    return _HEADER.pack(_MAGIC, len(content)) + content
