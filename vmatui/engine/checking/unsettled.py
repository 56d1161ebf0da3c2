"""Clusters that came since a checksum of the stream last matched: the next one decides on them."""

from __future__ import annotations

from collections.abc import Mapping

from vmatui.engine.checking.clusterset import ClusterSet
from vmatui.engine.checking.findings import Touched
from vmatui.engine.walking.found import Extent
from vmatui.format.extent import cluster_runs
from vmatui.format.layout import FULL_MASK

_DATA = FULL_MASK << 48
"""The bits of a slot that say which blocks are stored; without any, the header alone tells all."""


class Unsettled:
    """Remembers clusters by device, next to nothing for whole regions.

    Args:
        sizes: Clusters of each device, by dev_id.
    """

    def __init__(self, sizes: Mapping[int, int]) -> None:
        self._sizes = sizes
        self._sets: dict[int, ClusterSet] = {}
        self._end = 0
        """Archive offset behind the last extent that is remembered."""

    def settle(self, offset: int) -> None:
        """Forget what lies before an archive offset, if that is all."""
        if self._sets and offset >= self._end:
            self._sets = {}

    def add(self, extent: Extent, rejected: frozenset[int]) -> None:
        """Remember the clusters of an extent that were accepted, unless they are settled."""
        if extent.end <= extent.settled:
            return
        self._end = extent.end
        runs = extent.accepted_runs(rejected)
        stored = [run for run in runs if run[0] & _DATA]
        # Most extents store something of each cluster, and others ask for their clusters too.
        is_all = not rejected and len(stored) == len(runs)
        for first, last in extent.header.clusters if is_all else cluster_runs(stored):
            dev_id = first >> 32
            if dev_id not in self._sets:
                self._sets[dev_id] = ClusterSet(self._sizes[dev_id])
            self._sets[dev_id].add(first & 0xFFFFFFFF, last & 0xFFFFFFFF)

    def doubt(self, offset: int) -> list[Touched]:
        """Return and forget the clusters that are in doubt because bytes from an offset on are."""
        if offset >= self._end:
            return []
        sets, self._sets = self._sets, {}
        return [
            (dev_id, first, last)
            for dev_id, clusters in sets.items()
            for first, last in clusters.iter_present()
        ]
