"""Which extent brings which clusters: a visitor of the walk that writes runs, ten bytes each.

Clusters come nearly in order, so an extent is one run for each of its devices, seldom more. One
thread writes, others read the first `count` runs at any time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from vmatui.engine.indexing.sparse import sparse_memory
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import HeaderVisitor, Rejected

MAX_RUNS: Final = 1 << 25
"""Runs of an archive that are remembered: enough for 32 TiB, three disks taking turns."""


class Run(NamedTuple):
    """Neighbouring clusters that come in one extent."""

    dev_id: int
    first: int
    last: int


class Placement(HeaderVisitor):
    """The runs of an archive in file order."""

    def __init__(self) -> None:
        self.firsts = sparse_memory(4 * MAX_RUNS).cast("I")
        """First cluster of each run."""
        self.extents = sparse_memory(4 * MAX_RUNS).cast("I")
        """Number of the extent that brings it."""
        self.lengths = sparse_memory(MAX_RUNS)
        """Clusters in it."""
        self.dev_ids = sparse_memory(MAX_RUNS)
        self.count = 0
        """Runs that are there; grows after they are written."""

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Add the runs of an extent, whether or not its clusters were accepted."""
        self.add(extent.number, extent.header.clusters)

    def add(self, number: int, runs: Sequence[tuple[int, int]]) -> None:
        """Add the runs of an extent, as `vmatui.format.extent.cluster_runs` joins them."""
        if self.count + len(runs) > MAX_RUNS:
            return
        for first, last in runs:
            self._add(number, first, last - first + 1)

    def runs_of(self, extent: int) -> list[Run]:
        """Return what an extent brings, by device and cluster."""
        count = self.count
        start = bisect_left(self.extents, extent, 0, count)
        stop = bisect_right(self.extents, extent, start, count)
        return [
            Run(self.dev_ids[run], self.firsts[run], self.firsts[run] + self.lengths[run] - 1)
            for run in range(start, stop)
        ]

    def pack(self) -> Iterator[bytes]:
        """Yield all runs, column by column, for `fill`."""
        return (bytes(column[: self.count]) for column in self._columns)

    def fill(self, count: int, extents: int, take: Callable[[int], bytes]) -> None:
        """Take in what `pack` gave of another placement; this one is empty.

        Args:
            count: Runs of that placement, at most `MAX_RUNS`.
            extents: How many extents there are.
            take: Gives its next bytes.

        Raises:
            ValueError: a run is in no extent, or has no cluster.
        """
        for column in self._columns:
            data = take(count * column.itemsize)
            column.cast("B")[: len(data)] = data
        if max(self.extents[:count], default=-1) >= extents or 0 in self.lengths[:count]:
            raise ValueError("no such run")
        self.count = count

    @property
    def _columns(self) -> tuple[memoryview, ...]:
        return self.firsts, self.extents, self.lengths, self.dev_ids

    def _add(self, extent: int, address: int, length: int) -> None:
        run = self.count
        self.firsts[run] = address & 0xFFFFFFFF
        self.dev_ids[run] = address >> 32
        self.lengths[run] = length
        self.extents[run] = extent
        self.count = run + 1
