"""Reduces the clusters of a device to the few cells that a screen can show.

Sums of 256 clusters each are kept, and brought up to date only where the walk has written since. A
device's `MapLevels` is the one reader that takes its `changed` marks back; ask `levels_of` for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from vmatui.engine import clustermap
from vmatui.engine.clustermap import DeviceMap
from vmatui.format.layout import BLOCKS_PER_CLUSTER

GROUP: Final = 1 << clustermap.GROUP_BITS
"""Clusters in a group, the unit in which a device map tells what has changed."""

_PIECE: Final = 1 << 18
"""Clusters that are summed at a time; their weights stay in the processor's cache."""
_FIELDS: Final = ((0, 16), (16, 9), (25, 9), (34, 9), (43, 9), (52, 9))
"""Shift and bits of blocks, unseen, zero, stored, duplicate and damaged in a packed sum, wide
enough for a group: all six are added up in one addition."""

Counts = NDArray[np.int64]
Bytes = NDArray[np.uint8]
_Packed = NDArray[np.uint64]


class Shade(IntEnum):
    """How a cell looks. Between `FAINTEST` and `FULL` are 16 steps of fullness."""

    OUTSIDE = 0
    """Past the device's end."""
    UNREAD = 1
    ZERO = 2
    FAINTEST = 3
    FULL = 18
    DUPLICATE = 19
    MISSING = 20
    DAMAGED = 21


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
    """Those whose target differs from them are among these."""

    @property
    def fill(self) -> NDArray[np.float64]:
        """The share of blocks that are stored, from 0 to 1."""
        share: NDArray[np.float64] = self.blocks / self._most
        return share

    def shades(self, *, complete: bool) -> Bytes:
        """Return a `Shade` a cell; a fault shows however few of the cell's clusters have it.

        Args:
            complete: Whether the walk is over, so that an unseen cluster is missing.
        """
        steps = Shade.FULL - Shade.FAINTEST
        look: Bytes = (Shade.FAINTEST + self.blocks * steps // self._most).astype(np.uint8)
        look[self.blocks == 0] = Shade.ZERO
        look[self.unseen == self.clusters] = Shade.UNREAD
        look[self.duplicate > 0] = Shade.DUPLICATE
        if complete:
            look[self.unseen > 0] = Shade.MISSING
        look[self.damaged > 0] = Shade.DAMAGED
        look[self.clusters == 0] = Shade.OUTSIDE
        return look

    @property
    def _most(self) -> Counts:
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
        groups = -(-self.clusters // GROUP)
        self._states: Bytes = np.frombuffer(device_map.states, np.uint8)[: self.clusters]
        self._flags: Bytes = np.frombuffer(device_map.changed, np.uint8)[:groups]
        self._stamps = np.zeros(groups, np.uint32)
        self._sums = np.zeros((len(_FIELDS), groups), np.uint16)
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
        whole = groups[: np.searchsorted(groups, self.clusters // GROUP)]
        rows = self._states[: self.clusters // GROUP * GROUP].reshape(-1, GROUP)
        step = _PIECE // GROUP
        for start in range(0, len(whole), step):
            piece = whole[start : start + step]
            self._sums[:, piece] = _unpack(_row_sums(rows[piece]))
        if len(whole) < len(groups):
            tail = self._states[len(rows) * GROUP :]
            self._sums[:, -1:] = _unpack(_row_sums(tail[np.newaxis]))
        return True

    def is_newer(self, version: int, first: int, last: int) -> bool:
        """Whether clusters from `first` to `last` may have been written since a version."""
        stamps = self._stamps[first // GROUP : last // GROUP + 1]
        return bool((stamps > version).any())

    def cells(self, first: int, size: int, count: int) -> Cells:
        """Return `count` cells of `size` clusters, from cluster `first` on.

        Cells of whole groups come from their sums and are as new as the last `update`; smaller
        ones come from the clusters themselves.

        Raises:
            ValueError: a cell larger than a group is not made of whole groups.
        """
        if size < GROUP:
            sums = _unpack(self._packed_cells(first, size, count))
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
        sums = _unpack(self._packed_cells(first, GROUP, count, last + 1)).sum(axis=1, keepdims=True)
        return Cells(np.array([last - first + 1]), *sums)

    def total(self) -> Cells:
        """Return one cell with the whole device, as of the last `update`."""
        sums = self._sums.sum(axis=1, dtype=np.int64, keepdims=True)
        return Cells(np.array([self.clusters]), *sums)

    def _packed_cells(self, first: int, size: int, count: int, stop: int | None = None) -> _Packed:
        """Sum up cells of at most a group's size from the clusters before `stop`."""
        stop = min(first + size * count, self.clusters if stop is None else stop)
        whole = max(stop - first, 0) // size
        end = first + whole * size
        sums = np.zeros(count, np.uint64)
        rows = self._states[first:end].reshape(whole, size)
        step = max(_PIECE // size, 1)
        for start in range(0, whole, step):
            sums[start : min(start + step, whole)] = _row_sums(rows[start : start + step])
        if end < stop:
            sums[whole] = _row_sums(self._states[np.newaxis, end:stop])[0]
        return sums

    def _grouped_cells(self, first: int, size: int, count: int) -> Counts:
        groups = self._sums[:, first : first + size * count]
        starts = np.arange(0, groups.shape[1], size)
        sums = np.zeros((len(_FIELDS), count), np.int64)
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
        bool(state & (clustermap.DAMAGED | clustermap.DIFFERS)),
    )
    return sum(int(count) << shift for count, (shift, _) in zip(counts, _FIELDS, strict=True))


_WEIGHTS: Final = np.array([_weight(state) for state in range(256)], np.uint64)


def _row_sums(rows: Bytes) -> _Packed:
    sums: _Packed = _WEIGHTS[rows].sum(axis=1)
    return sums


def _unpack(sums: _Packed) -> Counts:
    fields = [sums >> np.uint64(shift) & np.uint64((1 << bits) - 1) for shift, bits in _FIELDS]
    return np.array(fields).astype(np.int64)
