"""A map as an SVG file: cells as rectangles, every fault with its glyph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from vmatui.drawing import looks
from vmatui.drawing.fields import Field
from vmatui.drawing.legend import Entry
from vmatui.drawing.shades import Shade, is_fault
from vmatui.drawing.sheet import Sheet, make_sheet
from vmatui.errors import TargetError, printable
from vmatui.storage.names import safe_name

_CELL: Final = 10
"""Side of a cell."""
_MARGIN: Final = 24
_LABELS: Final = 72
_HEAD: Final = 36
_LINE: Final = 20
_COLUMNS, _ROWS = 128, 64
_RUNS: Final = re.compile(rb"(.)\1*", re.DOTALL)
_FONT: Final = "font-family='ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace'"
_BORN_EMPTY: Final = (Shade.OUTSIDE, Shade.UNREAD, Shade.ZERO)


def svg(sheet: Sheet, *, dark: bool) -> str:
    """Return a sheet as an SVG document.

    Args:
        sheet: What is drawn.
        dark: Whether on a dark ground.
    """
    ground = looks.DARK_GROUND if dark else looks.LIGHT_GROUND
    ink, faint = ("#e0e0e0", "#8492a6") if dark else ("#202020", "#6b747d")
    palette = looks.looks_on(ground, dark=dark)
    width = 2 * _MARGIN + _LABELS + max(sheet.grid.columns * sheet.grid.cell_width * _CELL, 480)
    below = _MARGIN + _HEAD + len(sheet.rows) * _CELL * sheet.grid.cell_width + _LINE
    height = below + _LINE * len(sheet.legend) + _MARGIN
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' "
        f"viewBox='0 0 {width} {height}' {_FONT}>",
        f"<rect width='100%' height='100%' fill='{ground}'/>",
        _text(_MARGIN, _MARGIN + 16, sheet.title, ink, 16),
        *_rows(sheet, palette, faint),
        *_legend(sheet.legend, below, palette, ink),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def save_picture(field: Field, title: str, folder: Path, *, dark: bool) -> Path:
    """Save a map as a new SVG file, whose name tells what it shows.

    Raises:
        TargetError: it cannot be written.
    """
    document = svg(make_sheet(field, title, _COLUMNS + 9, _ROWS), dark=dark)
    stem = f"map-{safe_name(title)}-{field.view}"
    for number in range(1, 1000):
        path = folder / (f"{stem}.svg" if number == 1 else f"{stem}-{number}.svg")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(document)
        except FileExistsError:
            continue
        except OSError as error:
            raise TargetError(f"{path} cannot be written: {error.strerror}") from error
        return path
    raise TargetError(f"{folder} is full of pictures named {stem}: remove some")


def _rows(sheet: Sheet, palette: tuple[looks.Look, ...], faint: str) -> Iterator[str]:
    side = _CELL * sheet.grid.cell_width
    left = _MARGIN + _LABELS
    for number, row in enumerate(sheet.rows):
        top = _MARGIN + _HEAD + number * side
        if number % 4 == 0:
            yield _text(_MARGIN, top + _CELL - 1, sheet.grid.label(number).strip(), faint, 10)
        for match in _RUNS.finditer(row):
            yield from _run(
                match[0][0], left + match.start() * side, top, len(match[0]), side, palette
            )


def _run(
    shade: int, x: int, y: int, count: int, side: int, palette: tuple[looks.Look, ...]
) -> Iterator[str]:
    """Yield equal neighbouring cells."""
    look = palette[shade]
    if shade == Shade.OUTSIDE:
        return
    if shade not in _BORN_EMPTY:
        fill = look.behind if is_fault(shade) or shade == Shade.NOW else look.colour
        yield f"<rect x='{x}' y='{y}' width='{count * side}' height='{side}' fill='{fill}'/>"
    if shade in _BORN_EMPTY or is_fault(shade):
        glyph = looks.GLYPHS[shade]
        places = " ".join(str(x + cell * side + side // 2) for cell in range(count))
        yield (
            f"<text x='{places}' y='{y + side * 0.8:.0f}' font-size='{side}' text-anchor='middle' "
            f"fill='{look.colour}'>{glyph * count}</text>"
        )


def _legend(
    legend: tuple[Entry, ...], top: int, palette: tuple[looks.Look, ...], ink: str
) -> Iterator[str]:
    left = _MARGIN + _LABELS
    for number, entry in enumerate(legend):
        y = top + number * _LINE
        for place, shade in enumerate(entry.shades):
            yield from _run(shade, left + place * _CELL, y, 1, _CELL, palette)
        count = "" if entry.number is None else f"  {entry.number:,}"
        yield _text(left + 5 * _CELL, y + _CELL - 1, f"{entry.words}{count}", ink, 12)


def _text(x: int, y: int, text: str, fill: str, size: int) -> str:
    shown = escape(printable(text))
    place = f"x='{x}' y='{y}' font-size='{size}' fill='{fill}'"
    return f"<text {place} xml:space='preserve'>{shown}</text>"
