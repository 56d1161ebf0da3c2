"""Judges what the extents say: every cluster known, inside its device, there, and there once.

The checker hears of every extent in order; from its counts come the structure's verdict and the
clusters that a restore may write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vmatui.engine.clusterset import ClusterSet
from vmatui.engine.findings import FindingList, Touched
from vmatui.engine.walk import Extent, Gap
from vmatui.format import layout
from vmatui.format.codes import Code, Fault, Severity
from vmatui.format.extent import parse_slot
from vmatui.format.header import Device, Header


class Placement(NamedTuple):
    """A cluster that an extent brings, proved good to write."""

    dev_id: int
    cluster: int
    mask: int
    start: int
    """Where its stored blocks begin, in bytes of the extent's payload."""


class DeviceTally:
    """What was seen of one device.

    Args:
        device: As the header declares it.
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self.seen = ClusterSet(device.clusters)
        """Clusters that a sound extent brought."""
        self.damaged = ClusterSet(device.clusters)
        """Clusters that a damaged extent names, or whose data is cut or unreadable."""
        self.stored = 0
        """Sound clusters with at least one stored block."""
        self.next_vmstate = 0
        last = device.size - (device.clusters - 1) * layout.CLUSTER_SIZE
        blocks_in_last = -(-last // layout.BLOCK_SIZE)
        self.beyond_last = 0xFFFF & ~((1 << blocks_in_last) - 1)
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
        for fault in faults:
            self._add(fault, offset=0)

    def take_gap(self, gap: Gap) -> None:
        """Take note of a stretch that is no extent."""
        for fault in gap.faults:
            self._add(fault, offset=gap.offset)

    def take_extent(self, extent: Extent) -> list[Placement]:
        """Check one extent; return the clusters in it that are good to write."""
        self.extents += 1
        if extent.faults:
            self._take_faults(extent)
        if not extent.is_sound:
            self._mark_damaged(extent)
            return []
        placements: list[Placement] = []
        holes = _holes(extent)
        start = 0
        for slot in extent.header.slots:
            dev_id = slot >> 32 & 0xFF
            if not dev_id:
                continue
            mask = slot >> 48
            length = mask.bit_count() * layout.BLOCK_SIZE
            tally = self.tallies.get(dev_id)
            if tally is None:
                self._unknown_device(extent, dev_id, slot & 0xFFFFFFFF)
            elif holes and any(a < start + length and b > start for a, b in holes):
                if slot & 0xFFFFFFFF < tally.device.clusters:
                    tally.damaged.add(slot & 0xFFFFFFFF)
            elif self._accept(extent, tally, slot & 0xFFFFFFFF, mask):
                placements.append(Placement(dev_id, slot & 0xFFFFFFFF, mask, start))
            start += length
        return placements

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
        clusters = tally.device.clusters
        if cluster >= clusters:
            self._beyond_end(extent, tally, cluster, mask)
            return False
        if not tally.seen.add(cluster):
            self._cluster(Code.DUPLICATE_CLUSTER, "stored more than once", extent, tally, cluster)
            return False
        if mask:
            tally.stored += 1
            if cluster == clusters - 1 and mask & tally.beyond_last:
                text = "has blocks stored that lie past the end of the device"
                self._cluster(Code.BEYOND_END, text, extent, tally, cluster)
        if tally.device.is_vmstate:
            if cluster != tally.next_vmstate:
                self._cluster(Code.VMSTATE_ORDER, "not in order", extent, tally, cluster)
            tally.next_vmstate = cluster + 1
        return True

    def _take_faults(self, extent: Extent) -> None:
        touched = sorted(
            (dev_id, cluster, cluster)
            for _, dev_id, cluster in map(parse_slot, extent.header.slots)
            if dev_id in self.tallies
        )
        for fault in extent.faults:
            self._add(fault, offset=extent.offset, extent=extent.number, touched=touched)

    def _mark_damaged(self, extent: Extent) -> None:
        for slot in extent.header.slots:
            tally = self.tallies.get(slot >> 32 & 0xFF)
            if tally is not None and slot & 0xFFFFFFFF < tally.device.clusters:
                tally.damaged.add(slot & 0xFFFFFFFF)

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
        text = f"past the end of the device, which has {tally.device.clusters} clusters"
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


def _holes(extent: Extent) -> list[tuple[int, int]]:
    """Return the parts of the payload that are not there or could not be read."""
    if extent.present < extent.length:
        return [*extent.holes, (extent.present, extent.length)]
    return extent.holes
