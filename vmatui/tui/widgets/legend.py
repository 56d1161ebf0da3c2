"""The legend of the map: every state with its glyph, its colour and how many clusters have it."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.reactive import var
from textual.style import Style
from textual.widget import Widget

from vmatui.engine.clustermap import DeviceMap
from vmatui.tui.widgets.cells import Shade, levels_of
from vmatui.tui.widgets.palette import GLYPHS, shade_styles
from vmatui.tui.widgets.styles import MUTED
from vmatui.tui.wording import count_text

_GAP: Final = "   "
_RAMP: Final = tuple(range(Shade.FAINTEST + 1, Shade.FULL + 1, 4))
"""A shade for each of the ramp's glyphs."""


class Legend(Widget):
    """What the map's glyphs mean, and how many clusters of the shown device each stands for."""

    DEFAULT_CSS = """
    Legend { height: auto; }
    """

    is_complete: var[bool] = var(False)
    """Whether the walk is over, so that a cluster that was not seen is missing."""

    fault_word: var[str] = var("damaged")
    """What is told of the clusters that the map marks as damaged."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._device_map: DeviceMap | None = None
        self._version = 0

    def show(self, device_map: DeviceMap | None, complete: bool) -> None:
        """Count for a device.

        Args:
            device_map: A walk may be writing it; None shows nothing.
            complete: Whether that walk is over.
        """
        self._device_map = device_map
        self.set_reactive(Legend.is_complete, complete)
        if device_map:
            levels_of(device_map).update()
        self.refresh(layout=True)

    def poll(self) -> None:
        """Count again if the walk has gone on; to be called many times a second."""
        if self._device_map is None:
            return
        levels = levels_of(self._device_map)
        levels.update()
        if levels.version != self._version:
            self._version = levels.version
            needs_layout = len(self._lines(self.size.width)) != self.size.height
            self.refresh(layout=needs_layout)

    def watch_fault_word(self) -> None:
        """Tell the new word."""
        self.refresh(layout=True)

    def watch_is_complete(self) -> None:
        """Say missing for what was not read yet."""
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines the legend needs."""
        return max(len(self._lines(width)), 1)

    def render(self) -> Content:
        """Draw the legend."""
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Content]:
        """Return the entries in lines, none of them broken."""
        lines: list[Content] = []
        for entry in self._entries():
            if lines and len(lines[-1]) + len(_GAP) + len(entry) <= width:
                lines[-1] += _GAP + entry
            else:
                lines.append(entry)
        return lines

    def _entries(self) -> list[Content]:
        if self._device_map is None:
            return []
        total = levels_of(self._device_map).total()
        unseen = (
            ((Shade.MISSING,), "missing", total.unseen)
            if self.is_complete
            else ((Shade.UNREAD,), "not read yet", total.unseen)
        )
        states = (
            (_RAMP, "stored", total.stored),
            ((Shade.ZERO,), "zero", total.zero),
            unseen,
            ((Shade.DUPLICATE,), "duplicate", total.duplicate),
            ((Shade.DAMAGED,), self.fault_word, total.damaged),
        )
        return [self._entry(shades, word, int(counts[0])) for shades, word, counts in states]

    def _entry(self, shades: tuple[int, ...], word: str, count: int) -> Content:
        styles = shade_styles(self)
        swatch = [(GLYPHS[shade], Style.from_rich_style(styles[shade])) for shade in shades]
        return Content.assemble(
            *swatch,
            f" {word} ",
            (count_text(count), "bold" if count else MUTED),
        )
