"""A map: the units of a field in order, row by row, each cell a shade, one under the cursor.

A walk writes the field at any time; `poll` draws again only the lines that look different.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from vmatui.drawing.fields import Field
from vmatui.drawing.frame import MapFrame
from vmatui.drawing.grid import MapGrid, lay_out
from vmatui.drawing.shades import is_fault
from vmatui.tui.widgets.lineview import LineView
from vmatui.tui.widgets.palette import Brush, HalfBrush, palette_of


class MapCanvas(LineView, can_focus=True):
    """Draws a field with a cursor on one of its cells."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"map--label", "map--cursor", "map--mark"}
    DEFAULT_CSS = """
    MapCanvas {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        .map--label { color: $text-muted; }
        .map--mark { color: $text-primary; }
        .map--cursor { color: $text; text-style: bold reverse; }
    }
    """
    cursor: var[int] = var(0)
    """The unit whose cell the cursor is on."""

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
        self.nothing = ""
        """What is said where there is no field."""
        self.cell_size: int | None = None
        """Units in a cell as the user chose them; None shows the whole."""
        self._frame: MapFrame | None = None
        self._brush: Brush | None = None
        self._half_brush: HalfBrush | None = None
        self._gutter_styles: tuple[Style, ...] | None = None

    @property
    def grid(self) -> MapGrid | None:
        """How the cells are laid out, if there are any."""
        return self._frame.grid if self._frame else None

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
        for line in {row // frame.grid.lines for row in frame.update()}:
            self.refresh_line(line)
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
        self._brush = self._half_brush = self._gutter_styles = None
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

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen."""
        width, base = self.size.width, self.rich_style
        frame, line = self._frame, y + self.scroll_offset.y
        if frame is None:
            return Strip([Segment(self.nothing if y == 0 else "", base)]).adjust_cell_length(
                width, base
            )
        row = line * frame.grid.lines
        if row >= frame.grid.rows:
            return Strip.blank(width, base)
        cells = self._cells(frame, row) if frame.grid.lines == 1 else self._pairs(frame, row)
        return Strip([*self._gutter(frame.grid, row), *cells]).adjust_cell_length(width, base)

    def gutter_mark(self, first: int, last: int) -> str:
        """Return the character that stands between a row's label and its cells.

        Args:
            first: First unit of the row.
            last: Its last unit.
        """
        return " "

    def cell_segments(self, brush: Brush, shades: bytes, cell: int) -> list[Segment]:
        """Draw neighbouring cells from `cell` on; a subclass may draw more of each."""
        return brush.paint(shades)

    def _gutter(self, grid: MapGrid, row: int) -> list[Segment]:
        if not grid.labels:
            return []
        first = row * grid.columns * grid.size
        last = min(first + grid.lines * grid.columns * grid.size, grid.units) - 1
        if self._gutter_styles is None:
            self._gutter_styles = tuple(
                self.get_component_rich_style(name) for name in ("map--label", "map--mark")
            )
        label, mark = self._gutter_styles
        return [Segment(grid.label(row)[:-1], label), Segment(self.gutter_mark(first, last), mark)]

    def _cells(self, frame: MapFrame, row: int) -> list[Segment]:
        """Draw a row of cells, the cursor's among them."""
        grid, brush = frame.grid, self._brush
        if brush is None or brush.width != grid.cell_width:
            brush = self._brush = Brush(palette_of(self), self.rich_style, grid.cell_width)
        shades = frame.row(row, self.scroll_offset.y)
        start = row * grid.columns
        cursor_row, column = divmod(grid.cell_of(self.cursor), grid.columns)
        if row != cursor_row:
            return self.cell_segments(brush, shades, start)
        style = self.get_component_rich_style("map--cursor")
        here = self.cursor_segments(brush, shades[column], start + column)
        cursor = [Segment(piece.text, style) if piece.style is None else piece for piece in here]
        return [
            *self.cell_segments(brush, shades[:column], start),
            *cursor,
            *self.cell_segments(brush, shades[column + 1 :], start + column + 1),
        ]

    def _pairs(self, frame: MapFrame, row: int) -> list[Segment]:
        """Draw two rows of cells in half blocks, the cursor's among them."""
        grid, brush = frame.grid, self._half_brush
        if brush is None:
            brush = self._half_brush = HalfBrush(palette_of(self), self.rich_style)
        top = self.scroll_offset.y * grid.lines
        upper, lower = frame.row(row, top), frame.row(row + 1, top)
        cursor_row, column = divmod(grid.cell_of(self.cursor), grid.columns)
        if cursor_row not in (row, row + 1):
            return brush.paint(upper, lower)
        shade = (upper if cursor_row == row else lower)[column]
        style = self.get_component_rich_style("map--cursor")
        cursor = brush.mark(style, is_upper=cursor_row == row)
        if is_fault(shade):
            cursor = Segment(brush.palette.glyphs[shade], style)
        return [
            *brush.paint(upper[:column], lower[:column]),
            cursor,
            *brush.paint(upper[column + 1 :], lower[column + 1 :]),
        ]

    def cursor_segments(self, brush: Brush, shade: int, cell: int) -> list[Segment]:
        """Draw the cell under the cursor; pieces without a style get the cursor's."""
        return [Segment(brush.palette.cursor_glyph(shade, brush.width))]

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
        return 2 if palette_of(self).has_shades else 1

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
