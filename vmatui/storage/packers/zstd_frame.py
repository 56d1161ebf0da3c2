"""The bytes of one zstd frame, which are compressed where they are."""

from __future__ import annotations

import mmap
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from vmatui.format.layout import EXTENT_HEADER_SIZE

if TYPE_CHECKING:
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdCompressor
    else:
        from backports.zstd import ZstdCompressor

_AHEAD: Final = 1 << 16
"""Bytes before those that are to be packed; packed ones start there, so that they never overtake.

zstd stores what does not become smaller: some 20 bytes are added, and 3 for each block of 128 KiB.
"""
_PIECE: Final = 1 << 17
"""Bytes that the library gets at once: what comes out is one object for a moment."""


class Frame:
    """What is packed together, in memory that is used again: new one has to be found and cleared.

    Args:
        room: Bytes that it has memory for; what is larger gets more.
    """

    def __init__(self, room: int) -> None:
        # Not of the heap, which would be left with holes; what is never touched takes no memory.
        self._memory = mmap.mmap(-1, _AHEAD + room)
        self.length = 0
        self.packed = memoryview(b"")
        """The compressed bytes, once `pack` has made them."""

    def add(self, views: Sequence[memoryview], length: int) -> None:
        """Add bytes, so many in all."""
        end = _AHEAD + self.length
        if end + length > len(self._memory):
            smaller, self._memory = self._memory, mmap.mmap(-1, end + length)
            self._memory[:end] = smaller[:end]
        self._memory.seek(end)
        for view in views:
            self._memory.write(view)
        self.length += length

    def pack(self, encoder: ZstdCompressor) -> None:
        """Compress the bytes, an extent's header in a block of its own, and write over them."""
        encoder.set_pledged_input_size(self.length)
        memory, packed = memoryview(self._memory), self._memory
        rest = memory[_AHEAD : _AHEAD + self.length]
        packed.seek(0)
        packed.write(encoder.compress(rest[:EXTENT_HEADER_SIZE], encoder.FLUSH_BLOCK))
        for at in range(EXTENT_HEADER_SIZE, self.length, _PIECE):
            packed.write(encoder.compress(rest[at : at + _PIECE]))
        packed.write(encoder.flush(encoder.FLUSH_FRAME))
        self.packed = memory[: packed.tell()]

    def clear(self) -> None:
        """Give up what is in it, packed or not."""
        self.length = 0
        self.packed = memoryview(b"")
