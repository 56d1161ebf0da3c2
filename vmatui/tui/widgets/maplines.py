"""The lines of a map as they are drawn: labels, cells, and the cursor on one of them."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.reactive import var
from textual.strip import Strip

from vmatui.drawing.frame import MapFrame
from vmatui.drawing.grid import MapGrid
from vmatui.drawing.shades import is_fault
from vmatui.tui.widgets.lineview import LineView
from vmatui.tui.widgets.mappaint import MapPaint
from vmatui.tui.widgets.palette import Brush


class MapLines(LineView):
    """Draws the cells of a frame; what they are, and where the cursor goes, is a subclass's."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"map--label", "map--cursor", "map--mark"}
    DEFAULT_CSS = """
    MapLines {
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

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.nothing = ""
        """What is said where there is no field."""
        self._frame: MapFrame | None = None
        self._paint: MapPaint | None = None

    @property
    def grid(self) -> MapGrid | None:
        """How the cells are laid out, if there are any."""
        return self._frame.grid if self._frame else None

    @property
    def paint(self) -> MapPaint:
        """What it draws with, as long as the theme and its place stay what they are."""
        if self._paint is None:
            self._paint = MapPaint(self)
        return self._paint

    def notify_style_update(self) -> None:
        """Forget the styles, which the theme may have changed."""
        super().notify_style_update()
        self._paint = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some lines, without looking up for each what a map does not have.

        Textual's own way takes longer than the drawing. It stays where colours must be made
        fewer, which happens on that way.
        """
        padding, width, ground = self.styles.padding, self.region.width, self.paint.ground
        if not self.paint.palette.has_shades or self.styles.gutter.totals != (padding.width, 0):
            return super().render_lines(crop)
        left = Segment(" " * padding.left, ground)
        right = Segment(" " * (width - padding.left - self.size.width), ground)
        strips = [Strip([left, *self.render_line(y), right], width) for y in crop.line_range]
        if crop.column_span == (0, width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen."""
        width, base = self.size.width, self.paint.base
        frame, line = self._frame, y + self.scroll_offset.y
        if frame is None:
            return Strip([Segment(self.nothing if y == 0 else "", base)]).adjust_cell_length(
                width, base
            )
        row = line * frame.grid.lines
        if row >= frame.grid.rows:
            return Strip.blank(width, base)
        cells = self._cells(frame, row) if frame.grid.lines == 1 else self._pairs(frame, row)
        segments = [*self._gutter(frame.grid, row), *cells]
        # No character of a map is wider than a column.
        length = sum([len(segment.text) for segment in segments])
        return Strip(segments, length).adjust_cell_length(width, base)

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
        mark = Segment(self.gutter_mark(first, last), self.paint.mark)
        return [Segment(grid.label(row)[:-1], self.paint.label), mark]

    def _cells(self, frame: MapFrame, row: int) -> list[Segment]:
        """Draw a row of cells, the cursor's among them."""
        grid, brush = frame.grid, self.paint.brush(frame.grid.cell_width)
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
        grid, brush = frame.grid, self.paint.half_brush
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
