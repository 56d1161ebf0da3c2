"""Reduces the clusters of a device to the few cells that a screen can show.

Sums of 256 clusters each are kept, and brought up to date only where the walk has written since. A
device's `MapLevels` is the one reader that takes its `changed` marks back; ask `levels_of` for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Final
from weakref import WeakKeyDictionary, ref

import numpy as np
from numpy.typing import NDArray

from vmatui.engine.indexing import clustermap
from vmatui.engine.indexing.clustermap import DeviceMap
from vmatui.format.layout import BLOCKS_PER_CLUSTER

GROUP: Final = 1 << clustermap.GROUP_BITS
"""Clusters in a group, the unit in which a device map tells what has changed."""

_PIECE: Final = 1 << 18
"""Clusters that are summed at a time; their weights stay in the processor's cache."""
_FIELDS: Final = ((0, 16), (16, 9), (25, 9), (34, 9), (43, 9), (52, 9))
"""Shift and bits of blocks, unseen, zero, stored, duplicate and damaged in a packed sum, wide
enough for a group: all six are added up in one addition."""
_RARE: Final = clustermap.DOUBTFUL, clustermap.DIFFERS
"""Faults that are seldom there and counted apart."""
_COUNTED: Final = len(_FIELDS) + len(_RARE) + 1

