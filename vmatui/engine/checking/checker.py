"""Judges what the extents say: every cluster known, inside its device, there, and there once.

The checker hears of every extent in order; from its counts come the structure's verdict and the
clusters that a restore may write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vmatui.engine.checking.clusterset import ClusterSet
from vmatui.engine.checking.findings import FindingList, Touched
from vmatui.engine.checking.proof import Proof
from vmatui.engine.checking.unsettled import Unsettled
from vmatui.engine.walking.found import Extent, Gap
from vmatui.engine.walking.visitor import Rejected
from vmatui.format import layout
from vmatui.format.codes import Code, Fault, Severity
from vmatui.format.extent import parse_slot
from vmatui.format.header import Device, Header

_NONE: Final[Rejected] = frozenset()
_ALL: Final[Rejected] = frozenset(range(layout.SLOTS_PER_EXTENT))


class DeviceTally:
    """What was seen of one device.

    Args:
        device: As the header declares it.
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self.clusters = device.clusters
        self.is_vmstate = device.is_vmstate
        self.seen = ClusterSet(self.clusters)
        """Clusters that a sound extent brought."""
        self.damaged = ClusterSet(self.clusters)
        """Clusters that a damaged extent names, or whose data is cut or unreadable."""
        self.doubtful = ClusterSet(self.clusters)
        """Those of `seen` that no checksum of the stream vouches for, or that may be displaced."""
        self.stored = 0
        """Sound clusters with at least one stored block."""
        self.next_vmstate = 0
        last = device.size - (self.clusters - 1) * layout.CLUSTER_SIZE
        blocks_in_last = -(-last // layout.BLOCK_SIZE)
        self.beyond_last = layout.FULL_MASK & ~((1 << blocks_in_last) - 1)
        """Mask bits of the last cluster that lie past the device's end."""

    @property
    def missing(self) -> int:
        """Clusters that no extent named so far."""
        return sum(last - first + 1 for first, last in self.seen.iter_absent(self.damaged))


class Checker:
    """Checks extents in order and remembers what was seen.

    Args:
        header: Of the archive that is walked.
        faults: What was wrong with the header.
    """

    def __init__(self, header: Header, faults: Sequence[Fault]) -> None:
        self.findings = FindingList()
        self.tallies = {device.dev_id: DeviceTally(device) for device in header.devices}
        self.extents = 0
        self.proof = Proof()
        """What a manifest has proved; set by whoever compares with one."""
        self._unsettled = Unsettled({key: tally.clusters for key, tally in self.tallies.items()})
        self._displaced: list[Touched] = []
        """What the extent before brought, if its data may be displaced: a gap then tells why."""
        for fault in faults:
            self._add(fault, offset=0)

    def take_gap(self, gap: Gap) -> None:
        """Take note of a stretch that is no extent, and of what is in doubt before it."""
        touched = self._unsettled.doubt(gap.offset - gap.doubt) if gap.doubt else []
        for dev_id, first, last in touched:
            self.tallies[dev_id].doubtful.add(first, last)
        touched, self._displaced = sorted([*touched, *self._displaced]), []
        for fault in gap.faults:
            self._add(_with_doubt(fault, gap.doubt), offset=gap.offset, touched=touched)

    def take_extent(self, extent: Extent) -> Rejected:
        """Check one extent; return the slots whose clusters must not be written."""
        self.extents += 1
        self._unsettled.settle(extent.settled)
        self._displaced = self._touched(extent) if extent.is_displaced else []
        if extent.faults:
            self._take_faults(extent)
        if not extent.is_sound:
            self._mark_damaged(extent)
            return _ALL
        is_whole = extent.present == extent.length and not extent.holes and not extent.doubts
        is_whole = is_whole and not extent.is_displaced
        rejected = _NONE if is_whole and self._take_whole(extent) else self._take_each(extent)
        self._unsettled.add(extent, rejected)
        return rejected

    def _take_whole(self, extent: Extent) -> bool:
        """Take all slots at once, as runs of clusters; False when any has to be looked at."""
        header = extent.header
        runs = []
        for first, last in header.clusters:
            tally = self.tallies.get(first >> 32)
            low, high = first & 0xFFFFFFFF, last & 0xFFFFFFFF
            if tally is None or tally.is_vmstate or not low <= high < tally.clusters - 1:
                return False
            if not tally.seen.is_free(low, high):
                return False
            runs.append((tally, low, high))
        if sum([high - low + 1 for _, low, high in runs]) != len(header.used):
            return False
        for tally, low, high in runs:
            tally.seen.add(low, high)
        for slot, count in header.runs:
            if slot >> 48:
                self.tallies[slot >> 32 & 0xFF].stored += count
        return True

    def _take_each(self, extent: Extent) -> Rejected:
        rejected = set()
        holes = holes_of(extent)
        start = 0
        for position, slot in enumerate(extent.header.used):
            mask, dev_id, cluster = parse_slot(slot)
            end = start + mask.bit_count() * layout.BLOCK_SIZE
            tally = self.tallies.get(dev_id)
            is_good = False
            if tally is None:
                self._unknown_device(extent, dev_id, cluster)
            elif mask and overlap(holes, start, end):
                if cluster < tally.clusters:
                    tally.damaged.add(cluster, cluster)
            else:
                is_good = self._accept(extent, tally, cluster, mask)
                is_doubtful = extent.is_displaced or overlap(extent.doubts, start, end)
                if is_good and mask and is_doubtful:
                    tally.doubtful.add(cluster, cluster)
            if not is_good:
                rejected.add(position)
            start = end
        return frozenset(rejected)

    def finish(self) -> None:
        """Take note of what never came; call once, when the walk has ended."""
        for dev_id, tally in self.tallies.items():
            for first, last in tally.seen.iter_absent(tally.damaged):
                self.findings.add(
                    Code.MISSING_CLUSTER,
                    "no extent of the archive holds it",
                    dev_id=dev_id,
                    device=tally.device.name,
                    clusters=(first, last),
                )

    def _accept(self, extent: Extent, tally: DeviceTally, cluster: int, mask: int) -> bool:
        """Whether a cluster is inside its device and comes for the first time."""
        if cluster >= tally.clusters:
            self._beyond_end(extent, tally, cluster, mask)
            return False
        if cluster in tally.seen:
            self._cluster(Code.DUPLICATE_CLUSTER, "stored more than once", extent, tally, cluster)
            return False
        tally.seen.add(cluster, cluster)
        if mask:
            tally.stored += 1
            if cluster == tally.clusters - 1 and mask & tally.beyond_last:
                text = "has blocks stored that lie past the end of the device"
                self._cluster(Code.BEYOND_END, text, extent, tally, cluster)
        if tally.is_vmstate:
            # One that was left out is missing or damaged, which is said elsewhere.
            if cluster < tally.next_vmstate:
                text = "comes after one that follows it"
                self._cluster(Code.VMSTATE_ORDER, text, extent, tally, cluster)
            tally.next_vmstate = max(cluster + 1, tally.next_vmstate)
        return True

    def _touched(self, extent: Extent) -> list[Touched]:
        return sorted(
            (dev_id, cluster, cluster)
            for _, dev_id, cluster in map(parse_slot, extent.header.used)
            if dev_id in self.tallies
        )

    def _take_faults(self, extent: Extent) -> None:
        touched = self._touched(extent)
        for fault in extent.faults:
            self._add(fault, offset=extent.offset, extent=extent.number, touched=touched)

    def _mark_damaged(self, extent: Extent) -> None:
        for _, dev_id, cluster in map(parse_slot, extent.header.used):
            tally = self.tallies.get(dev_id)
            if tally is not None and cluster < tally.clusters:
                tally.damaged.add(cluster, cluster)

    def _unknown_device(self, extent: Extent, dev_id: int, cluster: int) -> None:
        self.findings.add(
            Code.UNKNOWN_DEVICE,
            "the header declares no such device",
            offset=extent.offset,
            extent=extent.number,
            dev_id=dev_id,
            device=f"device {dev_id}",
            clusters=(cluster, cluster),
        )

    def _beyond_end(self, extent: Extent, tally: DeviceTally, cluster: int, mask: int) -> None:
        text = f"past the end of the device, which has {tally.clusters} clusters"
        severity = Severity.ERROR if mask else Severity.WARNING
        self._cluster(Code.BEYOND_END, text, extent, tally, cluster, severity)

    def _cluster(
        self,
        code: Code,
        detail: str,
        extent: Extent,
        tally: DeviceTally,
        cluster: int,
        severity: Severity = Severity.ERROR,
    ) -> None:
        self.findings.add(
            code,
            detail,
            severity,
            offset=extent.offset,
            extent=extent.number,
            dev_id=tally.device.dev_id,
            device=tally.device.name,
            clusters=(cluster, cluster),
        )

    def _add(
        self,
        fault: Fault,
        *,
        offset: int,
        extent: int | None = None,
        touched: Sequence[Touched] = (),
    ) -> None:
        tally = self.tallies.get(fault.dev_id) if fault.dev_id is not None else None
        self.findings.add(
            fault.code,
            fault.message,
            fault.severity,
            offset=offset,
            extent=extent,
            dev_id=fault.dev_id,
            device=tally.device.name if tally else None,
            touched=touched,
        )


def holes_of(extent: Extent) -> list[tuple[int, int]]:
    """Return the parts of the payload that are not there or could not be read."""
    if extent.present < extent.length:
        return [*extent.holes, (extent.present, extent.length)]
    return extent.holes


def _with_doubt(fault: Fault, doubt: int) -> Fault:
    """Return a fault of the stream that says on how many bytes it casts doubt."""
    if not doubt:
        return fault
    text = f"no checksum vouches for the {doubt} archive bytes before it"
    return fault._replace(message=f"{fault.message}; {text}")


def overlap(ranges: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether any of some ranges has something between a start and an end."""
    return any(low < end and high > start for low, high in ranges)
