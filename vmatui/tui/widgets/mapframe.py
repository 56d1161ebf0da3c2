"""The rows of a map that are in sight: how each cell looks, and what the walk has changed since."""

from __future__ import annotations

import numpy as np

from vmatui.tui.widgets.cells import Bytes, MapLevels
from vmatui.tui.widgets.mapgrid import MapGrid


class MapFrame:
    """A window of whole rows on a device's cells.

    Args:
        levels: The device's clusters.
        grid: Where its cells stand.
        height: Rows in sight.
        complete: Whether the walk is over.
    """

    def __init__(self, levels: MapLevels, grid: MapGrid, height: int, *, complete: bool) -> None:
        self.grid = grid
        self._levels = levels
        self._height = height
        self._complete = complete
        self._top = 0
        self.version = 0
        """Of the levels, when they were last read."""
        self._shades: Bytes = np.zeros((0, grid.columns), np.uint8)

    def row(self, row: int, top: int) -> bytes:
        """Return a `Shade` for each cell of a row.

        Args:
            row: Counted from the device's start.
            top: The first row in sight; the frame moves there.
        """
        if top != self._top or not len(self._shades):
            self._levels.update()
            self.version = self._levels.version
            self._top = top
            self._shades = self._read(top, self._height)
        return bytes(self._shades[row - self._top])

    def complete(self, *, complete: bool) -> list[int]:
        """Take note whether the walk is over; return the rows that look different now."""
        self._complete = complete
        return self._reread(0, len(self._shades))

    def update(self) -> list[int]:
        """Read what the walk has written; return the rows that look different now."""
        self._levels.update()
        seen, self.version = self.version, self._levels.version
        if seen == self.version:
            return []
        columns = self.grid.columns
        newer = [
            row
            for row in range(len(self._shades))
            if self.is_newer(seen, (self._top + row) * columns, columns)
        ]
        return self._reread(newer[0], newer[-1] + 1) if newer else []

    def is_newer(self, version: int, cell: int, count: int = 1) -> bool:
        """Whether the walk has written to some cells, or near them, since a version."""
        size = self.grid.size
        return self._levels.is_newer(version, cell * size, (cell + count) * size - 1)

    def _reread(self, start: int, stop: int) -> list[int]:
        """Read rows of the frame again, between all of which there may be few that changed."""
        fresh = self._read(self._top + start, stop - start)
        differs = (fresh != self._shades[start:stop]).any(axis=1)
        self._shades[start:stop] = fresh
        return [self._top + start + int(row) for row in np.flatnonzero(differs)]

    def _read(self, row: int, rows: int) -> Bytes:
        columns, size = self.grid.columns, self.grid.size
        cells = self._levels.cells(row * columns * size, size, rows * columns)
        return cells.shades(complete=self._complete).reshape(rows, columns)
