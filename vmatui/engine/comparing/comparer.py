"""Compares clusters of an archive with disk images, and remembers where they differ.

Equal data is never looked at byte by byte: a comparison with constant or reused memory is one call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Final

from vmatui.engine.checking.clusterset import ClusterSet, join_ranges
from vmatui.engine.checking.findings import MAX_RANGES
from vmatui.engine.comparing.comparison import DeviceComparison
from vmatui.engine.walking.feed import BUFFER_SIZE
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.stretches import cluster_stretches
from vmatui.engine.walking.visitor import Rejected, Visitor
from vmatui.errors import SourceError
from vmatui.format.extent import parse_slot
from vmatui.format.header import Device
from vmatui.format.layout import BLOCK_SIZE, BLOCKS_PER_CLUSTER, CLUSTER_SIZE, FULL_MASK
from vmatui.storage.images import Image

DifferenceFunction = Callable[[int, int, int], None]
"""Takes dev_id, cluster and, as a mask of 16 bits, the blocks of it that differ."""

AT_ONCE: Final = BUFFER_SIZE // CLUSTER_SIZE
"""Clusters that are read at once; an extent has fewer."""
ZEROS_AT_ONCE: Final = 1024
"""Zero clusters that are gathered at most: 64 MiB are read before somebody hears of it."""
MAX_UNREADABLE: Final = 4096
"""Blocks that may be unreadable before a target is given up: each may take the medium seconds."""

_ZERO_CLUSTER: Final = bytes(CLUSTER_SIZE)
_ZERO_BLOCK: Final = memoryview(_ZERO_CLUSTER)[:BLOCK_SIZE]
_NO_PAYLOAD: Final = memoryview(b"")

_Part = tuple[int, int]
"""The mask of a cluster, and where in the payload its blocks start."""


class DeviceComparer:
    """Compares one device with an image.

    Args:
        device: As the header declares it.
        image: Open.
        buffer: `BUFFER_SIZE` bytes that the image is read into; others may use it in between.
        on_difference: Hears of every cluster that differs.
    """

    def __init__(
        self, device: Device, image: Image, buffer: bytearray, on_difference: DifferenceFunction
    ) -> None:
        self._device = device
        self._image = image
        self._buffer = buffer
        self._view = memoryview(buffer)
        self._on_difference = on_difference
        self._end = min(device.size, image.size)
        """Bytes that both have."""
        self._zeros = 0, 0
        """The first of the zero clusters that wait, and the one after the last."""
        self._spans: list[tuple[int, list[_Part]]] = []
        """Stored clusters that follow each other on the device, with the number of the first."""
        self._compared = 0
        self._differing = ClusterSet(device.clusters)
        self._differing_blocks = 0
        self._first: int | None = None
        self._unreadable: set[int] = set()
        """Numbers, on the device, of blocks that cannot be read."""
        self._read_error: str | None = None

    @property
    def _is_given_up(self) -> bool:
        return len(self._unreadable) >= MAX_UNREADABLE

    def take(self, cluster: int, mask: int, start: int) -> None:
        """Take a cluster of an extent; a stored one waits until `compare_stored`.

        Args:
            cluster: Inside the device, and taken once.
            mask: Its stored blocks.
            start: Where in the payload they start.
        """
        if not mask:
            first, end = self._zeros
            if cluster != end or end - first == ZEROS_AT_ONCE:
                self.compare_zeros()
                first = cluster
            self._zeros = first, cluster + 1
        elif self._spans and cluster == self._spans[-1][0] + len(self._spans[-1][1]):
            self._spans[-1][1].append((mask, start))
        else:
            self._spans.append((cluster, [(mask, start)]))

    def compare_stored(self, payload: memoryview) -> None:
        """Compare the stored clusters of the extent that has this payload."""
        for first, parts in self._spans:
            self._compare(first, parts, payload)
        self._spans.clear()

    def compare_zeros(self) -> None:
        """Compare the zero clusters that were taken so far."""
        first, end = self._zeros
        self._zeros = end, end
        for stop, is_data in self._stretches(first, end):
            if is_data:
                for at in range(first, stop, AT_ONCE):
                    self._compare(at, [(0, 0)] * min(AT_ONCE, stop - at), _NO_PAYLOAD)
            else:
                self._compared += stop - first
            first = stop

    def result(self, path: Path) -> DeviceComparison:
        """Return what was found so far.

        Args:
            path: Of the image.
        """
        blocks = join_ranges((block, block) for block in sorted(self._unreadable))
        unreadable = [
            (first * BLOCK_SIZE, min((last + 1) * BLOCK_SIZE, self._end) - 1)
            for first, last in blocks
        ]
        return DeviceComparison(
            dev_id=self._device.dev_id,
            name=self._device.name,
            path=path,
            size=self._device.size,
            target_size=self._image.size,
            clusters=self._device.clusters,
            compared=self._compared,
            differing=len(self._differing),
            differing_blocks=self._differing_blocks,
            first_difference=self._first,
            ranges=tuple(islice(self._differing.iter_present(), MAX_RANGES)),
            unreadable=sum(last + 1 - first for first, last in unreadable),
            unreadable_ranges=tuple(unreadable),
            read_error=self._read_error,
            was_given_up=self._is_given_up,
        )

    def _stretches(self, first: int, end: int) -> Iterator[tuple[int, bool]]:
        """Yield stretches of zero clusters; those that have to be looked at are data."""
        there = end if self._end == self._device.size else min(end, self._end // CLUSTER_SIZE)
        if first < there:
            try:
                yield from cluster_stretches(self._image, first, there)
            except SourceError:
                yield there, True  # reading it names the fault
        if there < end:
            yield end, True

    def _compare(self, first: int, parts: list[_Part], payload: memoryview) -> None:
        """Compare neighbouring clusters, `AT_ONCE` at most."""
        start = first * CLUSTER_SIZE
        end = min(start + len(parts) * CLUSTER_SIZE, self._end)
        if start < end:
            self._read(start, self._view[: end - start])
        if self._is_given_up:
            return
        self._compared += len(parts)
        for number, (mask, at) in enumerate(parts):
            self._compare_cluster(first + number, number * CLUSTER_SIZE, mask, payload[at:])

    def _compare_cluster(self, cluster: int, place: int, mask: int, stored: memoryview) -> None:
        """Compare one cluster, which was read to a place in the buffer."""
        if (cluster + 1) * CLUSTER_SIZE <= self._end and (
            (not mask and self._buffer.startswith(_ZERO_CLUSTER, place))
            or (mask == FULL_MASK and self._buffer.startswith(stored[:CLUSTER_SIZE], place))
        ):
            return
        blocks = self._differing_in(cluster, place, mask, stored)
        if blocks:
            self._differing.add(cluster, cluster)
            self._differing_blocks += blocks.bit_count()
            self._on_difference(self._device.dev_id, cluster, blocks)

    def _differing_in(self, cluster: int, place: int, mask: int, stored: memoryview) -> int:
        """Return which blocks of a cluster differ, as a mask."""
        differing = at = 0
        for number in range(BLOCKS_PER_CLUSTER):
            block = cluster * BLOCKS_PER_CLUSTER + number
            size = min(BLOCK_SIZE, self._device.size - block * BLOCK_SIZE)
            if size <= 0:
                break
            expected = _ZERO_BLOCK
            if mask >> number & 1:
                expected = stored[at:]
                at += BLOCK_SIZE
            where = place + number * BLOCK_SIZE
            is_there = block * BLOCK_SIZE + size <= self._end
            if block in self._unreadable or (
                is_there and self._buffer.startswith(expected[:size], where)
            ):
                continue
            differing |= 1 << number
            if self._first is None or block * BLOCK_SIZE < self._first:
                self._first = self._first_byte(block * BLOCK_SIZE, where, expected[:size])
        return differing

    def _first_byte(self, offset: int, where: int, expected: memoryview) -> int:
        """Return the first byte that differs, or that the target lacks, in a block."""
        there = max(min(len(expected), self._end - offset), 0)
        for at in range(there):
            if self._buffer[where + at] != expected[at]:
                return offset + at
        return offset + there

    def _read(self, offset: int, view: memoryview) -> None:
        """Fill the view as far as it can be read, to the block."""
        if self._is_given_up:
            return
        try:
            self._image.read_into(offset, view)
        except SourceError as error:
            if len(view) <= BLOCK_SIZE:
                self._unreadable.add(offset // BLOCK_SIZE)
                self._read_error = self._read_error or str(error)
                return
            middle = -(-len(view) // 2 // BLOCK_SIZE) * BLOCK_SIZE
            self._read(offset, view[:middle])
            self._read(offset + middle, view[middle:])


class Comparer(Visitor):
    """Compares what the checker accepts with images; a visitor of the walk.

    Args:
        devices: By dev_id.
    """

    def __init__(self, devices: Mapping[int, DeviceComparer]) -> None:
        self._devices = devices

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Compare the stored clusters of an extent, and gather the zero ones."""
        start = 0
        for position, slot in enumerate(extent.header.used):
            mask, dev_id, cluster = parse_slot(slot)
            device = self._devices.get(dev_id)
            if device is not None and position not in rejected:
                device.take(cluster, mask, start)
            start += mask.bit_count() * BLOCK_SIZE
        payload = _NO_PAYLOAD if extent.buffer is None else extent.buffer.view
        for device in self._devices.values():
            device.compare_stored(payload)

    def finish(self) -> None:
        """Compare the zero clusters that wait."""
        for device in self._devices.values():
            device.compare_zeros()
