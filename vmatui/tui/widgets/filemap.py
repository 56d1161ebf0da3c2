"""The archive's own map: its extents in file order, so that a damaged region of the file shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.geometry import Size

from vmatui.drawing.archivefield import ArchiveField
from vmatui.drawing.grid import lay_out
from vmatui.drawing.shades import View
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.tui.widgets.movablemap import MovableMap

_ROWS: Final = 10


class FileMap(MovableMap):
    """Shows what each part of the archive's file brings."""

    HELP = """\
# The archive's own map

The extents of the archive in file order, row by row: `c` by fill, `h` by health, `o` by
the devices that they bring (in turn, where there are several). `×` marks what is damaged
or cut short, so that a bad region of the *file* shows. `a` goes back to the devices, at the
place that the cursor's extent brings.
"""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.nothing = "No extent has been read yet."

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many rows the extents take, where the height is free."""
        if self.field is None:
            return 1
        return lay_out(self.field.units, width, _ROWS, None, 0).rows

    def show(
        self, table: ExtentTable | None, names: Mapping[int, str], complete: bool, *, view: View
    ) -> None:
        """Show the extents; those of the same table keep cursor and zoom.

        Args:
            names: What to call each device, by dev_id.
            table: A walk may be adding to it.
            complete: Whether that walk is over.
            view: What to show of them.
        """
        known = self.field if isinstance(self.field, ArchiveField) else None
        keep = known is not None and known.table is table
        field = ArchiveField(table, names, view, complete=complete) if table is not None else None
        self.draw(field, keep=keep)
        self.refresh(layout=True)
