"""The map: the state of every cluster of every device, written by a walk and read by a screen.

The cells are plain memory that one thread writes and another reads at any time. Pages that nobody
wrote cost nothing, so a huge device with little in it is small here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from vmatui.engine.checking.findings import Touched
from vmatui.engine.indexing.doubts import Doubts, slots_in_doubt
from vmatui.engine.indexing.sparse import sparse_memory
from vmatui.engine.walking.found import Extent, Gap
from vmatui.engine.walking.visitor import HeaderVisitor, Rejected
from vmatui.format.extent import SlotRun
from vmatui.format.header import Device
from vmatui.format.layout import BLOCKS_PER_CLUSTER, FULL_MASK, SLOTS_PER_EXTENT

UNSEEN: Final = 0
"""No extent has named the cluster: not read yet, or missing when the walk is over."""
ZERO: Final = 1
"""All zero. 2 to 17 mean 1 to 16 blocks stored."""
LEVEL: Final = 0x1F
"""The bits that hold `UNSEEN`, `ZERO` or the number of stored blocks plus one."""
DUPLICATE: Final = 0x20
FAULT: Final = 0xC0
"""The bits that hold none or one of the three faults that follow."""
DAMAGED: Final = 0x40
DOUBTFUL: Final = 0x80
"""Its own data is there, but its extent has faults, or no checksum of the stream vouches for it."""
DIFFERS: Final = 0xC0
"""A target that was compared holds something else."""
GROUP_BITS: Final = 8
"""Clusters are marked as changed in groups of 256."""
MAX_MAPPED: Final = 1 << 29
"""Clusters of all devices together, 32 TiB, that a map is kept for."""

_FULL: Final = ZERO + BLOCKS_PER_CLUSTER
_STATES: Final = [bytes([level]) * SLOTS_PER_EXTENT for level in range(ZERO, _FULL + 1)]
"""The states of a run of clusters, by the number of their stored blocks."""
_CHECKED: Final = bytes([1]) * SLOTS_PER_EXTENT
_DOUBTED: Final = bytes(state if state & FAULT else state | DOUBTFUL for state in range(256))
"""What becomes of each state in doubt: a fault that is known stays."""
_PIECE: Final = 1 << 16
"""Clusters that are flagged at once: the whole of a disk may be in doubt."""


class DeviceMap:
    """The states and masks of one device's clusters.

    Args:
        device: As the header declares it.
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self.states = sparse_memory(device.clusters)
        """A byte a cluster."""
        self.masks = sparse_memory(2 * device.clusters).cast("H")
        """Of clusters stored in part; for all others the state tells it, and no page is used."""
        self.checked = sparse_memory(device.clusters)
        """1 for each cluster that was compared with what a target holds."""
        self.is_checked = False
        """Whether any was."""
        self.changed = bytearray((device.clusters >> GROUP_BITS) + 1)
        """1 for each group of clusters that was written since a reader set it back to 0."""

    def set_state(self, cluster: int, state: int, mask: int) -> None:
        """Set a cell and mark its group."""
        if 0 < mask < FULL_MASK:
            self.masks[cluster] = mask
        self.states[cluster] = state
        self.changed[cluster >> GROUP_BITS] = 1

    def mask_of(self, cluster: int) -> int:
        """Return which blocks of a cluster are stored, bit 0 the first; 16 bits."""
        level = self.states[cluster] & LEVEL
        if level <= ZERO:
            return 0
        return FULL_MASK if level >= _FULL else self.masks[cluster]

    def mark_checked(self, first: int, count: int = 1) -> None:
        """Take note that neighbouring clusters, of one extent, were compared with a target."""
        self.is_checked = True
        self.checked[first : first + count] = _CHECKED[:count]
        self.changed[first >> GROUP_BITS] = 1
        self.changed[first + count - 1 >> GROUP_BITS] = 1

    def add_flag(self, cluster: int, flag: int) -> None:
        """Add `DUPLICATE`, `DAMAGED`, `DOUBTFUL` or `DIFFERS` to a cell and mark its group.

        A cell has one of the last three, the one that was added last.
        """
        if flag & FAULT:
            self.states[cluster] &= LEVEL | DUPLICATE
        self.states[cluster] |= flag
        self.changed[cluster >> GROUP_BITS] = 1

    def doubt(self, first: int, last: int) -> None:
        """Add `DOUBTFUL` to all cells of a range that have no fault yet, and mark its groups."""
        for start in range(first, last + 1, _PIECE):
            end = min(start + _PIECE, last + 1)
            self.states[start:end] = self.states[start:end].tobytes().translate(_DOUBTED)
        low, high = first >> GROUP_BITS, (last >> GROUP_BITS) + 1
        self.changed[low:high] = b"\1" * (high - low)


