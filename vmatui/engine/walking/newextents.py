"""Reads disks into extents: devices take turns, zero blocks are left out, holes are never read.

An extent keeps the clusters as they were read; only the stored blocks of them are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from vmatui.engine.walking.feed import Buffer, BufferPool
from vmatui.engine.walking.stretches import cluster_stretches
from vmatui.format import layout
from vmatui.format.extent import runs_in
from vmatui.format.header import Device
from vmatui.format.pack import pack_slots
from vmatui.storage.images import Image
from vmatui.storage.zeros import mask_of

SLOTS: Final = 58
"""Slots that are filled, one less than there are: so does the reference."""
TURN: Final = 16
"""Clusters that a device brings before the next one has its turn: reads of 1 MiB."""


class Turn(NamedTuple):
    """Neighbouring clusters of one device in an extent."""

    dev_id: int
    clusters: int
    size: int
    """Bytes of the device that they cover."""
    stored: int = 0
    """Clusters with at least one stored block."""
    blocks: int = 0
    """Blocks that are stored."""

    @property
    def zero_bytes(self) -> int:
        """Bytes that are left out, those past the end of the last cluster counted."""
        return self.clusters * layout.CLUSTER_SIZE - self.blocks * layout.BLOCK_SIZE


class NewExtent:
    """An extent on its way into an archive."""

    def __init__(self) -> None:
        self.slots: list[int] = []
        """Used slots as 64-bit numbers."""
        self.turns: list[Turn] = []
        """The same slots, summed up in their order."""
        self.pieces: list[tuple[int, int]] = []
        """Start and end, in the buffer, of the stored blocks in order."""
        self.buffer: Buffer | None = None

    def header(self, uuid: UUID) -> bytes:
        """Return the 512 bytes that go before the stored blocks."""
        return pack_slots(uuid, self.slots)

    def payload(self) -> list[memoryview]:
        """Return the stored blocks."""
        if self.buffer is None:
            return []
        view = self.buffer.view
        return [view[start:end] for start, end in self.pieces]

    def stored_clusters(self) -> Iterator[memoryview]:
        """Yield the clusters with at least one stored block, whole, in the order of their slots."""
        size = layout.CLUSTER_SIZE
        numbers = dict.fromkeys(
            number
            for start, end in self.pieces
            for number in range(start // size, layout.clusters_in(end))
        )
        if self.buffer is not None:
            for number in numbers:
                yield self.buffer.view[number * size : (number + 1) * size]

    def release(self) -> None:
        """Give the buffer back."""
        if self.buffer is not None:
            self.buffer.release()


class _Reading:
    """One device's clusters in order, as stretches of data and of zeros."""

    def __init__(self, device: Device, image: Image) -> None:
        self.dev_id = device.dev_id
        self.image = image
        self._size = device.size
        self._clusters = device.clusters
        self._next = 0
        self._stretches = cluster_stretches(image, 0, device.clusters)
        self._end, self.is_data = next(self._stretches)

    @property
    def is_over(self) -> bool:
        """Whether every cluster was taken."""
        return self._next == self._clusters

    @property
    def left(self) -> int:
        """Clusters left of the stretch."""
        return self._end - self._next

    def take(self, count: int) -> tuple[int, int]:
        """Take clusters of the stretch: the number of the first, and the bytes of all."""
        first = self._next
        self._next += count
        if not self.left and not self.is_over:
            self._end, self.is_data = next(self._stretches)
        start, end = first * layout.CLUSTER_SIZE, (first + count) * layout.CLUSTER_SIZE
        return first, min(end, self._size) - start


def iter_new_extents(
    disks: Sequence[tuple[Device, Image]], pool: BufferPool
) -> Iterator[NewExtent]:
    """Yield the extents of an archive of these disks; every cluster has a slot in one.

    Args:
        disks: Open images and the devices they become.
        pool: Memory for the clusters; the consumer releases each extent.

    Raises:
        SourceError: an image cannot be read.
    """
    waiting = [_Reading(device, image) for device, image in disks]
    extent = NewExtent()
    filled = 0
    while waiting:
        reading = waiting.pop(0)
        count = min(SLOTS - len(extent.slots), reading.left)
        if reading.is_data:
            extent.buffer = extent.buffer or pool.take()
            if extent.buffer is None:
                return
            count = min(count, TURN)
            _add_data(extent, extent.buffer, reading, count, filled)
            filled += count * layout.CLUSTER_SIZE
        else:
            _add_zeros(extent, reading, count)
        if not reading.is_over:
            waiting.append(reading)
        if len(extent.slots) == SLOTS:
            yield extent
            extent, filled = NewExtent(), 0
    if extent.slots:
        yield extent


def _add_zeros(extent: NewExtent, reading: _Reading, count: int) -> None:
    first, size = reading.take(count)
    start = reading.dev_id << 32 | first
    extent.slots += range(start, start + count)
    extent.turns.append(Turn(reading.dev_id, count, size))


def _add_data(
    extent: NewExtent, buffer: Buffer, reading: _Reading, count: int, filled: int
) -> None:
    """Read clusters into a buffer that is filled so far, and add their slots."""
    first, size = reading.take(count)
    view = buffer.view[filled : filled + count * layout.CLUSTER_SIZE]
    reading.image.read_into(first * layout.CLUSTER_SIZE, view[:size])
    view[size:] = bytes(len(view) - size)
    stored = blocks = 0
    for number in range(count):
        start = filled + number * layout.CLUSTER_SIZE
        mask = mask_of(buffer.memory, start)
        extent.slots.append(mask << 48 | reading.dev_id << 32 | first + number)
        if mask:
            stored += 1
            blocks += mask.bit_count()
            _add_pieces(extent.pieces, mask, start)
    extent.turns.append(Turn(reading.dev_id, count, size, stored, blocks))


def _add_pieces(pieces: list[tuple[int, int]], mask: int, offset: int) -> None:
    """Add the stored blocks of a cluster at an offset in the buffer, joined where they meet."""
    for block, blocks in runs_in(mask):
        start = offset + block * layout.BLOCK_SIZE
        end = start + blocks * layout.BLOCK_SIZE
        if pieces and pieces[-1][1] == start:
            start = pieces.pop()[0]
        pieces.append((start, end))
