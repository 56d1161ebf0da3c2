"""A table that draws only the lines on screen: as fast with a million rows as with ten.

Cells are text from anywhere; they are made harmless here, and never read as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from vmatui.tui.widgets.columns import Cell, Column, fit, widths
from vmatui.tui.widgets.lineview import LineView


class Table(LineView, can_focus=True, inherit_bindings=False):
    """Rows under a header line, one of them under the cursor.

    Args:
        columns: From left to right.
        can_choose: Whether Enter does something with a row.
        empty: What to say when there is no row; lines of text.
        id: The widget's id.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--cursor-blurred",
        "table--muted",
        "table--error",
        "table--warning",
        "table--success",
        "table--accent",
    }
    DEFAULT_CSS = """
    Table {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        .table--header { color: $text-muted; text-style: bold; }
        .table--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        .table--cursor-blurred { background: $foreground 8%; }
        .table--muted { color: $text-muted; }
        .table--error { color: $text-error; }
        .table--warning { color: $text-warning; }
        .table--success { color: $text-success; }
        .table--accent { color: $text-primary; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Row up", show=False),
        Binding("down,j", "move(1)", "Row down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "go_to(0)", "First row", show=False),
        Binding("end,G", "go_to(-1)", "Last row", show=False),
        Binding("enter", "choose", "Open", tooltip="Open what the cursor stands on"),
    ]

    cursor: var[int] = var(0)
    """The row under the cursor, counted from 0."""

    class RowMessage(Message):
        """Something about one row."""

        def __init__(self, table: Table, row: int) -> None:
            super().__init__()
            self.table = table
            self.row = row
            self._rows = table.shown

        @property
        def is_stale(self) -> bool:
            """Whether the table shows other rows by now: messages wait for their turn."""
            return self._rows != self.table.shown

        @property
        def control(self) -> Table:
            """The table, so that handlers can be told apart by its id."""
            return self.table

    class Chosen(RowMessage):
        """Enter or a second click on a row."""

    class Moved(RowMessage):
        """The cursor stands on another row, or the row's content is new."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        can_choose: bool = True,
        empty: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.count = 0
        self.shown = 0
        """How often it was given rows."""
        self._can_choose = can_choose
        self._empty = empty.splitlines()
        self._row: Callable[[int], Sequence[Cell]] = lambda _: ()

    def show(
        self, count: int, row: Callable[[int], Sequence[Cell]], *, cursor: int | None = None
    ) -> None:
        """Show other rows.

        Args:
            count: How many there are.
            row: Gives the cells of a row, one a column; asked only for rows on screen.
            cursor: The row to stand on; None stays where it is.
        """
        was_empty = not self.count
        self.count, self._row = count, row
        self.shown += 1
        self._resize()
        self.cursor = max(0, min(self.cursor if cursor is None else cursor, count - 1))
        self._scroll_to_cursor()
        self.refresh()
        if was_empty != (not count):
            self.refresh_bindings()  # Enter has something to open, or nothing any more
        if count:
            self.post_message(self.Moved(self, self.cursor))

    def say(self, empty: str) -> None:
        """Change what is said when there is no row."""
        self._empty = empty.splitlines()
        self._resize()
        self.refresh()

    def on_resize(self) -> None:
        """Fit the rows into the new size."""
        self._resize()
        self._scroll_to_cursor()

    def watch_cursor(self, old: int, new: int) -> None:
        """Bring the new row into view."""
        if old != new:
            self._scroll_to_cursor()
            self.refresh()
            if self.count:
                self.post_message(self.Moved(self, new))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Offer Enter only where it does something."""
        return action != "choose" or (self._can_choose and self.count > 0)

    def action_move(self, step: int) -> None:
        """Move the cursor some rows."""
        self._place(self.cursor + step)

    def action_page(self, pages: int) -> None:
        """Move the cursor by what fits on the screen."""
        self._place(self.cursor + pages * max(self.size.height - 2, 1))

    def action_go_to(self, row: int) -> None:
        """Move the cursor to a row; -1 is the last."""
        self._place(row if row >= 0 else self.count - 1)

    def action_choose(self) -> None:
        """Tell that the row under the cursor is wanted."""
        if self.count:
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: Click) -> None:
        """Move the cursor to the row; choose it if it stands there already."""
        row = self.scroll_offset.y + event.y - 1
        if event.y < 1 or row >= self.count:
            return
        if row == self.cursor and self._can_choose:
            self.action_choose()
        self.cursor = row

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen: the header, a row, or nothing."""
        base, width = self.rich_style, self.size.width
        if y == 0 and self.count:
            style = self.get_component_rich_style("table--header")
            titles = [Cell(column.title) for column in self.columns]
            return self._strip(titles, width, lambda _: style, style)
        row = self.scroll_offset.y + y - 1
        if 0 <= row < self.count:
            return self._row_strip(row, width)
        said = self._empty[y] if not self.count and y < len(self._empty) else ""
        muted = self.get_component_rich_style("table--muted")
        return Strip([Segment(fit(f" {said}", width), muted if said else base)], width)

    def _row_strip(self, row: int, width: int) -> Strip:
        if row != self.cursor:
            return self._strip(self._row(row), width, self._tone, self.rich_style)
        if self.has_focus:
            style = self.get_component_rich_style("table--cursor")
            return self._strip(self._row(row), width, lambda _: style, style)
        behind = self.get_component_rich_style("table--cursor-blurred")
        ground = Style(bgcolor=behind.bgcolor)
        return self._strip(
            self._row(row), width, lambda tone: self._tone(tone) + ground, self.rich_style + ground
        )

    def _tone(self, tone: str) -> Style:
        return self.get_component_rich_style(f"table--{tone}") if tone else self.rich_style

    def _strip(
        self, cells: Sequence[Cell], width: int, tone: Callable[[str], Style], base: Style
    ) -> Strip:
        segments = [Segment(" ", base)]
        for column, room, cell in zip(
            self.columns, widths(self.columns, width), cells, strict=True
        ):
            if room:
                text = cell.text(room) if callable(cell.text) else cell.text
                fitted = fit(text, room, column.align, column.cut)
                segments += [Segment(fitted, tone(cell.tone)), Segment("  ", base)]
        return Strip(segments).adjust_cell_length(width, base)

    def _place(self, row: int) -> None:
        self.cursor = max(0, min(row, self.count - 1))

    def _resize(self) -> None:
        lines = self.count + 1 if self.count else len(self._empty)
        self.virtual_size = Size(self.size.width, lines)

    def _scroll_to_cursor(self) -> None:
        room = max(self.size.height - 1, 1)
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + room:
            self.scroll_to(y=self.cursor - room + 1, animate=False)
