"""Where each cell of a map stands: pure arithmetic between units, cells and screen places.

Units are the clusters of a device or the extents of an archive. At the widest zoom every one has
its place, whatever their number and the screen.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from vmatui.drawing.cells import cell_size
from vmatui.format.layout import BLOCKS_PER_CLUSTER, CLUSTER_SIZE

ZOOM_STEP: Final = 4
"""How many cells one becomes when zooming in."""
BLOCKS: Final = 0
"""Asked for as a cell's size: one cluster a cell, wide enough for its blocks."""
_BLOCKS_WIDTH: Final = BLOCKS_PER_CLUSTER + 2
_LABEL_WIDTH: Final = 9
_WITH_LABELS: Final = 48
"""Screen columns from which on there is room for labels."""
_UNITS: Final = (("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20))


class MapGrid(NamedTuple):
    """Units laid out in rows of cells."""

    units: int
    """How many there are."""
    size: int
    """Units in a cell."""
    columns: int
    """Cells in a row."""
    cell_width: int
    """Screen columns of a cell: 2 where that leaves room for all, so that cells are square."""
    labels: int
    """Screen columns left of the cells, for the row's place."""
    unit_size: int = CLUSTER_SIZE
    """Bytes of a unit; 0 labels rows with plain numbers."""
    lines: int = 1
    """Rows in a line of the screen: 2 where half blocks can be drawn."""

    @property
    def cells(self) -> int:
        """How many cells hold units."""
        return -(-self.units // self.size)

    @property
    def rows(self) -> int:
        """How many rows hold cells."""
        return -(-self.cells // self.columns)

    @property
    def shows_blocks(self) -> bool:
        """Whether a cell is one cluster, block by block."""
        return self.cell_width == _BLOCKS_WIDTH

    def cell_of(self, unit: int) -> int:
        """Return the number of the cell that shows a unit."""
        return unit // self.size

    def range_of(self, cell: int) -> tuple[int, int]:
        """Return the first and last unit of a cell."""
        return cell * self.size, min((cell + 1) * self.size, self.units) - 1

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
        """Return where a row begins, all rows in the same measure, a blank at the end.

        It has `labels` characters, none where there is no room for labels.
        """
        if not self.labels:
            return ""
        if not self.unit_size:
            return f"{row * self.size * self.columns} ".rjust(self.labels)
        step = self.size * self.columns * self.unit_size
        name, unit = next((name, unit) for name, unit in _UNITS if unit <= step * 100)
        decimals = 0 if step % unit == 0 else 2
        text = f"{row * step / unit:.{decimals}f}{name}" if row else "0"
        return f"{text} ".rjust(self.labels)

    @property
    def next_size(self) -> int | None:
        """The size of a cell one zoom step further in, or None where there is none."""
        if self.size == 1:
            return BLOCKS if self.unit_size and not self.shows_blocks else None
        size = 1
        while size * ZOOM_STEP * 2 <= self.size:
            size *= ZOOM_STEP
        return size


def lay_out(
    units: int,
    width: int,
    height: int,
    size: int | None = None,
    unit_size: int = CLUSTER_SIZE,
    lines: int = 1,
) -> MapGrid:
    """Lay units out in rows.

    Args:
        units: How many, at least 1.
        width: Screen columns there are.
        height: Screen lines there are.
        size: Units in a cell, or `BLOCKS`; None, or more than half of what fits all units in, is
            taken as that.
        unit_size: Bytes of a unit, 0 where they are just counted.
        lines: Rows that a line of the screen can show, used where they show more.
    """
    labels = _LABEL_WIDTH if width >= _WITH_LABELS else 0
    room = max(width - labels, 1)
    if size == BLOCKS and room >= _BLOCKS_WIDTH:
        return MapGrid(units, 1, room // _BLOCKS_WIDTH, _BLOCKS_WIDTH, labels, unit_size)
    columns = room if room < 16 else room - room % 8
    fitting = cell_size(units, columns * height)
    if fitting == 1 or size == 1:
        lines = 1  # single clusters are large enough to be seen as they are
    fitting = cell_size(units, columns * height * lines)
    if size is None or size * 2 > fitting:
        size = fitting
    size = max(size, 1)
    half = columns // 2
    is_roomy = half * height * size >= units
    if is_roomy:
        return MapGrid(units, size, half, 2, labels, unit_size)
    return MapGrid(units, size, columns, 1, labels, unit_size, lines)
