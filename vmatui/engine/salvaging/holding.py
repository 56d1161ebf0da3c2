"""What a salvage has got back of one device: each cluster sound, doubtful, or missing.

A sound cluster is never given up for another one; a doubtful one only for a sound one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping

from vmatui.engine.checking.clusterset import ClusterSet
from vmatui.format.header import Device, Header
from vmatui.format.layout import CLUSTER_SIZE
from vmatui.format.mapfile import MapStatus, Stretch

Holdings = Mapping[int, "Holding"]
"""What was got back, by dev_id."""


class Holding:
    """The clusters of a device that were taken, from which copy, and why they are in doubt.

    Args:
        device: As the header declares it.
        copies: How many copies of the archive there are.
    """

    def __init__(self, device: Device, copies: int = 1) -> None:
        self.device = device
        self.sound = ClusterSet(device.clusters)
        self.doubtful = ClusterSet(device.clusters)
        """None of them is in `sound`."""
        self.reasons: dict[str, ClusterSet] = {}
        """The doubtful ones by why they are."""
        self.origins = [ClusterSet(device.clusters) for _ in range(copies)]
        """All that was taken, by the number of the copy."""
        self.differing = ClusterSet(device.clusters)
        """Clusters that two copies have with other data."""
        self.repeated = 0
        """How often a doubtful cluster came again and was no better."""

    @property
    def missing(self) -> int:
        """Clusters that nobody brought."""
        return self.device.clusters - len(self.sound) - len(self.doubtful)

    @property
    def missing_bytes(self) -> int:
        """Bytes of the device that nobody brought."""
        return self.bytes_in(self.iter_missing())

    @property
    def end(self) -> int:
        """Bytes of the device up to the end of the highest cluster that was taken."""
        return self._end(max(self.sound.end, self.doubtful.end) - 1)

    def is_free(self, first: int, last: int) -> bool:
        """Whether the clusters from `first` to `last` are inside the device and all missing."""
        if not first <= last < self.device.clusters:
            return False
        return self.sound.is_free(first, last) and self.doubtful.is_free(first, last)

    def take_run(self, first: int, last: int, copy: int) -> None:
        """Take sound clusters that are free."""
        self.sound.add(first, last)
        self.origins[copy].add(first, last)

    def take(self, cluster: int, reason: str | None, copy: int) -> None:
        """Take a cluster; a sound one may replace a doubtful one.

        Args:
            cluster: Not in `sound`.
            reason: Why it is in doubt; None if it is not.
            copy: Number of the copy that brings it.
        """
        if cluster in self.doubtful:
            for known in (self.doubtful, *self.reasons.values(), *self.origins):
                known.discard(cluster, cluster)
        if reason is None:
            self.sound.add(cluster, cluster)
        else:
            self._doubt(cluster, cluster, reason)
        self.origins[copy].add(cluster, cluster)

    def doubt(self, first: int, last: int, reason: str) -> None:
        """Call clusters of `sound` doubtful."""
        self.sound.discard(first, last)
        self._doubt(first, last, reason)

    def doubt_unvouched(
        self, first: int, last: int, reason: str, copy: int
    ) -> list[tuple[int, int]]:
        """Call those clusters of a range doubtful that are sound and came from a copy.

        Returns:
            Their ranges, first and last included.
        """
        left = [(first, last)]
        for known in (self.origins[copy], self.sound):
            wanted = ClusterSet(self.device.clusters)
            for low, high in left:
                wanted.add(low, high)
            left = list(wanted.iter_common(known))
        for low, high in left:
            self.doubt(low, high, reason)
        return left

    def iter_missing(self) -> Iterator[tuple[int, int]]:
        """Yield the ranges of clusters, first and last included, that nobody brought."""
        return self.sound.iter_absent(self.doubtful)

    def stretches(self) -> Iterator[Stretch]:
        """Yield what is known of the device's bytes, from its start to its end."""
        kinds = (
            (MapStatus.FINISHED, self.sound.iter_present()),
            (MapStatus.DOUBTFUL, self.doubtful.iter_present()),
            (MapStatus.MISSING, self.iter_missing()),
        )
        for first, last, status in heapq.merge(*(_named(ranges, kind) for kind, ranges in kinds)):
            start = first * CLUSTER_SIZE
            yield start, self._end(last) - start, status

    def bytes_in(self, ranges: Iterable[tuple[int, int]]) -> int:
        """Return how many bytes of the device are in ranges of its clusters."""
        return sum(self._end(last) - first * CLUSTER_SIZE for first, last in ranges)

    def _end(self, cluster: int) -> int:
        return min((cluster + 1) * CLUSTER_SIZE, self.device.size)

    def _doubt(self, first: int, last: int, reason: str) -> None:
        self.doubtful.add(first, last)
        known = self.reasons.setdefault(reason, ClusterSet(self.device.clusters))
        known.add(first, last)


def new_holdings(header: Header, copies: int = 1) -> Holdings:
    """Return holdings of all devices, empty.

    Args:
        header: That counts for all copies.
        copies: How many there are.
    """
    return {device.dev_id: Holding(device, copies) for device in header.devices}


def _named(
    ranges: Iterable[tuple[int, int]], status: MapStatus
) -> Iterator[tuple[int, int, MapStatus]]:
    return ((first, last, status) for first, last in ranges)
