"""Keeps the few clusters that tell of partitions while they pass: a visitor of a full walk.

Those are each disk's first and last, and the first of each partition if it comes after its table. A
packed archive cannot be entered in the middle later.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from itertools import starmap
from typing import Final

from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import Rejected, Visitor
from vmatui.format import layout
from vmatui.format.extent import ADDRESS, ExtentHeader, runs_in
from vmatui.format.header import Device
from vmatui.format.partitions import HEAD, parse_partitions

MAX_KEPT: Final = 256
"""Clusters that are kept, 16 MiB."""
_SIGNED: Final = 2
"""Clusters at a partition's start in which file systems sign."""


class Scout(Visitor):
    """The first clusters of disks and partitions.

    Args:
        devices: Of the archive.
    """

    def __init__(self, devices: Iterable[Device]) -> None:
        self._devices = {device.dev_id: device for device in devices if not device.is_vmstate}
        self._kept: dict[int, bytes] = {}
        self._wanted: tuple[int, ...] = ()
        """Addresses of clusters, in order; replaced as a whole, since another thread reads it."""
        self._awaited: deque[ExtentHeader] = deque()
        """Of the extents that bring wanted clusters and were not seen yet."""
        for device in self._devices.values():
            self._want(device.dev_id, 0)
            self._want(device.dev_id, device.clusters - 1)

    def wants(self, header: ExtentHeader) -> bool:
        """Whether an extent brings what is wanted, or what may be when those before were seen."""
        if any(starmap(self._wants_of, header.clusters)):
            self._awaited.append(header)
        return bool(self._awaited)

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Keep what is wanted of an extent whose data was read."""
        if extent.has_payload and any(starmap(self._wants_of, extent.header.clusters)):
            self._keep_wanted(extent, rejected)
        if self._awaited and self._awaited[0] is extent.header:
            self._awaited.popleft()

    def read(self, device: Device, offset: int, length: int) -> bytes | None:
        """Return bytes of a device, cut at its end and at what was kept; None where nothing was."""
        stop = min(offset + length, device.size)
        parts = []
        for cluster in range(offset // layout.CLUSTER_SIZE, -(-stop // layout.CLUSTER_SIZE)):
            data = self._kept.get(device.dev_id << 32 | cluster)
            if data is None:
                break
            parts.append(data)
        skipped = offset % layout.CLUSTER_SIZE
        return b"".join(parts)[skipped : skipped + stop - offset] or None

    def _wants_of(self, first: int, last: int) -> bool:
        """Whether any of neighbouring clusters is wanted."""
        wanted = self._wanted
        following = bisect_left(wanted, first)
        return following < len(wanted) and wanted[following] <= last

    def _want(self, dev_id: int, cluster: int) -> None:
        address = dev_id << 32 | cluster
        if len(self._wanted) + len(self._kept) < MAX_KEPT and address not in self._wanted:
            self._wanted = tuple(sorted([*self._wanted, address]))

    def _keep_wanted(self, extent: Extent, rejected: Rejected) -> None:
        start = 0
        for position, slot in enumerate(extent.header.used):
            if slot & ADDRESS in self._wanted and position not in rejected:
                self._keep(slot & ADDRESS, _data(extent, start, slot >> 48))
            start += (slot >> 48).bit_count() * layout.BLOCK_SIZE

    def _keep(self, address: int, data: bytes) -> None:
        self._wanted = tuple(each for each in self._wanted if each != address)
        self._kept[address] = data
        if address & 0xFFFFFFFF:
            return
        device = self._devices[address >> 32]
        for partition in parse_partitions(data[:HEAD], b"", device.size):
            first = partition.start // layout.CLUSTER_SIZE
            for cluster in range(first, min(first + _SIGNED, device.clusters)):
                if device.dev_id << 32 | cluster not in self._kept:
                    self._want(device.dev_id, cluster)


def _data(extent: Extent, start: int, mask: int) -> bytes:
    """Return a cluster out of an extent's payload, from `start` on."""
    data = bytearray(layout.CLUSTER_SIZE)
    if extent.buffer is not None:
        for first, length in runs_in(mask):
            at, size = first * layout.BLOCK_SIZE, length * layout.BLOCK_SIZE
            data[at : at + size] = extent.buffer.view[start : start + size]
            start += size
    return bytes(data)
