"""One extent taken apart: what each byte of it is, and where each block of a cluster lies in it.

A header that is damaged is believed as far as it goes; what is wrong with it is told beside it.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.engine.inspecting.bytepieces import Reader
from vmatui.format import layout
from vmatui.format.extent import ExtentHeader, Slot, parse_extent, parse_slot, runs_in


class BlockPlace(NamedTuple):
    """A block of a device's cluster."""

    dev_id: int
    cluster: int
    block: int
    """0 to 15."""

    @property
    def offset(self) -> int:
        """Where on the device it starts, in bytes."""
        return self.cluster * layout.CLUSTER_SIZE + self.block * layout.BLOCK_SIZE


class Anatomy(NamedTuple):
    """An extent as its header lays it out."""

    number: int
    offset: int
    """Of the header in the archive, in bytes."""
    raw: bytes
    """The header."""
    header: ExtentHeader
    slots: tuple[Slot, ...]
    """All of them, the empty ones too."""
    starts: tuple[int, ...]
    """Archive offset of each slot's stored blocks, and behind those of the last."""

    @property
    def data(self) -> int:
        """Archive offset of the first stored block."""
        return self.offset + layout.EXTENT_HEADER_SIZE

    @property
    def end(self) -> int:
        """Archive offset behind the last block that the slots name."""
        return self.starts[-1]

    def slot_at(self, offset: int) -> int | None:
        """Return which slot an archive offset belongs to, be it the slot itself or its blocks."""
        at = offset - self.offset - layout.EXTENT_SLOTS
        if 0 <= at < layout.SLOTS_PER_EXTENT * layout.SLOT_SIZE:
            return at // layout.SLOT_SIZE
        if not self.data <= offset < self.end:
            return None
        return bisect_right(self.starts, offset) - 1

    def block_at(self, offset: int) -> BlockPlace | None:
        """Return which block of a device an archive offset lies in."""
        number = self.slot_at(offset)
        if number is None or offset < self.data:
            return None
        mask, dev_id, cluster = self.slots[number]
        index = (offset - self.starts[number]) // layout.BLOCK_SIZE
        blocks = [first + step for first, length in runs_in(mask) for step in range(length)]
        return BlockPlace(dev_id, cluster, blocks[index])

    def slot_of(self, dev_id: int, cluster: int) -> int | None:
        """Return the first slot of a cluster."""
        for number, slot in enumerate(self.slots):
            if (slot.dev_id, slot.cluster) == (dev_id, cluster):
                return number
        return None

    def slot_offset(self, number: int) -> int:
        """Return the archive offset of a slot."""
        return self.offset + layout.EXTENT_SLOTS + number * layout.SLOT_SIZE

    def data_of(self, offset: int) -> int | None:
        """Return where the blocks start of the slot that an archive offset belongs to."""
        number = self.slot_at(offset)
        is_stored = number is not None and self.starts[number] < self.starts[number + 1]
        return self.starts[number] if number is not None and is_stored else None

    def block_offset(self, number: int, block: int) -> int | None:
        """Return the archive offset of a block of a slot's cluster, None if it is not stored."""
        mask = self.slots[number].mask
        if not mask >> block & 1:
            return None
        before = (mask & ((1 << block) - 1)).bit_count()
        return self.starts[number] + before * layout.BLOCK_SIZE


def read_anatomy(reader: Reader, extents: ExtentTable, number: int) -> Anatomy | None:
    """Read the header of an extent and take it apart; None if the archive ends inside it.

    Args:
        reader: Of the archive.
        extents: Where they are.
        number: Which of them.

    Raises:
        SourceError: the archive cannot be read any more.
    """
    offset = extents[number].offset
    raw = reader.read_at(offset, layout.EXTENT_HEADER_SIZE).data
    if len(raw) < layout.EXTENT_HEADER_SIZE:
        return None
    slots = tuple(map(parse_slot, layout.EXTENT_HEADER.unpack(raw)[5:]))
    # The masks of empty slots count for nothing.
    sizes = (slot.mask.bit_count() * layout.BLOCK_SIZE if slot.dev_id else 0 for slot in slots)
    starts = accumulate(sizes, initial=offset + layout.EXTENT_HEADER_SIZE)
    return Anatomy(number, offset, raw, parse_extent(raw), slots, tuple(starts))
