"""The legend of the map: every shade with its glyph, its colour and how many have it."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.style import Style
from textual.widget import Widget

from vmatui.drawing.fields import Field
from vmatui.drawing.legend import Entry, entries
from vmatui.tui.widgets.palette import palette_of
from vmatui.tui.widgets.styles import MUTED
from vmatui.tui.wording import count_text, shown

_GAP: Final = "   "
_EVERY: Final = 5
"""Polls from one count to the next: numbers that flicker cannot be read."""
_MOST_NAME: Final = 30


class Legend(Widget):
    """What the map's glyphs mean, and how many units of the shown field each stands for."""

    DEFAULT_CSS = """
    Legend { height: auto; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._field: Field | None = None
        self._version = 0
        self._polls = 0

    def show(self, field: Field | None) -> None:
        """Count for a field.

        Args:
            field: A walk may be writing it; None shows nothing.
        """
        self._field = field
        self._polls = 0
        if field:
            field.update()
            self._version = field.version
        self.refresh(layout=True)

    def poll(self, *, is_last: bool = False) -> None:
        """Count again now and then if the walk has gone on; to be called many times a second.

        Args:
            is_last: Whether the walk has ended, so that the count must be right.
        """
        self._polls += 1
        if self._field is None or not (is_last or self._polls % _EVERY == 1):
            return
        self._field.update()
        if self._field.version != self._version:
            self._version = self._field.version
            needs_layout = len(self._lines(self.size.width)) != self.size.height
            self.refresh(layout=needs_layout)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines the legend needs."""
        return max(len(self._lines(width)), 1)

    def render(self) -> Content:
        """Draw the legend."""
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Content]:
        """Return the entries in lines, none of them broken."""
        lines: list[Content] = []
        for entry in entries(self._field) if self._field else ():
            text = self._entry(entry)
            if lines and len(lines[-1]) + len(_GAP) + len(text) <= width:
                lines[-1] += _GAP + text
            else:
                lines.append(text)
        return lines

    def _entry(self, entry: Entry) -> Content:
        palette = palette_of(self)
        swatch = [
            (palette.glyphs[shade], Style.from_rich_style(palette.styles[shade]))
            for shade in entry.shades
        ]
        words = f" {shown(entry.words[:_MOST_NAME])}"
        if entry.number is None:
            return Content.assemble(*swatch, words)
        number = (count_text(entry.number), "bold" if entry.number else MUTED)
        return Content.assemble(*swatch, f"{words} ", number)
