"""How one moves over a map: keys, mouse and wheel, and from fault to fault."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.events import MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp
from textual.geometry import Offset

from vmatui.drawing.grid import BLOCKS, ZOOM_STEP
from vmatui.format.layout import MAX_CLUSTERS
from vmatui.tui.widgets.mapcanvas import MapCanvas

_ZOOM: Final = Binding.Group("Zoom", compact=True)
GO: Final = Binding.Group("Go", compact=True)


class MovableMap(MapCanvas):
    """A map that obeys keys and mouse."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign", "zoom_in", "Zoom in", key_display="+", group=_ZOOM),
        Binding("minus", "zoom_out", "Zoom out", key_display="-", group=_ZOOM),
        Binding("0", "fit", "The whole", group=_ZOOM),
        Binding("n", "fault(1)", "Next fault", group=GO),
        Binding("N", "fault(-1)", "Fault before", key_display="N", group=GO),
        Binding("left", "move(-1)", "Cell to the left", show=False),
        Binding("right", "move(1)", "Cell to the right", show=False),
        Binding("up", "move_rows(-1)", "Row up", show=False),
        Binding("down", "move_rows(1)", "Row down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "go_to(0)", "The first", show=False),
        Binding("end", f"go_to({MAX_CLUSTERS})", "The last", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._drag: tuple[int, int] | None = None
        """Where the mouse was pressed, and how far the map was scrolled then."""
        self._dragged = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim a zoom that goes no further."""
        if action == "zoom_in":
            return (self.grid is not None and self.grid.next_size is not None) or None
        if action in {"zoom_out", "fit"}:
            return self.cell_size is not None or None
        return True

    def action_zoom_in(self) -> None:
        """Show fewer units a cell, the cursor's among them."""
        if self.grid and self.grid.next_size is not None:
            self.zoom(self.grid.next_size)

    def action_zoom_out(self) -> None:
        """Show more units a cell."""
        if self.grid:
            self.zoom(1 if self.cell_size == BLOCKS else self.grid.size * ZOOM_STEP)

    def action_fit(self) -> None:
        """Show the whole."""
        self.zoom(None)

    def action_fault(self, step: int) -> None:
        """Move the cursor to the next fault, or to the one before."""
        place = self.cursor_range
        if self.field is None or place is None:
            return
        found = self.field.next_fault(*place, step)
        if found is None:
            self.notify(f"No fault {'after' if step > 0 else 'before'} this place", markup=False)
        else:
            self.go_to(found)

    def action_move(self, cells: int) -> None:
        """Move the cursor along."""
        grid = self.grid
        if grid:
            cell = max(0, min(grid.cell_of(self.cursor) + cells, grid.cells - 1))
            self.go_to(grid.range_of(cell)[0])

    def action_move_rows(self, rows: int) -> None:
        """Move the cursor up or down."""
        grid = self.grid
        if grid:
            self.go_to(grid.range_of(grid.moved(grid.cell_of(self.cursor), rows))[0])

    def action_page(self, pages: int) -> None:
        """Move the cursor by what fits on the screen."""
        lines = self.grid.lines if self.grid else 1
        self.action_move_rows(pages * lines * max(self.scrollable_size.height - 1, 1))

    def action_go_to(self, unit: int) -> None:
        """Move the cursor to a unit; past the end is the last."""
        self.go_to(unit)

    def on_mouse_down(self, event: MouseDown) -> None:
        """Begin a click or a drag."""
        if event.get_content_offset(self) is not None and event.button == 1:
            self._drag = (event.screen_y, self.scroll_offset.y)
            self._dragged = False
            self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        """Pan while the button is held."""
        if self._drag is None:
            return
        start, top = self._drag
        if self._dragged or event.screen_y != start:
            self._dragged = True
            self.scroll_to(y=top + start - event.screen_y, animate=False)

    def on_mouse_up(self, event: MouseUp) -> None:
        """End a drag, or put the cursor on the cell that was clicked."""
        if self._drag is None:
            return
        self._drag = None
        self.release_mouse()
        if not self._dragged:
            self._point(event.get_content_offset(self))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Zoom out around the mouse."""
        self._wheel(event, zoom_in=False)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Zoom in around the mouse."""
        self._wheel(event, zoom_in=True)

    def _point(self, place: Offset | None) -> None:
        """Put the cursor on the cell at a place of the widget."""
        if self.grid is None or place is None:
            return
        row = (place.y + self.scroll_offset.y) * self.grid.lines
        cell = self.grid.cell_at(place.x, row)
        if cell is not None:
            self.go_to(self.grid.range_of(cell)[0])

    def _wheel(self, event: MouseScrollDown | MouseScrollUp, *, zoom_in: bool) -> None:
        event.prevent_default().stop()
        self._point(event.get_content_offset(self))
        if zoom_in:
            self.action_zoom_in()
        else:
            self.action_zoom_out()
