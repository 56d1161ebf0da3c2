"""A map as a still picture: rows of shades with their labels, and a legend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vmatui.drawing.fields import Field
from vmatui.drawing.grid import MapGrid, lay_out
from vmatui.drawing.legend import Entry, entries


class Sheet(NamedTuple):
    """What there is to draw."""

    title: str
    grid: MapGrid
    rows: tuple[bytes, ...]
    """A `Shade` a cell."""
    legend: tuple[Entry, ...]
    notes: tuple[str, ...] = ()
    """Lines that stand below."""


def make_sheet(
    field: Field, title: str, width: int, height: int, notes: Iterable[str] = ()
) -> Sheet:
    """Lay the whole field out.

    Args:
        field: What is drawn.
        title: Stands above.
        width: Columns, those of the labels among them.
        height: Rows at most.
        notes: Lines to stand below.
    """
    field.update()
    grid = lay_out(field.units, width, height, None, field.unit_size)
    shades = field.shade(0, grid.size, grid.rows * grid.columns)
    rows = shades.reshape(grid.rows, grid.columns)
    legend = tuple(entries(field))
    return Sheet(title, grid, tuple(bytes(row) for row in rows), legend, tuple(notes))


def text_lines(sheet: Sheet, glyphs: str) -> Iterator[str]:
    """Yield the picture as lines of characters.

    Args:
        sheet: What is drawn.
        glyphs: By `Shade`.
    """
    yield sheet.title
    for number, row in enumerate(sheet.rows):
        cells = "".join(glyphs[shade] * sheet.grid.cell_width for shade in row)
        yield f"{sheet.grid.label(number)}{cells}".rstrip()
    yield "   ".join(
        "".join(glyphs[shade] for shade in entry.shades)
        + f" {entry.words}"
        + ("" if entry.number is None else f" {entry.number:,}")
        for entry in sheet.legend
    )
    yield from sheet.notes
