"""Which clusters of a walk are in doubt, because a checksum of the stream is wrong or lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vmatui.engine.checking.checker import overlap
from vmatui.engine.checking.findings import Touched
from vmatui.engine.checking.unsettled import Unsettled
from vmatui.engine.walking.found import Extent, Gap
from vmatui.engine.walking.visitor import Rejected
from vmatui.format.header import Device
from vmatui.format.layout import BLOCK_SIZE


class Doubts:
    """Remembers what a fault that comes later may cast doubt on.

    Args:
        devices: Of the archive.
    """

    def __init__(self, devices: Iterable[Device]) -> None:
        self._unsettled = Unsettled({device.dev_id: device.clusters for device in devices})

    def take_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Remember the clusters of an extent, but those that are proved."""
        self._unsettled.settle(extent.settled)
        self._unsettled.add(extent, rejected | extent.proved)

    def take_gap(self, gap: Gap) -> Sequence[Touched]:
        """Return the clusters before a gap that no checksum vouches for any more."""
        return self._unsettled.doubt(gap.offset - gap.doubt) if gap.doubt else ()


def slots_in_doubt(extent: Extent, skipped: Rejected) -> list[int]:
    """Return the used slots of an extent with stored bytes that no checksum vouches for.

    Args:
        extent: As it was found.
        skipped: Positions of those that do not count.
    """
    slots = []
    end = 0
    for position, slot in enumerate(extent.header.used):
        start, end = end, end + (slot >> 48).bit_count() * BLOCK_SIZE
        if start < end and position not in skipped and overlap(extent.doubts, start, end):
            slots.append(slot)
    return slots
