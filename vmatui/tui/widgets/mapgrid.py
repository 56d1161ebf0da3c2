"""Where each cell of the map stands: pure arithmetic between clusters, cells and screen places.

At the widest zoom every cluster of the device has its place, whatever the sizes of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vmatui.format.layout import CLUSTER_SIZE
from vmatui.tui.widgets.cells import cell_size

ZOOM_STEP: Final = 4
"""How many cells one becomes when zooming in."""
_LABEL_WIDTH: Final = 9
_WITH_LABELS: Final = 48
"""Screen columns from which on there is room for labels."""
_UNITS: Final = (("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20))


@dataclass(frozen=True, slots=True)
class MapGrid:
    """A device's clusters laid out in rows of cells."""

    clusters: int
    """Of the device."""
    size: int
    """Clusters in a cell."""
    columns: int
    """Cells in a row."""
    cell_width: int
    """Screen columns of a cell: 2 where that leaves room for all, so that cells are square."""
    labels: int
    """Screen columns left of the cells, for the row's offset in the device."""

    @property
    def cells(self) -> int:
        """How many cells hold clusters."""
        return -(-self.clusters // self.size)

    @property
    def rows(self) -> int:
        """How many rows hold cells."""
        return -(-self.cells // self.columns)

    def cell_of(self, cluster: int) -> int:
        """Return the number of the cell that shows a cluster."""
        return cluster // self.size

    def range_of(self, cell: int) -> tuple[int, int]:
        """Return the first and last cluster of a cell."""
        return cell * self.size, min((cell + 1) * self.size, self.clusters) - 1

    def cell_at(self, x: int, row: int) -> int | None:
        """Return the cell in a row at a screen column, or None where there is none."""
        column = (x - self.labels) // self.cell_width
        cell = row * self.columns + column
        return cell if 0 <= column < self.columns and 0 <= cell < self.cells else None

    def moved(self, cell: int, rows: int) -> int:
        """Return the cell some rows below (or above) another, as far as there are rows."""
        row, column = divmod(cell, self.columns)
        row = max(0, min(row + rows, self.rows - 1))
        return min(row * self.columns + column, self.cells - 1)

    def label(self, row: int) -> str:
        """Return where in the device a row begins, in one unit for all rows, a blank at the end.

        It has `labels` characters, none where there is no room for labels.
        """
        if not self.labels:
            return ""
        step = self.size * self.columns * CLUSTER_SIZE
        name, unit = next((name, unit) for name, unit in _UNITS if unit <= step * 100)
        decimals = 0 if step % unit == 0 else 2
        text = f"{row * step / unit:.{decimals}f}{name}" if row else "0"
        return f"{text} ".rjust(self.labels)

    @property
    def next_size(self) -> int | None:
        """The size of a cell one zoom step further in, or None at one cluster a cell."""
        if self.size == 1:
            return None
        size = 1
        while size * ZOOM_STEP * 2 <= self.size:
            size *= ZOOM_STEP
        return size


def lay_out(clusters: int, width: int, height: int, size: int | None = None) -> MapGrid:
    """Lay out a device.

    Args:
        clusters: Of the device, at least 1.
        width: Screen columns there are.
        height: Screen rows there are.
        size: Clusters in a cell; None, or more than half of what fits the whole device in, is
            taken as that.
    """
    labels = _LABEL_WIDTH if width >= _WITH_LABELS else 0
    room = max(width - labels, 1)
    columns = room if room < 16 else room - room % 8
    fitting = cell_size(clusters, columns * height)
    if size is None or size * 2 > fitting:
        size = fitting
    half = columns // 2
    is_roomy = half * height * size >= clusters
    return MapGrid(clusters, size, half if is_roomy else columns, 1 + is_roomy, labels)
