"""The rows of a map that are in sight: how each cell looks, and what the walk has changed since."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from vmatui.drawing.cells import Bytes
from vmatui.drawing.fields import Field
from vmatui.drawing.grid import MapGrid


class MapFrame:
    """A window of whole rows on the cells of a field.

    Args:
        field: What is drawn.
        grid: Where its cells stand.
        height: Rows in sight.
    """

    def __init__(self, field: Field, grid: MapGrid, height: int) -> None:
        self.grid = grid
        self.field = field
        self.version = 0
        """Of the field, when it was last read."""
        self._height = height
        self._top = 0
        self._shades: Bytes = np.zeros((0, grid.columns), np.uint8)

    def row(self, row: int, top: int) -> bytes:
        """Return a `Shade` for each cell of a row.

        Args:
            row: Counted from the field's start.
            top: The first row in sight; the frame moves there.
        """
        if top != self._top or not len(self._shades):
            self.field.update()
            self.version = self.field.version
            self._top = top
            self._shades = self._read(top, self._height)
        return bytes(self._shades[row - self._top])

    def reread(self) -> list[int]:
        """Read all rows again; return those that look different now."""
        return self._reread(0, len(self._shades))

    def update(self) -> list[int]:
        """Read what the walk has written; return the rows that look different now."""
        self.field.update()
        seen, self.version = self.version, self.field.version
        if self.field.is_restless:
            return self.reread()
        if seen == self.version:
            return []
        start, stop = self._newer_rows(seen)
        return self._reread(start, stop) if start < stop else []

    def is_newer(self, version: int, cell: int, count: int = 1) -> bool:
        """Whether the walk has written to some cells, or near them, since a version."""
        size = self.grid.size
        return self.field.is_newer(version, cell * size, (cell + count) * size - 1)

    def _newer_rows(self, version: int) -> tuple[int, int]:
        """Return the first row with something newer, and the row after the last such one."""
        rows, columns, top = len(self._shades), self.grid.columns, self._top

        def is_newer(start: int, stop: int) -> bool:
            return self.is_newer(version, (top + start) * columns, (stop - start) * columns)

        first = bisect_left(range(rows), True, key=lambda row: is_newer(0, row + 1))
        last = bisect_left(
            range(rows - first), True, key=lambda row: is_newer(rows - row - 1, rows)
        )
        return first, rows - last

    def _reread(self, start: int, stop: int) -> list[int]:
        """Read rows of the frame again, between all of which there may be few that changed."""
        fresh = self._read(self._top + start, stop - start)
        differs = (fresh != self._shades[start:stop]).any(axis=1)
        self._shades[start:stop] = fresh
        return [self._top + start + int(row) for row in np.flatnonzero(differs)]

    def _read(self, row: int, rows: int) -> Bytes:
        columns, size = self.grid.columns, self.grid.size
        return self.field.shade(row * columns * size, size, rows * columns).reshape(rows, columns)