Counts = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Counts of neighbouring cells, an array element a cell.

    Each cluster is unseen, zero, stored, or only damaged; one that is seen may have flags too.
    """

    clusters: Counts
    """Clusters in the cell: fewer in the last cell of a device, none past its end."""
    blocks: Counts
    """Stored blocks, 16 in a full cluster."""
    unseen: Counts
    zero: Counts
    stored: Counts
    """Clusters with at least one stored block."""
    duplicate: Counts
    damaged: Counts
    doubtful: Counts
    differs: Counts
    """Those whose target holds something else."""
    checked: Counts
    """Those that were compared with a target."""

    @property
    def fill(self) -> NDArray[np.float64]:
        """The share of blocks that are stored, from 0 to 1."""
        share: NDArray[np.float64] = self.blocks / self.most
        return share

    @property
    def most(self) -> Counts:
        """Blocks that could be stored; 1 in a cell past the end, which has none to divide."""
        return np.maximum(self.clusters * BLOCKS_PER_CLUSTER, 1)


class MapLevels:
    """The clusters of a device and their sums, for one thread that draws.

    Args:
        device_map: Written by another thread at any time. It is not kept, only its memory.
    """

    def __init__(self, device_map: DeviceMap) -> None:
        self.clusters = device_map.device.clusters
        self.version = 0
        """Grows with each update that found something new."""
        self._judged = 0, False
        groups = -(-self.clusters // GROUP)
        self._states: Bytes = np.frombuffer(device_map.states, np.uint8)[: self.clusters]
        self._checked: Bytes = np.frombuffer(device_map.checked, np.uint8)[: self.clusters]
        self._has_checked = False
        self._map = ref(device_map)
        self._flags: Bytes = np.frombuffer(device_map.changed, np.uint8)[:groups]
        self._stamps = np.zeros(groups, np.uint32)
        self._sums = np.zeros((_COUNTED, groups), np.uint16)
        unseen = self._sums[1]
        unseen[:] = GROUP
        if self.clusters % GROUP:
            unseen[-1] = self.clusters % GROUP

    def update(self) -> bool:
        """Sum up again what was written since the last time; return whether anything was."""
        # numpy counts before it collects, and the walk goes on writing between the two.
        groups = np.flatnonzero(self._flags.copy())
        if not groups.size:
            return False
        self._flags[groups] = 0  # before reading: what is written meanwhile is flagged again
        self.version += 1
        self._stamps[groups] = self.version
        device_map = self._map()
        self._has_checked = device_map is not None and device_map.is_checked
        whole = groups[: np.searchsorted(groups, self.clusters // GROUP)]
        end = self.clusters // GROUP * GROUP
        rows = self._states[:end].reshape(-1, GROUP)
        checked = self._checked[:end].reshape(-1, GROUP)
        step = _PIECE // GROUP
        for start in range(0, len(whole), step):
            piece = whole[start : start + step]
            self._sums[:-1, piece] = _count(rows[piece])
            if self._has_checked:
                self._sums[-1, piece] = checked[piece].sum(axis=1, dtype=np.uint16)
        if len(whole) < len(groups):
            self._sums[:-1, -1:] = _count(self._states[np.newaxis, end:])
            self._sums[-1, -1] = self._checked[end:].sum()
        return True

    def is_newer(self, version: int, first: int, last: int) -> bool:
        """Whether clusters from `first` to `last` may have been written since a version."""
        stamps = self._stamps[first // GROUP : last // GROUP + 1]
        return bool((stamps > version).any())

    def recent(self, first: int, size: int, count: int, updates: int) -> NDArray[np.bool_]:
        """Return for each of some cells whether the walk wrote near it in the last updates."""
        starts = np.minimum(first + size * np.arange(count), self.clusters - 1) // GROUP
        if size < GROUP:
            stamps = self._stamps[starts]
        else:
            last = min(first + size * count, self.clusters + GROUP - 1) // GROUP
            stamps = np.maximum.reduceat(self._stamps[:last], starts)
        is_recent: NDArray[np.bool_] = stamps > max(self.version - updates, 0)
        return is_recent

    def cells(self, first: int, size: int, count: int) -> Cells:
        """Return `count` cells of `size` clusters, from cluster `first` on.

        Cells of whole groups come from their sums and are as new as the last `update`; smaller
        ones come from the clusters themselves.

        Raises:
            ValueError: a cell larger than a group is not made of whole groups.
        """
        if size < GROUP:
            sums = self._small_cells(first, size, count)
        elif size % GROUP or first % GROUP:
            raise ValueError(f"cells of {size} clusters from {first} are not made of whole groups")
        else:
            sums = self._grouped_cells(first // GROUP, size // GROUP, count)
        starts = first + size * np.arange(count, dtype=np.int64)
        return Cells(np.clip(self.clusters - starts, 0, size), *sums)

    def tally(self, first: int, last: int) -> Cells:
        """Return one cell with the clusters from `first` to `last`, wherever those are."""
        last = min(last, self.clusters - 1)
        count = -(-(last - first + 1) // GROUP)
        sums = self._small_cells(first, GROUP, count, last + 1).sum(axis=1, keepdims=True)
        return Cells(np.array([last - first + 1]), *sums)

    def fault_from(self, cluster: int, step: int, *, complete: bool) -> int | None:
        """Return the next cluster with a fault, `cluster` itself or one after (or before) it.

        Args:
            cluster: Where to begin.
            step: 1 looks towards the end, -1 towards the start.
            complete: Whether an unseen cluster is missing.
        """
        return self._search(cluster, step, complete=complete, wanted=True)

    def sound_from(self, cluster: int, step: int, *, complete: bool) -> int | None:
        """Return the next cluster without a fault, likewise."""
        return self._search(cluster, step, complete=complete, wanted=False)

    def _search(self, cluster: int, step: int, *, complete: bool, wanted: bool) -> int | None:
        kinds = self._sums[[4, 5, 6, 7, 1] if complete else [4, 5, 6, 7]].max(axis=0)
        # Whether a group is faulty through and through is certain only for one kind of fault.
        groups = np.flatnonzero(kinds > 0 if wanted else kinds < GROUP)
        own = cluster // GROUP
        ahead = groups[groups > own] if step > 0 else groups[groups < own][::-1]
        for group in chain((own,), ahead):
            first = int(group) * GROUP
            states = self._states[first : first + GROUP]
            is_faulty = states >= clustermap.DUPLICATE
            if complete:
                is_faulty |= states == clustermap.UNSEEN
            places = first + np.flatnonzero(is_faulty == wanted)
            places = places[places >= cluster] if step > 0 else places[places <= cluster]
            if places.size:
                return int(places[0 if step > 0 else -1])
        return None

    @property
    def is_mostly_doubtful(self) -> bool:
        """Whether most of what is stored is in doubt, as in a stream that is cut, as of `update`.

        Told of each cluster, that would hide all else.
        """
        if self._judged[0] != self.version:
            stored, doubtful = (self._sums[row].sum(dtype=np.int64) for row in (3, len(_FIELDS)))
            self._judged = self.version, bool(2 * doubtful > stored)
        return self._judged[1]

    def total(self) -> Cells:
        """Return one cell with the whole device, as of the last `update`."""
        sums = self._sums.sum(axis=1, dtype=np.int64, keepdims=True)
        return Cells(np.array([self.clusters]), *sums)

    def _small_cells(self, first: int, size: int, count: int, stop: int | None = None) -> Counts:
        """Sum up cells of at most a group's size from the clusters before `stop`."""
        stop = min(first + size * count, self.clusters if stop is None else stop)
        whole = max(stop - first, 0) // size
        end = first + whole * size
        sums = np.zeros((_COUNTED, count), np.int64)
        rows = self._states[first:end].reshape(whole, size)
        step = max(_PIECE // size, 1)
        for start in range(0, whole, step):
            sums[:-1, start : min(start + step, whole)] = _count(rows[start : start + step])
        if self._has_checked and whole:
            checked = self._checked[first:end].reshape(whole, size)
            sums[-1, :whole] = checked.sum(axis=1, dtype=np.int64)
        if end < stop:
            sums[:-1, whole : whole + 1] = _count(self._states[np.newaxis, end:stop])
            sums[-1, whole] = self._checked[end:stop].sum()
        return sums

    def _grouped_cells(self, first: int, size: int, count: int) -> Counts:
        groups = self._sums[:, first : first + size * count]
        starts = np.arange(0, groups.shape[1], size)
        sums = np.zeros((_COUNTED, count), np.int64)
        sums[:, : len(starts)] = np.add.reduceat(groups, starts, axis=1, dtype=np.int64)
        return sums


_shared: WeakKeyDictionary[DeviceMap, MapLevels] = WeakKeyDictionary()


def levels_of(device_map: DeviceMap) -> MapLevels:
    """Return the levels of a device map: the same to everyone who draws it."""
    levels = _shared.get(device_map)
    if levels is None:
        levels = _shared[device_map] = MapLevels(device_map)
    return levels


def cell_size(clusters: int, cells: int) -> int:
    """Return the least size with which `cells` cells hold all clusters.

    It is one that `MapLevels.cells` takes: below a group any, above it whole groups.
    """
    size = max(-(-clusters // max(cells, 1)), 1)
    return size if size < GROUP else -(-size // GROUP) * GROUP


def _weight(state: int) -> int:
    level = state & clustermap.LEVEL
    counts = (
        max(level - clustermap.ZERO, 0),
        state == clustermap.UNSEEN,
        level == clustermap.ZERO,
        level > clustermap.ZERO,
        bool(state & clustermap.DUPLICATE),
        state & clustermap.FAULT == clustermap.DAMAGED,
    )
    return sum(int(count) << shift for count, (shift, _) in zip(counts, _FIELDS, strict=True))


_WEIGHTS: Final = np.array([_weight(state) for state in range(256)], np.uint64)


def _count(rows: Bytes) -> Counts:
    """Return what the states of each row tell, a column a row."""
    sums = _WEIGHTS[rows].sum(axis=1)
    counts = np.zeros((_COUNTED - 1, len(rows)), np.int64)
    for field, (shift, bits) in enumerate(_FIELDS):
        counts[field] = sums >> np.uint64(shift) & np.uint64((1 << bits) - 1)
    if rows.max(initial=0) >= min(_RARE):
        faults = rows & clustermap.FAULT
        for field, fault in enumerate(_RARE, len(_FIELDS)):
            counts[field] = (faults == fault).sum(axis=1)
    return counts
