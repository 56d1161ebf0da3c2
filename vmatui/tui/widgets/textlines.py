"""Text of any length, wrapped and drawn line by line: only what is on screen is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from vmatui.tui.widgets.columns import Cell
from vmatui.tui.widgets.lineview import LineView
from vmatui.tui.wording import shown


class Lines(NamedTuple):
    """Text that is ready to be shown."""

    widths: Sequence[int]
    """Screen columns of each line."""
    line: Callable[[int], Sequence[Cell]]
    """Gives the pieces of a line, counted from 0."""


class TextLines(LineView, can_focus=True):
    """Lines made of pieces, each with a tone; what is too long goes on in the next row."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text-lines--key",
        "text-lines--muted",
        "text-lines--section",
        "text-lines--value",
    }
    DEFAULT_CSS = """
    TextLines {
        padding: 0 1;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        .text-lines--key { color: $text-primary; }
        .text-lines--muted { color: $text-muted; }
        .text-lines--section { color: $text-warning; text-style: bold; }
        .text-lines--value { color: $text-success; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines = Lines((), lambda _: ())
        self._rows: list[tuple[int, int]] = []
        """For each row the line's number and the column it starts at."""

    def show(self, lines: Lines) -> None:
        """Show other text, from its beginning."""
        self._lines = lines
        self._wrap()
        self.scroll_to(0, 0, animate=False)

    def on_resize(self) -> None:
        """Wrap the lines anew."""
        self._wrap()

    def render_line(self, y: int) -> Strip:
        """Draw a row of the screen."""
        base, width = self.rich_style, self.scrollable_size.width
        row = self.scroll_offset.y + y
        if row >= len(self._rows):
            return Strip.blank(width, base)
        number, start = self._rows[row]
        segments = []
        for text, tone in self._lines.line(number):
            assert isinstance(text, str)
            style = self.get_component_rich_style(f"text-lines--{tone}") if tone else base
            segments.append(Segment(shown(text), style))
        return Strip(segments).crop_extend(start, start + width, base)

    def _wrap(self) -> None:
        room = self.scrollable_size.width
        if not room:  # not laid out yet: a first picture would show a column of single letters
            self._rows = []
            return
        self._rows = [
            (number, start)
            for number, width in enumerate(self._lines.widths)
            for start in range(0, max(width, 1), room)
        ]
        self.virtual_size = Size(room, len(self._rows))
        self.refresh()
