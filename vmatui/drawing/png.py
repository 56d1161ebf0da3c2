"""A map as a PNG file: cells as rectangles, every fault with its glyph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from vmatui.drawing import looks
from vmatui.drawing.canvas import Canvas, advance
from vmatui.drawing.font import HEIGHT, WIDTH
from vmatui.drawing.looks import GLYPHS, Look
from vmatui.drawing.shades import Shade, is_fault
from vmatui.drawing.sheet import Sheet

_CELL: Final = 11
"""Side of a cell in pixels: a glyph with a margin."""
_MARGIN: Final = 24
_LABELS: Final = 116
_LINE: Final = 22
_HEAD: Final = 32
_TEXT: Final = 2
"""Pixels of a dot of the text."""
_SWATCHES: Final = 5
_RUNS: Final = re.compile(rb"(.)\1*", re.DOTALL)
_SIGNED: Final = (Shade.ZERO, *range(Shade.DOUBTFUL, Shade.DIFFERS + 1))


def png(sheets: Sequence[Sheet], *, dark: bool) -> bytes:
    """Return sheets, one below the other, as the bytes of a PNG file.

    Args:
        sheets: What is drawn.
        dark: Whether on a dark ground.
    """
    ground = looks.DARK_GROUND if dark else looks.LIGHT_GROUND
    ink, faint = looks.DARK_INKS if dark else looks.LIGHT_INKS
    palette = looks.looks_on(ground, dark=dark)
    width = max(map(_width, sheets), default=0)
    canvas = Canvas(2 * _MARGIN + width, _MARGIN + sum(map(_height, sheets)), ground)
    top = _MARGIN
    for sheet in sheets:
        canvas.write(_MARGIN, top, sheet.title, ink, _TEXT)
        for number, row in enumerate(sheet.rows):
            y = top + _HEAD + number * _side(sheet)
            if number % 4 == 0:
                label = sheet.grid.label(number).strip()
                canvas.write(_MARGIN, y, label, faint, _TEXT)
            for match in _RUNS.finditer(row):
                x = _MARGIN + _LABELS + match.start() * _side(sheet)
                _run(canvas, match[0][0], x, y, len(match[0]), _side(sheet), palette)
        _below(canvas, sheet, top + _HEAD + len(sheet.rows) * _side(sheet) + _LINE, palette, ink)
        top += _height(sheet)
    return canvas.png()


def _side(sheet: Sheet) -> int:
    return _CELL * sheet.grid.cell_width


def _width(sheet: Sheet) -> int:
    below = [_words(entry.words, entry.number) for entry in sheet.legend]
    texts = [
        len(sheet.title),
        *(len(text) + _SWATCHES + _LABELS // advance(_TEXT) for text in below),
    ]
    texts += map(len, sheet.notes)
    return max(_LABELS + sheet.grid.columns * _side(sheet), max(texts) * advance(_TEXT))


def _height(sheet: Sheet) -> int:
    lines = len(sheet.legend) + len(sheet.notes)
    return _HEAD + len(sheet.rows) * _side(sheet) + _LINE * (lines + 2)


def _below(canvas: Canvas, sheet: Sheet, top: int, palette: Sequence[Look], ink: str) -> None:
    """Draw the legend, and what there is to say."""
    left = _MARGIN + _LABELS
    for entry in sheet.legend:
        for place, shade in enumerate(entry.shades[:_SWATCHES]):
            _run(canvas, shade, left + place * _CELL, top + 1, 1, _CELL, palette)
        text = _words(entry.words, entry.number)
        canvas.write(left + (_SWATCHES + 1) * _CELL, top, text, ink, _TEXT)
        top += _LINE
    top += _LINE // 2
    for note in sheet.notes:
        canvas.write(_MARGIN, top, note, ink, _TEXT)
        top += _LINE


def _run(
    canvas: Canvas, shade: int, x: int, y: int, count: int, side: int, palette: Sequence[Look]
) -> None:
    """Draw equal neighbouring cells."""
    look = palette[shade]
    if shade > Shade.ZERO:
        fill = look.behind if is_fault(shade) or shade == Shade.NOW else look.colour
        canvas.fill(x, y, count * side, side, fill or looks.DARK_GROUND)
    if shade in _SIGNED and look.colour:
        scale = side // _CELL
        gap = (side - WIDTH * scale) // 2, (side - HEIGHT * scale) // 2
        for cell in range(count):
            place = x + cell * side + gap[0], y + gap[1]
            canvas.write(*place, GLYPHS[shade], look.colour, scale)


def _words(words: str, number: int | None) -> str:
    return words if number is None else f"{words}  {number:,}"
