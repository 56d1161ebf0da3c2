"""A map inside a page: runs of equal cells in one path a shade, coloured by the page's own style.

Signs and colours stand once in the page, and a map is a few bytes a run, whatever it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from vmatui.drawing import looks
from vmatui.drawing.html import Html, text
from vmatui.drawing.shades import Shade
from vmatui.drawing.sheet import Sheet
from vmatui.drawing.svg import SIGNS

COLUMNS: Final = 96
"""Cells in a row, two units wide each where there are few."""
LABELS: Final = 9
"""Units left of them for the labels of rows."""
_SHADES: Final = range(Shade.UNREAD, Shade.SOUND + 1)
"""Those of the views that a page shows."""
_RUNS: Final = re.compile(rb"([^\x00])\1*", re.DOTALL)
"""Equal cells beside each other; those outside are not drawn."""


def map_svg(sheet: Sheet, words: str) -> Html:
    """Return a map without its title and legend.

    Args:
        sheet: At most `COLUMNS` + `LABELS` wide.
        words: What it shows, for those who cannot see it.
    """
    side = sheet.grid.cell_width
    height = len(sheet.rows) * side
    cells = "".join(
        f'<path {_fill(shade)} d="{path}"/>' for shade, path in sorted(_paths(sheet).items())
    )
    labels = "".join(
        f'<text x="{LABELS - 1}" y="{number * side + side * 0.5 + 0.4:g}">'
        f"{text(sheet.grid.label(number).strip())}</text>"
        for number in range(0, len(sheet.rows), 4)
    )
    box = f"0 0 {LABELS + COLUMNS} {height}"
    return Html(
        f'<svg role="img" viewBox="{box}"><title>{text(words)}</title>{labels}'
        f'<g transform="translate({LABELS} 0) scale({side})">{cells}</g></svg>'
    )


def swatch(shades: tuple[int, ...]) -> Html:
    """Return the cells that a line of a legend explains."""
    cells = "".join(
        f'<path {_fill(shade)} d="M{place} 0h1v1h-1z"/>' for place, shade in enumerate(shades)
    )
    return Html(f'<svg class="swatch" viewBox="0 0 {len(shades)} 1">{cells}</svg>')


def signs() -> Html:
    """Return the patterns that the maps of a page fill cells with; it stands once in it."""
    patterns = "".join(
        f'<pattern id="p{shade}" width="1" height="1" patternUnits="userSpaceOnUse">'
        f'<rect class="b{shade}" width="1" height="1"/>'
        f'<path class="k{shade}" d="M{start} {path}"/></pattern>'
        for shade, (start, path) in SIGNS.items()
    )
    return Html(f'<svg class="signs"><defs>{patterns}</defs></svg>')


def shade_style(*, dark: bool) -> str:
    """Return the colours as rules of a style sheet, for one ground."""
    ground = looks.DARK_GROUND if dark else looks.LIGHT_GROUND
    palette = looks.looks_on(ground, dark=dark)
    return "\n".join(rule for shade in _SHADES for rule in _rules(shade, palette[shade]))


def _rules(shade: int, look: looks.Look) -> Iterator[str]:
    if shade in SIGNS:
        yield f".b{shade}{{fill:{look.behind or 'none'}}}.k{shade}{{stroke:{look.colour}}}"
    else:
        yield f".s{shade}{{fill:{look.colour}}}"


def _fill(shade: int) -> str:
    return f'fill="url(#p{shade})"' if shade in SIGNS else f'class="s{shade}"'


def _paths(sheet: Sheet) -> dict[int, str]:
    """Return by shade what is to be filled, on squares of side 1."""
    parts: dict[int, list[str]] = {}
    for y, row in enumerate(sheet.rows):
        for run in _RUNS.finditer(row):
            width = len(run[0])
            parts.setdefault(run[0][0], []).append(f"M{run.start()} {y}h{width}v1h-{width}z")
    return {shade: "".join(pieces) for shade, pieces in parts.items()}