class ClusterMap(HeaderVisitor):
    """The map of an archive; a visitor of its walk.

    Args:
        devices: The devices of the header.
    """

    def __init__(self, devices: Sequence[Device]) -> None:
        budget = MAX_MAPPED
        self._doubts = Doubts(devices)
        self.devices: dict[int, DeviceMap] = {}
        """By dev_id; devices beyond the bound have no map."""
        for device in devices:
            if device.clusters <= budget:
                budget -= device.clusters
                self.devices[device.dev_id] = DeviceMap(device)
        self.is_complete = False
        """Whether the walk is over, so that what was not seen is missing."""

    def see_gap(self, gap: Gap) -> None:
        """Flag what is in doubt before a gap."""
        self.doubt(self._doubts.take_gap(gap))

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Write what an extent brought, and remember it: a gap may cast doubt on it yet."""
        self._doubts.take_extent(extent, rejected)
        self.write(extent, rejected)

    def write(self, extent: Extent, rejected: Rejected) -> None:
        """Write what an extent brought."""
        used = extent.header.used
        self.mark(extent.accepted_runs(rejected))
        skipped = rejected | extent.proved
        if extent.faults or extent.holes or extent.is_displaced:
            self._doubt_slots(extent.accepted(skipped), zeros=not extent.is_sound)
        elif extent.doubts:
            self._doubt_slots(slots_in_doubt(extent, skipped), zeros=False)
        for position in rejected:
            if position < len(used):
                self._flag(used[position])
        for position in extent.rotten:
            self._flag(used[position], is_rotten=True)

    def mark(self, runs: Iterable[SlotRun]) -> None:
        """Write the clusters of runs of slots that are known to be good."""
        for slot, count in runs:
            device, mask = self.devices.get(slot >> 32 & 0xFF), slot >> 48
            if device is None:
                continue
            first = slot & 0xFFFFFFFF
            if 0 < mask < FULL_MASK:
                for cluster in range(first, first + count):
                    device.masks[cluster] = mask
            device.states[first : first + count] = _STATES[mask.bit_count()][:count]
            # No run is longer than an extent, so it is in two groups at most.
            device.changed[first >> GROUP_BITS] = 1
            device.changed[first + count - 1 >> GROUP_BITS] = 1

    def mark_checked(self, runs: Iterable[SlotRun]) -> None:
        """Take note that the clusters of runs of slots were compared with a target."""
        for slot, count in runs:
            device = self.devices.get(slot >> 32 & 0xFF)
            if device is not None:
                device.mark_checked(slot & 0xFFFFFFFF, count)

    def mark_difference(self, dev_id: int, cluster: int) -> None:
        """Flag a cluster that a target holds otherwise."""
        device = self.devices.get(dev_id)
        if device is not None:
            device.add_flag(cluster, DIFFERS)

    def finish(self) -> None:
        """Take note that the walk is over."""
        self.is_complete = True

    def doubt(self, ranges: Iterable[Touched]) -> None:
        """Flag ranges of clusters that were marked, unless they have another fault."""
        for dev_id, first, last in ranges:
            device = self.devices.get(dev_id)
            if device is not None:
                device.doubt(first, last)

    def _doubt_slots(self, slots: Iterable[int], *, zeros: bool) -> None:
        """Flag clusters that are there, though not all is well with their extents.

        Args:
            slots: Of clusters that were marked.
            zeros: Whether also those without data, for which a sound header is enough.
        """
        for slot in slots:
            device = self.devices.get(slot >> 32 & 0xFF)
            if device is not None and (zeros or slot >> 48):
                device.add_flag(slot & 0xFFFFFFFF, DOUBTFUL)

    def _flag(self, slot: int, *, is_rotten: bool = False) -> None:
        """Flag the cluster of a slot that the checker did not accept, or a manifest does not."""
        device, cluster = self.devices.get(slot >> 32 & 0xFF), slot & 0xFFFFFFFF
        if device is not None and cluster < device.device.clusters:
            is_seen = device.states[cluster] & LEVEL
            device.add_flag(cluster, DUPLICATE if is_seen and not is_rotten else DAMAGED)
