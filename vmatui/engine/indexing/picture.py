"""What a walk draws: the map, the extents, which of them brings what, and where partitions are."""

from __future__ import annotations

from collections.abc import Sequence

from vmatui.engine.indexing.clustermap import ClusterMap
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.engine.indexing.placement import Placement
from vmatui.engine.indexing.scout import Scout
from vmatui.engine.walking.visitor import Visitor
from vmatui.format.header import Device


class Picture:
    """What a job draws while it runs.

    Args:
        devices: Of the archive.
    """

    def __init__(self, devices: Sequence[Device]) -> None:
        self.map = ClusterMap(devices)
        self.extents = ExtentTable()
        self.placement = Placement()
        self.scout = Scout(devices)

    @property
    def visitors(self) -> tuple[Visitor, ...]:
        """What the walk has to visit."""
        return self.map, self.extents, self.placement, self.scout
