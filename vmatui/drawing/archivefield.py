"""The archive's own map: its extents in file order, by fill, by health or by device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vmatui.drawing.cells import Bytes
from vmatui.drawing.shades import DEVICES, STEPS, Shade, View
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.format.layout import BLOCKS_PER_CLUSTER

_GROWTH: Final = 50
"""A table is taken in again when it has grown by this fraction, or is complete."""


class ArchiveField:
    """The extents of an archive.

    Args:
        table: A walk may be adding to it.
        names: What to call each device, by dev_id; text from the archive.
        view: What to show; `ORDER` shows which device each extent brings.
        complete: Whether that walk is over.
    """

    unit_size = 0
    is_restless = False

    def __init__(
        self, table: ExtentTable, names: Mapping[int, str], view: View, *, complete: bool
    ) -> None:
        self.table = table
        self.names = names
        self.view = view
        self.complete = complete
        self.units = 0
        self._blocks: NDArray[np.uint16] = np.zeros(0, np.uint16)
        self._clusters: Bytes = np.zeros(0, np.uint8)
        self._sound: Bytes = np.zeros(0, np.uint8)
        self._sets: NDArray[np.uint32] = np.zeros(0, np.uint32)
        self.update()

    @property
    def version(self) -> int:
        """Extents that were taken in."""
        return self.units

    @property
    def damaged(self) -> int:
        """Extents that are damaged, cut short or displaced."""
        return int((self._sound == 0).sum())

    def update(self) -> None:
        """Take in the extents that came since, when they are worth it."""
        count = len(self.table)
        if count == self.units or (not self.complete and count < self.units * (1 + 1 / _GROWTH)):
            return
        blocks, clusters, sound, sets = self.table.columns(self.units)
        self._blocks = np.append(self._blocks, np.frombuffer(blocks, np.uint16))
        self._clusters = np.append(self._clusters, np.frombuffer(clusters, np.uint8))
        self._sound = np.append(self._sound, np.frombuffer(sound, np.uint8))
        self._sets = np.append(self._sets, np.frombuffer(sets, np.uint32))
        self.units = len(self._sets)

    def is_newer(self, version: int, first: int, last: int) -> bool:
        """Whether an extent from `first` to `last` came since a version."""
        return first < self.units and last >= version

    def shade(self, first: int, size: int, count: int) -> Bytes:
        """Return a shade for each of `count` cells of `size` extents."""
        stop = min(first + size * count, self.units)
        starts = np.arange(0, max(stop - first, 0), size)
        look = np.zeros(count, np.uint8)
        if len(starts):
            look[: len(starts)] = self._shades(slice(first, stop), starts)
        return look

    def next_fault(self, first: int, last: int, step: int) -> int | None:
        """Return the next extent that is not sound, past a cell."""
        faulty = np.flatnonzero(self._sound == 0)
        ahead = faulty[faulty > last] if step > 0 else faulty[faulty < first][::-1]
        return int(ahead[0]) if ahead.size else None

    def _shades(self, units: slice, starts: NDArray[np.int64]) -> Bytes:
        blocks = np.add.reduceat(self._blocks[units], starts, dtype=np.int64)
        if self.view is View.CONTENT:
            clusters = np.add.reduceat(self._clusters[units], starts, dtype=np.int64)
            most = np.maximum(clusters * BLOCKS_PER_CLUSTER, 1)
            look = Shade.FAINTEST + np.minimum(blocks, most) * (STEPS - 1) // most
            look[blocks == 0] = Shade.ZERO
        elif self.view is View.ORDER:
            look = Shade.FIRST_DEVICE + self._devices(units.start + starts)
        else:
            look = np.where(blocks > 0, int(Shade.SOUND), int(Shade.ZERO))
        look[np.minimum.reduceat(self._sound[units], starts) == 0] = Shade.DAMAGED
        shaded: Bytes = look.astype(np.uint8)
        return shaded

    def _devices(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the colours of some extents' devices; several in one extent take turns."""
        places = {dev_id: place for place, dev_id in enumerate(self.names)}
        sets = self._sets[numbers]
        colours = np.zeros(len(numbers), np.int64)
        for each in np.unique(sets):
            named = self.table.devices_of_set(int(each))
            known = sorted(places[dev_id] for dev_id in named if dev_id in places) or [0]
            here = sets == each
            colours[here] = np.array(known)[numbers[here] % len(known)] % DEVICES
        return colours
