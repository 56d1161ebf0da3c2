"""What a map is drawn of: units in a row, each with a shade, and which of them are faulty.

The units of a device are its clusters, those of an archive its extents. A map knows no more of
them than stands here.
"""

from __future__ import annotations

from typing import Final, Protocol

from vmatui.drawing import shades
from vmatui.drawing.cells import Bytes, levels_of
from vmatui.drawing.order import order_of
from vmatui.drawing.shades import View
from vmatui.engine.indexing.clustermap import DeviceMap
from vmatui.engine.indexing.placement import Placement
from vmatui.format.layout import CLUSTER_SIZE

RECENT: Final = 8
"""Updates for which a cell counts as just written, 0.4 s while a walk runs."""


class Field(Protocol):
    """Units that a map can draw."""

    view: View
    complete: bool
    """Whether the walk that writes it is over."""

    @property
    def units(self) -> int:
        """How many there are."""

    @property
    def unit_size(self) -> int:
        """Bytes of one, for the labels of rows; 0 where they are just counted."""

    @property
    def version(self) -> int:
        """Grows with each update that found something new."""

    @property
    def is_restless(self) -> bool:
        """Whether cells may look different though nothing was written there."""

    def update(self) -> None:
        """Take in what was written since the last time."""

    def is_newer(self, version: int, first: int, last: int) -> bool:
        """Whether units from `first` to `last` may have been written since a version."""

    def shade(self, first: int, size: int, count: int) -> Bytes:
        """Return a shade for each of `count` cells of `size` units."""

    def next_fault(self, first: int, last: int, step: int) -> int | None:
        """Return where the next faults begin after (or, with a step of -1, end before) a cell."""


class DeviceField:
    """The clusters of a device.

    Args:
        device_map: A walk may be writing it.
        placement: Written by the same walk; None where the order is not known.
        view: What to show.
        complete: Whether that walk is over.
    """

    unit_size = CLUSTER_SIZE

    def __init__(
        self, device_map: DeviceMap, placement: Placement | None, view: View, *, complete: bool
    ) -> None:
        self.device_map = device_map
        self.placement = placement
        self.view = view
        self.complete = complete
        self._levels = levels_of(device_map)

    @property
    def units(self) -> int:
        """Clusters of the device."""
        return self._levels.clusters

    @property
    def version(self) -> int:
        """Grows with each update that found something new."""
        return self._levels.version

    @property
    def is_restless(self) -> bool:
        """In these views, what comes changes what was there."""
        return self.view in (View.JOB, View.ORDER) and not self.complete

    def update(self) -> None:
        """Take in what the walk has written."""
        self._levels.update()

    def is_newer(self, version: int, first: int, last: int) -> bool:
        """Whether clusters may have been written since a version."""
        return self._levels.is_newer(version, first, last)

    def shade(self, first: int, size: int, count: int) -> Bytes:
        """Shade cells in the present view."""
        cells = self._levels.cells(first, size, count)
        if self.view is View.HEALTH:
            return shades.health(cells, complete=self.complete)
        if self.view is View.JOB:
            recent = self._levels.recent(first, size, count, 0 if self.complete else RECENT)
            return shades.job(cells, recent, complete=self.complete)
        if self.view is View.ORDER and self.placement is not None:
            device = self.device_map.device
            order = order_of(self.placement, device.dev_id, device.clusters)
            extents = order.cells(first, size, count)
            return shades.order(cells, extents, order.last, complete=self.complete)
        has_doubts = not self._levels.is_mostly_doubtful
        return shades.content(cells, complete=self.complete, has_doubts=has_doubts)

    def next_fault(self, first: int, last: int, step: int) -> int | None:
        """Return the nearest cluster of the next stretch of faults, past the one at the cell."""
        levels = self._levels
        start = last if step > 0 else first
        after = levels.sound_from(start, step, complete=self.complete)
        if after is None:
            return None
        if after == start:
            after += step
        if not 0 <= after < levels.clusters:
            return None
        return levels.fault_from(after, step, complete=self.complete)
