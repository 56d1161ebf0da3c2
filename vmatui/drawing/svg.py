"""A map as an SVG file: cells as rectangles, every fault with its glyph."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
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
_COLUMNS, _LABEL_COLUMNS, _ROWS = 128, 9, 64
_RUNS: Final = re.compile(rb"(.)\1*", re.DOTALL)
_FONT: Final = "font-family='ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace'"
SIGNS: Final = {
    Shade.UNREAD: (0.75, ".2l-.5 .6"),
    Shade.ZERO: (0.5, ".5h.01"),
    Shade.DOUBTFUL: (0.33, ".35q0-.17 .17-.17t.17 .17q0 .12-.17 .2v.1m0 .14v.01"),
    Shade.DUPLICATE: (0.25, ".4h.5m-.5 .2h.5"),
    Shade.MISSING: (0.5, ".2v.36m0 .22v.01"),
    Shade.DAMAGED: (0.28, ".28l.44 .44m0-.44l-.44 .44"),
    Shade.DIFFERS: (0.25, ".4h.5m-.5 .2h.5m-.1-.4l-.3 .6"),
}
"""What is drawn in a cell, on a square of side 1: where it begins, and the path from there."""


def svg(sheets: Sequence[Sheet], *, dark: bool) -> str:
    """Return sheets, one below the other, as an SVG document.

    Args:
        sheets: What is drawn.
        dark: Whether on a dark ground.
    """
    ground = looks.DARK_GROUND if dark else looks.LIGHT_GROUND
    ink, faint = looks.DARK_INKS if dark else looks.LIGHT_INKS
    palette = looks.looks_on(ground, dark=dark)
    parts: list[str] = []
    top = _MARGIN
    for sheet in sheets:
        parts.append(_text(_MARGIN, top + 16, sheet.title, ink, 16))
        parts += _rows(sheet, top + _HEAD, palette, faint)
        below = top + _HEAD + len(sheet.rows) * _side(sheet) + _LINE
        parts += _legend(sheet.legend, below, palette, ink)
        below += _LINE * len(sheet.legend)
        for number, note in enumerate(sheet.notes):
            parts.append(_text(_MARGIN, below + number * _LINE + _CELL - 1, note, ink, 12))
        top = below + _LINE * len(sheet.notes) + _MARGIN
    cells = max((sheet.grid.columns * _side(sheet) for sheet in sheets), default=0)
    width = 2 * _MARGIN + _LABELS + max(cells, 480)
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{top}' "
        f"viewBox='0 0 {width} {top}' {_FONT}>"
    )
    return "\n".join(
        [head, f"<rect width='100%' height='100%' fill='{ground}'/>", *parts, "</svg>\n"]
    )


def save_picture(
    field: Field,
    title: str,
    folder: Path,
    name: str,
    *,
    dark: bool,
    notes: Iterable[str] = (),
) -> Path:
    """Save a map as a new SVG file; nothing is overwritten.

    Args:
        field: What is drawn.
        title: Of the map.
        folder: Gets the file.
        name: What is shown, which the file is called after, and after the view.
        dark: Whether on a dark ground.
        notes: Lines to stand below.

    Raises:
        TargetError: it cannot be written.
    """
    document = svg([picture_sheet(field, title, notes)], dark=dark)
    stem = f"{'_'.join(safe_name(name).split())}-{field.view}"
    for number in range(1, 1000):
        path = folder / (f"{stem}.svg" if number == 1 else f"{stem}-{number}.svg")
        if not os.path.lexists(path):
            write_new(path, document.encode())
            return path
    raise TargetError(f"{folder} is full of pictures named {stem}: remove some")


def picture_sheet(field: Field, title: str, notes: Iterable[str] = ()) -> Sheet:
    """Return a field laid out for a picture."""
    return make_sheet(field, title, _COLUMNS + _LABEL_COLUMNS, _ROWS, notes)


def write_new(path: Path, document: bytes) -> None:
    """Write a file that must not exist; one that could not be written whole is removed.

    Raises:
        TargetError: it exists, or cannot be written.
    """
    try:
        file = path.open("xb")
    except FileExistsError:
        raise TargetError(f"{path} exists already: remove it or choose another name") from None
    except OSError as error:
        raise _write_error(path, error) from error
    try:
        with file:
            file.write(document)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _write_error(path, error) from error


def _write_error(path: Path, error: OSError) -> TargetError:
    return TargetError(f"{path} cannot be written: {error.strerror}; choose another place")


def _side(sheet: Sheet) -> int:
    return _CELL * sheet.grid.cell_width


def _rows(sheet: Sheet, start: int, palette: tuple[looks.Look, ...], faint: str) -> Iterator[str]:
    side = _side(sheet)
    left = _MARGIN + _LABELS
    for number, row in enumerate(sheet.rows):
        top = start + number * side
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
    if shade == Shade.OUTSIDE:
        return
    look = palette[shade]
    if shade > Shade.ZERO:
        fill = look.behind if is_fault(shade) or shade == Shade.NOW else look.colour
        yield f"<rect x='{x}' y='{y}' width='{count * side}' height='{side}' fill='{fill}'/>"
    if shade in SIGNS:
        start, path = SIGNS[Shade(shade)]
        drawn = "".join(f"M{cell + start:g} {path}" for cell in range(count))
        yield (
            f"<path transform='translate({x} {y}) scale({side})' d='{drawn}' fill='none' "
            f"stroke='{look.colour}' stroke-width='.12' stroke-linecap='round'/>"
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
