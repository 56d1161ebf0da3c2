"""A field in one line, whatever its size, and where on that line units stand."""

from __future__ import annotations

from vmatui.drawing.cells import cell_size
from vmatui.drawing.fields import Field


def overview(field: Field, width: int) -> bytes:
    """Return a shade for each of `width` columns that show the whole field."""
    if not (width and field.units):
        return b""
    size = cell_size(field.units, width)
    count = -(-field.units // size)
    shades = bytes(field.shade(0, size, count))
    return bytes(shades[column * count // width] for column in range(width))


def span(first: int, last: int, units: int, width: int) -> tuple[int, int]:
    """Return the columns, first and last included, of a line of `width` that show some units."""
    low = first * width // units
    return low, max(min(-(-(last + 1) * width // units), width) - 1, low)
