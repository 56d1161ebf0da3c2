"""What each shade of the map looks like: a glyph and a colour, in dark and in light.

Glyphs alone tell every state, for terminals without colour; the ramp grows ever brighter (on a dark
ground) or darker (on a light one), so that it reads without telling hues apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.widget import Widget

from vmatui.tui.widgets.cells import Shade

GLYPHS: Final = " ╱·" + "░" * 4 + "▒" * 4 + "▓" * 4 + "█" * 4 + "=!×"
"""By `Shade`."""

_RUNS: Final = re.compile(rb"(.)\1*", re.DOTALL)
_DARK_RAMP: Final = ("#2d5a94", "#3487a5", "#43b4a8", "#86d6b0", "#e0f6dc")
_LIGHT_RAMP: Final = ("#84cabf", "#4fafb4", "#2f849f", "#2c5a8c", "#232f5e")
_FIRST_STEP: Final = 0.5
"""How far the faintest step is from the ground towards the ramp's first colour."""
_TEXTURE: Final = 0.22
"""How much of the ground shows between the dots of a shade glyph."""


def shade_styles(widget: Widget) -> tuple[Style, ...]:
    """Return a style for each `Shade`, to be drawn on a widget's own background."""
    is_dark = widget.app.current_theme.dark
    ground = widget.background_colors[1]
    if ground.ansi is not None:  # the terminal's own, which nobody knows
        ground = Color.parse("#121212" if is_dark else "#ffffff")
    return styles_on(ground, dark=is_dark)


@lru_cache(maxsize=8)
def styles_on(ground: Color, *, dark: bool) -> tuple[Style, ...]:
    """Return a style for each `Shade`; what holds no data leaves the ground as it is.

    Args:
        ground: The background.
        dark: Whether it is a dark one.
    """
    stops = [Color.parse(stop) for stop in (_DARK_RAMP if dark else _LIGHT_RAMP)]
    ramp = _ramp([ground.blend(stops[0], _FIRST_STEP), *stops], Shade.FULL - Shade.FAINTEST + 1)
    return (
        Style(),
        Style(color="#3d4652" if dark else "#c3c9d1"),
        Style(color="#8492a6" if dark else "#7d8797"),
        *(_style(color, color.blend(ground, _TEXTURE)) for color in ramp),
        Style(color="#1a1400", bgcolor="#f5c518", bold=True),
        Style(color="#ffffff", bgcolor="#a8266d", bold=True),
        Style(color="#ffffff", bgcolor="#dd2c2c", bold=True),
    )


class Brush:
    """Draws neighbouring cells, equal ones in one piece; a piece drawn once is kept.

    Args:
        styles: By `Shade`.
        width: Screen columns of a cell.
    """

    def __init__(self, styles: Sequence[Style], width: int) -> None:
        self.width = width
        self._styles = styles
        self._drawn: dict[bytes, Segment] = {}

    def paint(self, shades: bytes) -> list[Segment]:
        """Return the segments of some cells, which are given as a `Shade` each."""
        drawn = self._drawn
        runs = [match[0] for match in _RUNS.finditer(shades)]
        return [drawn.get(run) or self._draw(run) for run in runs]

    def _draw(self, run: bytes) -> Segment:
        text = GLYPHS[run[0]] * (self.width * len(run))
        segment = self._drawn[run] = Segment(text, self._styles[run[0]])
        return segment


def cursor_glyph(shade: int, width: int) -> str:
    """Return what the cursor shows: a fault as it is, anything else as a mark that stands out."""
    if shade >= Shade.DUPLICATE:
        return GLYPHS[shade] * width
    return "╋" if width == 1 else "[]"


def _ramp(stops: Sequence[Color], steps: int) -> list[Color]:
    """Return colours evenly spread from the first stop to the last."""
    pairs = list(pairwise(stops))
    places = [step * len(pairs) / (steps - 1) for step in range(steps)]
    indices = [min(int(place), len(pairs) - 1) for place in places]
    return [
        pairs[index][0].blend(pairs[index][1], place - index)
        for place, index in zip(places, indices, strict=True)
    ]


def _style(color: Color, behind: Color) -> Style:
    return Style(color=color.rich_color, bgcolor=behind.rich_color)
