"""Brings the clusters of one device into order, for a target that only goes forward.

Backups hold them nearly in order; what comes early is kept, within a bound, until its turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import Rejected, Visitor
from vmatui.errors import TargetError
from vmatui.format.extent import parse_slot, runs_in
from vmatui.format.header import Device
from vmatui.format.layout import BLOCK_SIZE, CLUSTER_SIZE

MOST_KEPT: Final = 256 << 20
"""Bytes that may wait for their turn."""
_ENTRY: Final = 256
"""Bytes that a cluster takes beside its data, generously."""


class InOrder(Visitor):
    """Writes the clusters of a device from the first to the last; a visitor of the walk.

    Args:
        device: Which device.
        writev: Takes an offset in bytes and what goes there, in order; zeros are left out.
    """

    def __init__(self, device: Device, writev: Callable[[int, Sequence[memoryview]], None]) -> None:
        self._device = device
        self._writev = writev
        self._next = 0
        """The cluster whose turn it is."""
        self._early: dict[int, tuple[int, bytes]] = {}
        """Mask and stored blocks by cluster."""
        self._kept = 0

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Write the clusters whose turn it is, and keep the others.

        Raises:
            TargetError: too many have come early.
        """
        # An extent that brings no data of the device may be here without its payload.
        payload = memoryview(b"") if extent.buffer is None else extent.buffer.view
        start = 0
        for position, slot in enumerate(extent.header.used):
            mask, dev_id, cluster = parse_slot(slot)
            end = start + mask.bit_count() * BLOCK_SIZE
            if dev_id == self._device.dev_id and position not in rejected:
                self._take(cluster, mask, payload[start:end])
            start = end

    def finish(self) -> None:
        """Write what still waits for clusters that are missing."""
        for cluster in sorted(self._early):
            mask, data = self._early[cluster]
            self._write(cluster, mask, memoryview(data))
        self._early.clear()

    def _take(self, cluster: int, mask: int, data: memoryview) -> None:
        if cluster != self._next:
            self._keep(cluster, mask, bytes(data))
            return
        self._write(cluster, mask, data)
        self._next += 1
        while (early := self._early.pop(self._next, None)) is not None:
            mask, kept = early
            self._kept -= len(kept) + _ENTRY
            self._write(self._next, mask, memoryview(kept))
            self._next += 1

    def _keep(self, cluster: int, mask: int, data: bytes) -> None:
        self._early[cluster] = mask, data
        self._kept += len(data) + _ENTRY
        if self._kept > MOST_KEPT:
            raise TargetError(
                f"cluster {self._next} of {self._device.name} has not come before too many of "
                "those after it, so standard output cannot be written in order; restore to a file"
            )

    def _write(self, cluster: int, mask: int, data: memoryview) -> None:
        start = 0
        for block, count in runs_in(mask):
            end = start + count * BLOCK_SIZE
            self._writev(cluster * CLUSTER_SIZE + block * BLOCK_SIZE, [data[start:end]])
            start = end
