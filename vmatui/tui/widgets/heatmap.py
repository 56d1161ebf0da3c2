"""The heat map: a device's clusters in order, each cell as bright as its clusters are full.

The walk writes the device map at any time; `poll` draws again only the lines that look different.
"""

from __future__ import annotations

from typing import ClassVar, Final

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from vmatui.engine.clustermap import DeviceMap
from vmatui.format.layout import MAX_CLUSTERS
from vmatui.tui.widgets.cells import levels_of
from vmatui.tui.widgets.mapframe import MapFrame
from vmatui.tui.widgets.mapgrid import ZOOM_STEP, MapGrid, lay_out
from vmatui.tui.widgets.palette import Brush, cursor_glyph, shade_styles

_NO_MAP: Final = (
    "There is no map: the archive has no such device, or it is beyond the 32 TiB that are mapped."
)

_ZOOM: Final = Binding.Group("Zoom", compact=True)


class HeatMap(ScrollView, can_focus=True):
    """Shows where a device's data is, and where the archive has faults."""

    HELP = """\
# Map

The clusters of a device in order, row by row. The brighter a cell (the darker, on a light
ground), the more of its blocks are stored.

| | |
|---|---|
| `·` | zero: in the archive, with nothing but zeros |
| `░▒▓█` | stored: from nearly empty to full |
| `╱` | not read yet |
| `!` | missing: the archive was read to its end and does not hold it |
| `=` | stored more than once |
| `×` | damaged |

A cell shows a fault if only one of its clusters has it: zoom in to find which.
"""
    COMPONENT_CLASSES: ClassVar[set[str]] = {"heat-map--label", "heat-map--cursor"}
    DEFAULT_CSS = """
    HeatMap {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        .heat-map--label { color: $text-muted; }
        .heat-map--cursor { color: $text; text-style: bold reverse; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign", "zoom_in", "Zoom in", key_display="+", group=_ZOOM),
        Binding("minus", "zoom_out", "Zoom out", key_display="-", group=_ZOOM),
        Binding("0", "fit", "Whole device", group=_ZOOM),
        Binding("left,h", "move(-1)", "Cell to the left", show=False),
        Binding("right,l", "move(1)", "Cell to the right", show=False),
        Binding("up,k", "move_rows(-1)", "Row up", show=False),
        Binding("down,j", "move_rows(1)", "Row down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "go_to(0)", "First cluster", show=False),
        Binding("end", f"go_to({MAX_CLUSTERS})", "Last cluster", show=False),
    ]

    is_complete: var[bool] = var(False)
    """Whether the walk is over, so that a cluster that was not seen is missing."""
    cursor: var[int] = var(0)
    """The cluster whose cell the cursor is on."""

    class CursorMoved(Message):
        """The cursor is on another cell, or its cell has other clusters."""

        def __init__(self, heat_map: HeatMap, first_cluster: int, last_cluster: int) -> None:
            super().__init__()
            self.heat_map = heat_map
            self.first_cluster = first_cluster
            self.last_cluster = last_cluster

        @property
        def control(self) -> HeatMap:
            """The map that the cursor is on."""
            return self.heat_map

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.device_map: DeviceMap | None = None
        self._cell_size: int | None = None
        self._frame: MapFrame | None = None
        self._brush: Brush | None = None

    @property
    def _grid(self) -> MapGrid | None:
        return self._frame.grid if self._frame else None

    @property
    def cursor_range(self) -> tuple[int, int] | None:
        """The first and last cluster of the cell that the cursor is on, if there is one."""
        grid = self._grid
        return grid.range_of(grid.cell_of(self.cursor)) if grid else None

    def show(self, device_map: DeviceMap | None, complete: bool) -> None:
        """Show a device; the same one again keeps cursor and zoom.

        Args:
            device_map: A walk may be writing it; None when the device has no map.
            complete: Whether that walk is over.
        """
        if device_map is not self.device_map:
            self._cell_size = None
            self.set_reactive(HeatMap.cursor, 0)
        self.device_map = device_map
        self.set_reactive(HeatMap.is_complete, complete)
        self._arrange()
        self._tell()

    def poll(self) -> None:
        """Draw again what the walk has changed; to be called many times a second."""
        frame = self._frame
        if frame is None:
            return
        seen = frame.version
        for row in frame.update():
            self.refresh_line(row)
        if frame.is_newer(seen, frame.grid.cell_of(self.cursor)):
            self._tell()

    def go_to(self, cluster: int) -> None:
        """Put the cursor on the cell of a cluster; past either end is the end."""
        if self.device_map:
            self.cursor = max(0, min(cluster, self.device_map.device.clusters - 1))

    def on_resize(self, _event: Resize) -> None:
        """Lay the device out anew."""
        self._arrange()
        self._tell()

    def notify_style_update(self) -> None:
        """Forget the styles, which the theme may have changed."""
        super().notify_style_update()
        self._brush = None

    def watch_is_complete(self, complete: bool) -> None:
        """Tell what is not read yet from what is missing."""
        if self._frame:
            for row in self._frame.complete(complete=complete):
                self.refresh_line(row)

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the cursor's old and new line, and bring the new one into view."""
        grid = self._grid
        if grid is None:
            return
        for cluster in (old, new):
            self.refresh_line(grid.cell_of(cluster) // grid.columns)
        self._scroll_to_cursor()
        if grid.cell_of(old) != grid.cell_of(new):
            self._tell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim a zoom that goes no further."""
        if action == "zoom_in":
            return (self._grid is not None and self._grid.next_size is not None) or None
        if action in {"zoom_out", "fit"}:
            return self._cell_size is not None or None
        return True

    def action_zoom_in(self) -> None:
        """Show fewer clusters a cell, the cursor's among them."""
        if self._grid and self._grid.next_size:
            self._zoom(self._grid.next_size)

    def action_zoom_out(self) -> None:
        """Show more clusters a cell."""
        if self._grid:
            self._zoom(self._grid.size * ZOOM_STEP)

    def action_fit(self) -> None:
        """Show the whole device."""
        self._zoom(None)

    def action_move(self, cells: int) -> None:
        """Move the cursor along the device."""
        grid = self._grid
        if grid:
            cell = max(0, min(grid.cell_of(self.cursor) + cells, grid.cells - 1))
            self.go_to(grid.range_of(cell)[0])

    def action_move_rows(self, rows: int) -> None:
        """Move the cursor up or down."""
        grid = self._grid
        if grid:
            cell = grid.moved(grid.cell_of(self.cursor), rows)
            self.go_to(grid.range_of(cell)[0])

    def action_page(self, pages: int) -> None:
        """Move the cursor by what fits on the screen."""
        self.action_move_rows(pages * max(self.scrollable_size.height - 1, 1))

    def action_go_to(self, cluster: int) -> None:
        """Move the cursor to a cluster; past the end is the last."""
        self.go_to(cluster)

    def on_click(self, event: Click) -> None:
        """Move the cursor to the cell that was clicked."""
        place = event.get_content_offset(self)
        if self._grid is None or place is None:
            return
        cell = self._grid.cell_at(place.x, place.y + self.scroll_offset.y)
        if cell is not None:
            self.go_to(self._grid.range_of(cell)[0])

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen."""
        width, base = self.size.width, self.rich_style
        frame, row = self._frame, y + self.scroll_offset.y
        if frame is None:
            text = _NO_MAP if y == 0 and self.device_map is None else ""
            return Strip([Segment(text, base)]).adjust_cell_length(width, base)
        if row >= frame.grid.rows:
            return Strip.blank(width, base)
        grid = frame.grid
        label = Segment(grid.label(row), self.get_component_rich_style("heat-map--label"))
        rest = " " * (width - grid.labels - grid.columns * grid.cell_width)
        return Strip([label, *self._cells(frame, row), Segment(rest, base)], width)

    def _cells(self, frame: MapFrame, row: int) -> list[Segment]:
        """Draw a row of cells, the cursor's among them."""
        grid, brush = frame.grid, self._brush
        if brush is None or brush.width != grid.cell_width:
            base, styles = self.rich_style, shade_styles(self)
            brush = self._brush = Brush([base + style for style in styles], grid.cell_width)
        shades = frame.row(row, self.scroll_offset.y)
        cursor_row, column = divmod(grid.cell_of(self.cursor), grid.columns)
        if row != cursor_row:
            return brush.paint(shades)
        style = self.get_component_rich_style("heat-map--cursor")
        cursor = Segment(cursor_glyph(shades[column], grid.cell_width), style)
        return [*brush.paint(shades[:column]), cursor, *brush.paint(shades[column + 1 :])]

    def _zoom(self, size: int | None) -> None:
        self._cell_size = size
        self._arrange()
        self._tell()

    def _arrange(self) -> None:
        """Lay the cells out for the present size and zoom."""
        width, height = self.scrollable_size
        if self.device_map is None or not (width and height):
            self._frame = None
            self.virtual_size = Size(width, height)
        else:
            clusters = self.device_map.device.clusters
            grid = lay_out(clusters, width, height, self._cell_size)
            if grid == lay_out(clusters, width, height):
                self._cell_size = None
            levels = levels_of(self.device_map)
            self._frame = MapFrame(levels, grid, height, complete=self.is_complete)
            self.virtual_size = Size(width, grid.rows)
        self.refresh()
        self.refresh_bindings()
        self._scroll_to_cursor()

    def _tell(self) -> None:
        if self.cursor_range:
            self.post_message(self.CursorMoved(self, *self.cursor_range))

    def _scroll_to_cursor(self) -> None:
        """Scroll only if the cursor would be out of sight."""
        if self._grid is None:
            return
        row = self._grid.cell_of(self.cursor) // self._grid.columns
        height, top = self.scrollable_size.height, self.scroll_offset.y
        if not top <= row < top + height:
            is_near = top - 1 <= row <= top + height
            target = min(row, top) if row < top else row - height + 1
            self.scroll_to(y=target if is_near else row - height // 2, animate=False, force=True)
