"""A map: the units of a field in order, row by row, each cell a shade, one under the cursor.

A walk writes the field at any time; `poll` draws again only the lines that look different.
"""

from __future__ import annotations

from functools import partial

from textual.events import Resize
from textual.geometry import Region, Size
from textual.message import Message

from vmatui.drawing.fields import Field
from vmatui.drawing.frame import MapFrame
from vmatui.drawing.grid import lay_out
from vmatui.tui.widgets.maplines import MapLines


class MapCanvas(MapLines, can_focus=True):
    """Draws a field with a cursor on one of its cells."""

    class Moved(Message):
        """The cursor is on another cell, or its cell has other units, or they changed."""

        def __init__(self, canvas: MapCanvas, first: int, last: int) -> None:
            super().__init__()
            self.canvas = canvas
            self.first = first
            self.last = last

        @property
        def control(self) -> MapCanvas:
            """The map that the cursor is on."""
            return self.canvas

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.field: Field | None = None
        self.cell_size: int | None = None
        """Units in a cell as the user chose them; None shows the whole."""

    @property
    def cursor_range(self) -> tuple[int, int] | None:
        """The first and last unit of the cell that the cursor is on, if there is one."""
        grid = self.grid
        return grid.range_of(grid.cell_of(self.cursor)) if grid else None

    @property
    def sight(self) -> tuple[int, int] | None:
        """The first and last unit in sight, if there is a map."""
        grid, top = self.grid, self.scroll_offset.y
        if grid is None:
            return None
        per_line = grid.lines * grid.columns * grid.size
        first = min(top * per_line, grid.units - 1)
        stop = (top + self.scrollable_size.height) * per_line
        return first, min(stop, grid.units) - 1

    def draw(self, field: Field | None, *, keep: bool) -> None:
        """Show a field.

        Args:
            field: A walk may be writing it; None where there is nothing to draw.
            keep: Whether cursor and zoom stay.
        """
        self.field = field if field and field.units else None
        if not keep:
            self.cell_size = None
            self.set_reactive(MapCanvas.cursor, 0)
        self._arrange()
        self._tell()

    def poll(self) -> None:
        """Draw again what the walk has changed; to be called many times a second."""
        frame = self._frame
        if frame is None:
            return
        if frame.field.units != frame.grid.units:
            self._arrange()
            return
        seen = frame.version
        lines = {row // frame.grid.lines for row in frame.update()}
        if lines:
            top, width = self.scroll_offset.y, self.size.width
            self.refresh(*(Region(0, line - top, width, 1) for line in lines))
        if frame.is_newer(seen, frame.grid.cell_of(self.cursor)):
            self._tell()

    def redraw(self) -> None:
        """Draw the same units in another view, or after the walk is over."""
        if self._frame:
            self._frame.reread()
        self.refresh()
        self._tell()

    def go_to(self, unit: int) -> None:
        """Put the cursor on the cell of a unit; past either end is the end."""
        if self.field:
            self.cursor = max(0, min(unit, self.field.units - 1))

    def on_resize(self, _event: Resize) -> None:
        """Lay the cells out anew."""
        self._arrange()
        self._tell()

    def notify_style_update(self) -> None:
        """Forget the styles, which the theme may have changed."""
        super().notify_style_update()
        if self._frame and self._frame.grid.lines != self._lines:
            self._arrange()

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the cursor's old and new line, and bring the new one into view."""
        grid = self.grid
        if grid is None:
            return
        for unit in (old, new):
            self.refresh_line(grid.cell_of(unit) // grid.columns // grid.lines)
        self._scroll_to_cursor()
        if grid.cell_of(old) != grid.cell_of(new):
            self._tell()

    def zoom(self, size: int | None) -> None:
        """Show cells of a size, `BLOCKS` or None for the whole; the cursor stays in sight."""
        self.cell_size = size
        self._arrange()
        self._tell()

    def _arrange(self) -> None:
        """Lay the cells out for the present size and zoom."""
        width, height = self.scrollable_size
        if self.field is None or not (width and height):
            self._frame = None
            self.virtual_size = Size(width, height)
        else:
            field = self.field
            room = partial(lay_out, field.units, width, height)
            grid = room(self.cell_size, field.unit_size, self._lines)
            if grid == room(None, field.unit_size, self._lines):
                self.cell_size = None
            self._frame = MapFrame(field, grid, height * grid.lines)
            self.virtual_size = Size(width, -(-grid.rows // grid.lines))
        self.refresh()
        self.refresh_bindings()
        self._scroll_to_cursor()

    @property
    def _lines(self) -> int:
        """Rows that a line of this screen can show."""
        return 2 if self.paint.palette.has_shades else 1

    def _tell(self) -> None:
        if self.cursor_range:
            self.post_message(self.Moved(self, *self.cursor_range))

    def _scroll_to_cursor(self) -> None:
        """Scroll only if the cursor would be out of sight."""
        if self.grid is None:
            return
        row = self.grid.cell_of(self.cursor) // self.grid.columns // self.grid.lines
        height, top = self.scrollable_size.height, self.scroll_offset.y
        if not top <= row < top + height:
            is_near = top - 1 <= row <= top + height
            target = min(row, top) if row < top else row - height + 1
            self.scroll_to(y=target if is_near else row - height // 2, animate=False, force=True)
