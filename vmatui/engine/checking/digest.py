"""Digests the clusters of extents as a restore would write them, whatever their masks.

Blocks that are not stored count as zeros, and so does what lies past a device's end: the same disk
has the same entries in every archive of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import Rejected
from vmatui.format.digests import ZERO, entry_of
from vmatui.format.extent import ADDRESS, runs_in
from vmatui.format.header import Device
from vmatui.format.layout import BLOCK_SIZE, CLUSTER_SIZE, FULL_MASK

if TYPE_CHECKING:  # how disks are read loads much that verifying never needs
    from vmatui.engine.walking.newextents import NewExtent

_ZEROS: Final = bytes(CLUSTER_SIZE)


class ClusterRun(NamedTuple):
    """Neighbouring clusters of a device, in neighbouring slots of an extent."""

    dev_id: int
    first: int
    """Number of the first cluster."""
    position: int
    """Of its slot among the used ones."""
    entries: list[bytes]
    """One a cluster; grows while they are joined."""

    @property
    def last(self) -> int:
        """Number of the last cluster."""
        return self.first + len(self.entries) - 1


class Digester:
    """Makes the entries of clusters.

    Args:
        devices: Of the archive.
    """

    def __init__(self, devices: Iterable[Device]) -> None:
        self._ends = {
            device.dev_id << 32 | device.clusters - 1: device.size % CLUSTER_SIZE
            for device in devices
            if device.size % CLUSTER_SIZE
        }
        """By the address of a partial last cluster: its bytes inside the device."""
        self._cluster = bytearray(CLUSTER_SIZE)
        self._view = memoryview(self._cluster)

    def runs_of(self, extent: Extent, rejected: Rejected) -> list[ClusterRun]:
        """Digest the clusters of an extent whose payload was read.

        Args:
            extent: All of its payload is there for the slots that are not rejected.
            rejected: Positions of the slots to leave out.
        """
        return _joined(self._entries(extent, rejected))

    def runs_of_new(self, extent: NewExtent) -> list[ClusterRun]:
        """Digest the clusters of an extent that is being written."""
        views = extent.stored_clusters()
        return _joined(
            (slot, self._entry(slot, next(views)) if slot >> 48 else ZERO) for slot in extent.slots
        )

    def _entries(self, extent: Extent, rejected: Rejected) -> Iterator[tuple[int, bytes | None]]:
        payload = extent.buffer.view if extent.buffer is not None else memoryview(b"")
        start = 0
        for position, slot in enumerate(extent.header.used):
            mask = slot >> 48
            end = start + mask.bit_count() * BLOCK_SIZE
            if position in rejected:
                yield slot, None
            elif not mask:
                yield slot, ZERO
            elif mask == FULL_MASK:
                yield slot, self._entry(slot, payload[start:end])
            else:
                yield slot, self._entry(slot, self._spread(mask, payload[start:end]))
            start = end

    def _entry(self, slot: int, cluster: memoryview) -> bytes:
        end = self._ends.get(slot & ADDRESS)
        if end is not None:
            self._view[:end] = cluster[:end]
            self._view[end:] = _ZEROS[end:]
            cluster = self._view
        return entry_of(cluster)

    def _spread(self, mask: int, stored: memoryview) -> memoryview:
        """Put stored blocks where they belong in a cluster of zeros."""
        self._view[:] = _ZEROS
        start = 0
        for block, blocks in runs_in(mask):
            end = start + blocks * BLOCK_SIZE
            self._view[block * BLOCK_SIZE :][: end - start] = stored[start:end]
            start = end
        return self._view


def _joined(entries: Iterable[tuple[int, bytes | None]]) -> list[ClusterRun]:
    """Join neighbours; a slot without an entry is left out."""
    runs: list[ClusterRun] = []
    expected = -1
    for position, (slot, entry) in enumerate(entries):
        address = slot & ADDRESS
        if entry is None:
            expected = -1
            continue
        if address != expected:
            runs.append(ClusterRun(address >> 32, address & 0xFFFFFFFF, position, []))
        runs[-1].entries.append(entry)
        expected = address + 1
    return runs
