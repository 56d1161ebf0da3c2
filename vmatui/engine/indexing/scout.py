"""Keeps the few clusters that tell of partitions while they pass: a visitor of a full walk.

Those are each disk's first and last, and the first of each partition if it comes after its table. A
packed archive cannot be entered in the middle later.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from itertools import starmap
from typing import Final

from vmatui.engine.checking.checker import Rejected
from vmatui.engine.walking.found import Extent, Gap
from vmatui.format import layout
from vmatui.format.extent import ADDRESS, runs_in
from vmatui.format.header import Device
from vmatui.format.partitions import HEAD, parse_partitions

MAX_KEPT: Final = 256
"""Clusters that are kept, 16 MiB."""
_SIGNED: Final = 2
"""Clusters at a partition's start in which file systems sign."""


class Scout:
    """The first clusters of disks and partitions.

    Args:
        devices: Of the archive.
    """

    def __init__(self, devices: Iterable[Device]) -> None:
        self._devices = {device.dev_id: device for device in devices if not device.is_vmstate}
        self._kept: dict[int, bytes] = {}
        self._wanted: list[int] = []
        """Addresses of clusters, in order."""
        for device in self._devices.values():
            self._want(device.dev_id, 0)
            self._want(device.dev_id, device.clusters - 1)

    def see_gap(self, gap: Gap) -> None:
        """A gap holds nothing that could be kept."""

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Keep what is wanted of an extent whose data was read."""
        used = extent.header.used
        if extent.buffer is None and extent.length:
            return
        if not any(starmap(self._wants_of, extent.header.clusters)):
            return
        start = 0
        for position, slot in enumerate(used):
            if slot & ADDRESS in self._wanted and position not in rejected:
                self._keep(slot & ADDRESS, _data(extent, start, slot >> 48))
            start += (slot >> 48).bit_count() * layout.BLOCK_SIZE

    def finish(self) -> None:
        """Nothing is left to do."""

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
        following = bisect_left(self._wanted, first)
        return following < len(self._wanted) and self._wanted[following] <= last

    def _want(self, dev_id: int, cluster: int) -> None:
        address = dev_id << 32 | cluster
        if len(self._wanted) + len(self._kept) < MAX_KEPT and address not in self._wanted:
            insort(self._wanted, address)

    def _keep(self, address: int, data: bytes) -> None:
        self._wanted.remove(address)
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
