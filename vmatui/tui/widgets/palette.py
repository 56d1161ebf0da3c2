"""The glyphs and styles of the map's shades on the screen that there is.

Whatever it can show: all colours, sixteen, none; block characters, or ASCII alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.widget import Widget

from vmatui.drawing import looks
from vmatui.drawing.shades import Shade, is_fault
from vmatui.drawing.terminal import abilities

_RUNS: Final = re.compile(rb"(.)\1*", re.DOTALL)
_PAIRS: Final = re.compile(rb"(..)\1*", re.DOTALL)
_MOST_DRAWN: Final = 20_000
"""Pieces that a brush keeps; two rows have many more kinds of pieces than one."""


@dataclass(frozen=True, slots=True)
class Palette:
    """What shades look like on a widget."""

    glyphs: str
    """By `Shade`."""
    styles: Sequence[Style]
    """By `Shade`, to be drawn on the widget's own background."""
    is_ascii: bool
    has_shades: bool = False
    """Whether colours alone tell how full a cell is, so that half blocks can be drawn."""

    def cursor_glyph(self, shade: int, width: int) -> str:
        """Return what the cursor shows: a fault as it is, anything else as a mark."""
        if is_fault(shade):
            return self.glyphs[shade] * width
        return ("@" if self.is_ascii else "╋") if width == 1 else "[]"


def palette_of(widget: Widget) -> Palette:
    """Return the palette for a widget's background, the theme and the terminal."""
    app = widget.app
    able = abilities(os.environ)
    if not able.has_unicode:
        glyphs = looks.ASCII_GLYPHS
    elif app.no_color or app.console.color_system == "standard":
        glyphs = looks.PLAIN_GLYPHS
    else:
        glyphs = looks.GLYPHS
    if app.no_color or not able.has_colour:
        return Palette(glyphs, _styles(looks.without_colour()), not able.has_unicode)
    if app.console.color_system == "standard":
        return Palette(glyphs, _styles(looks.sixteen_colours()), not able.has_unicode)
    is_dark = app.current_theme.dark
    ground = widget.background_colors[1]
    if ground.ansi is not None:  # the terminal's own, which nobody knows
        ground = Color.parse(looks.DARK_GROUND if is_dark else looks.LIGHT_GROUND)
    styles = styles_on(ground, dark=is_dark)
    return Palette(glyphs, styles, not able.has_unicode, has_shades=able.has_unicode)


@lru_cache(maxsize=8)
def styles_on(ground: Color, *, dark: bool) -> tuple[Style, ...]:
    """Return a style for each `Shade`.

    Args:
        ground: The background.
        dark: Whether it is a dark one.
    """
    return _styles(looks.looks_on(ground.hex6, dark=dark))


class Brush:
    """Draws neighbouring cells, equal ones in one piece; a piece drawn once is kept.

    Args:
        palette: Glyphs and styles.
        base: Style of the ground.
        width: Screen columns of a cell.
    """

    def __init__(self, palette: Palette, base: Style, width: int) -> None:
        self.palette = palette
        self.width = width
        self._styles = [base + style for style in palette.styles]
        self._drawn: dict[bytes, Segment] = {}

    def paint(self, shades: bytes) -> list[Segment]:
        """Return the segments of some cells, which are given as a `Shade` each."""
        drawn = self._drawn
        runs = [match[0] for match in _RUNS.finditer(shades)]
        return [drawn.get(run) or self._draw(run) for run in runs]

    def _draw(self, run: bytes) -> Segment:
        text = self.palette.glyphs[run[0]] * (self.width * len(run))
        segment = self._drawn[run] = Segment(text, self._styles[run[0]])
        return segment


class HalfBrush:
    """Draws two rows of cells in one line of half blocks; a piece drawn once is kept.

    Args:
        palette: Glyphs and styles.
        base: Style of the ground.
    """

    def __init__(self, palette: Palette, base: Style) -> None:
        self.palette = palette
        self._base = base
        self._drawn: dict[bytes, Segment] = {}

    def paint(self, upper: bytes, lower: bytes) -> list[Segment]:
        """Return the segments of cells above each other, which are given as a `Shade` each."""
        if len(self._drawn) > _MOST_DRAWN:
            self._drawn.clear()
        pairs = bytearray(2 * len(upper))
        pairs[::2], pairs[1::2] = upper, lower
        drawn = self._drawn
        runs = [match[0] for match in _PAIRS.finditer(pairs)]
        return [drawn.get(run) or self._draw(run) for run in runs]

    def mark(self, style: Style, *, is_upper: bool) -> Segment:
        """Return what the cursor shows: one half in its colour, the other in that of the ground."""
        colour = Style(color=style.bgcolor if style.reverse is not True else style.color)
        return Segment("▀" if is_upper else "▄", self._base + colour)

    def _draw(self, run: bytes) -> Segment:
        upper, lower = run[:2]
        glyph, style = self._look(upper, lower)
        segment = self._drawn[run] = Segment(glyph * (len(run) // 2), self._base + style)
        return segment

    def _look(self, upper: int, lower: int) -> tuple[str, Style]:
        fault = max((shade for shade in (upper, lower) if is_fault(shade)), default=None)
        if fault is not None:  # a fault takes the whole line, so that its glyph shows
            return self.palette.glyphs[fault], self.palette.styles[fault]
        above, below = self._colour(upper), self._colour(lower)
        if above is None and below is None:
            shade = max(upper, lower)
            return self.palette.glyphs[shade], self.palette.styles[shade]
        if above is None:
            return "▄", Style(color=below)
        return "▀", Style(color=above, bgcolor=below)

    def _colour(self, shade: int) -> RichColor | None:
        """Return the colour that fills a cell, None where the ground shows."""
        if shade <= Shade.ZERO:
            return None
        style = self.palette.styles[shade]
        return style.bgcolor if shade == Shade.NOW else style.color


def _styles(wanted: Sequence[looks.Look]) -> tuple[Style, ...]:
    return tuple(
        Style(color=look.colour, bgcolor=look.behind, bold=look.is_bold or None) for look in wanted
    )
