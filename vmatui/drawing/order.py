"""When clusters come: the extents of a device's cells, and the extent of one cluster.

Groups of clusters are kept up to date as the walk writes; closer looks search the runs themselves.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from vmatui.drawing.cells import GROUP, Counts
from vmatui.engine.indexing.placement import Placement
from vmatui.format.layout import SLOTS_PER_EXTENT

_NONE = np.iinfo(np.uint32).max
"""Stands where no extent is known."""


class Order:
    """The order of one device's clusters, for one thread that draws.

    Args:
        placement: A walk may be writing it. It is not kept, only its memory.
        dev_id: The device.
        clusters: How many it has.
    """

    def __init__(self, placement: Placement, dev_id: int, clusters: int) -> None:
        self._firsts = np.frombuffer(placement.firsts, np.uint32)
        self._extents = np.frombuffer(placement.extents, np.uint32)
        self._lengths = np.frombuffer(placement.lengths, np.uint8)
        self._dev_ids = np.frombuffer(placement.dev_ids, np.uint8)
        self._dev_id = dev_id
        self._clusters = clusters
        self._count = 0
        self._groups = np.full(-(-clusters // GROUP), _NONE, np.uint32)
        """The first extent that brings something of a group."""

    @property
    def last(self) -> int:
        """The number of the last extent that is known, 0 before any."""
        return int(self._extents[self._count - 1]) if self._count else 0

    def update(self, count: int) -> None:
        """Take in the runs that came since the last time.

        Args:
            count: Of the placement's runs, how many there are now.
        """
        new = slice(self._count, count)
        self._count = count
        own = np.flatnonzero(self._dev_ids[new] == self._dev_id) + new.start
        firsts, lengths = self._firsts[own].astype(np.int64), self._lengths[own]
        # A run reaches into two groups at most; both in file order, so that the earliest counts.
        groups = np.column_stack((firsts, firsts + lengths - 1)).ravel() // GROUP
        extents = np.repeat(self._extents[own], 2)
        is_new = groups < len(self._groups)
        is_new[is_new] = self._groups[groups[is_new]] == _NONE
        # Of several values for a group the last one stays, so the first has to come last.
        self._groups[groups[is_new][::-1]] = extents[is_new][::-1]

    def cells(self, first: int, size: int, count: int) -> Counts:
        """Return for each of `count` cells the extent of its first known cluster, -1 for none.

        Args:
            first: First cluster; like `size` a multiple of a group if cells are that large.
            size: Clusters in a cell.
            count: Cells.
        """
        if size < GROUP:
            return self._small_cells(first, size, count)
        groups = self._groups[first // GROUP : (first + size * count) // GROUP]
        step = size // GROUP
        found = np.full(count, _NONE, np.int64)
        starts = np.arange(0, len(groups), step)
        found[: len(starts)] = np.minimum.reduceat(groups, starts) if len(starts) else 0
        found[found == _NONE] = -1
        return found

    def extent_of(self, cluster: int) -> int | None:
        """Return the number of the first extent that names a cluster."""
        runs = self._runs(cluster, cluster)
        return int(self._extents[runs[0]]) if runs.size else None

    def extents_in(self, first: int, last: int) -> tuple[int, int, int] | None:
        """Return the first and last extent that bring some clusters, and how many extents do."""
        numbers = np.unique(self._extents[self._runs(first, last)])
        return (int(numbers[0]), int(numbers[-1]), len(numbers)) if numbers.size else None

    def _small_cells(self, first: int, size: int, count: int) -> Counts:
        runs = self._runs(first, first + size * count - 1)[::-1]
        firsts = self._firsts[runs].astype(np.int64) - first
        extents = self._extents[runs].astype(np.int64)
        # Places along each run, no two of them more than a cell apart, its last among them.
        steps = np.arange(0, SLOTS_PER_EXTENT + size, size)
        lasts = self._lengths[runs].astype(np.int64) - 1
        cells = (firsts[:, np.newaxis] + np.minimum(steps, lasts[:, np.newaxis])) // size
        extents = np.repeat(extents, len(steps))
        cells = cells.ravel()
        inside = (cells >= 0) & (cells < count)
        found = np.full(count, -1, np.int64)
        # Of several extents for a cell the last one stays, so the first has to come last.
        found[cells[inside]] = extents[inside]
        return found

    def _runs(self, first: int, last: int) -> NDArray[np.int64]:
        """Return the numbers of the runs that have clusters from `first` to `last`."""
        firsts = self._firsts[: self._count]
        # A run is never longer than an extent, so most are ruled out by where they begin.
        low = max(first - SLOTS_PER_EXTENT, 0)
        near = np.flatnonzero((firsts >= low) & (firsts <= last))
        near = near[self._dev_ids[near] == self._dev_id]
        found: NDArray[np.int64] = near[firsts[near].astype(np.int64) + self._lengths[near] > first]
        return found


_shared: WeakKeyDictionary[Placement, dict[int, Order]] = WeakKeyDictionary()


def order_of(placement: Placement, dev_id: int, clusters: int) -> Order:
    """Return the order of a device, up to date: the same to everyone who draws it."""
    orders = _shared.setdefault(placement, {})
    if dev_id not in orders:
        orders[dev_id] = Order(placement, dev_id, clusters)
    orders[dev_id].update(placement.count)
    return orders[dev_id]
