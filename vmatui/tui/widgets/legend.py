"""The legend of the map: every shade with its glyph, its colour and how many have it."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from vmatui.drawing.fields import Field
from vmatui.drawing.legend import Entry, entries
from vmatui.tui.widgets.palette import Palette, palette_of
from vmatui.tui.wording import count_text, shown

_GAP: Final = "   "
_EVERY: Final = 5
"""Polls from one count to the next: numbers that flicker cannot be read."""
_MOST_NAME: Final = 30


class Legend(Widget):
    """What the map's glyphs mean, and how many units of the shown field each stands for."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"legend--none", "legend--number"}
    DEFAULT_CSS = """
    Legend {
        height: auto;
        .legend--none { color: $foreground 60%; }
        .legend--number { text-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._field: Field | None = None
        self._version = 0
        self._polls = 0
        self._drawn: dict[int, list[Strip]] = {}
        """The lines of what was counted last, by width."""

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
        self._drawn.clear()
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
            self._drawn.clear()
            self.refresh(layout=len(self._lines(self.size.width)) != self.size.height)

    def notify_style_update(self) -> None:
        """Draw anew in the styles that there are now."""
        super().notify_style_update()
        self._drawn.clear()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines the legend needs."""
        return max(len(self._lines(width)), 1)

    def render_line(self, y: int) -> Strip:
        """Draw a line."""
        width, lines = self.size.width, self._lines(self.size.width)
        line = lines[y] if y < len(lines) else Strip([])
        return line.adjust_cell_length(width, self.rich_style)

    def _lines(self, width: int) -> list[Strip]:
        """Return the entries in lines, none of them broken."""
        if width not in self._drawn:
            palette = palette_of(self)
            gap = Strip([Segment(_GAP, self.rich_style)])
            lines: list[Strip] = []
            for entry in entries(self._field) if self._field else ():
                strip = Strip(self._entry(entry, palette))
                if lines and sum(each.cell_length for each in (lines[-1], gap, strip)) <= width:
                    lines[-1] = Strip.join([lines[-1], gap, strip])
                else:
                    lines.append(strip)
            self._drawn[width] = lines
        return self._drawn[width]

    def _entry(self, entry: Entry, palette: Palette) -> list[Segment]:
        base = self.rich_style
        swatch = [
            Segment(palette.glyphs[each], base + palette.styles[each]) for each in entry.shades
        ]
        words = f" {shown(entry.words[:_MOST_NAME])}"
        if entry.number is None:
            return [*swatch, Segment(words, base)]
        style = self.get_component_rich_style(f"legend--{'number' if entry.number else 'none'}")
        return [*swatch, Segment(f"{words} ", base), Segment(count_text(entry.number), style)]
