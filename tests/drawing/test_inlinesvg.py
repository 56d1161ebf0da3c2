from __future__ import annotations

import re
from xml.etree import ElementTree

from vmatui.drawing.grid import lay_out
from vmatui.drawing.inlinesvg import COLUMNS, LABELS, map_svg, shade_style, signs, swatch
from vmatui.drawing.shades import Shade
from vmatui.drawing.sheet import Sheet


def sheet_of(*rows: bytes) -> Sheet:
    """Lay rows of shades out as wide as a page."""
    padded = tuple(row.ljust(COLUMNS, bytes([Shade.OUTSIDE])) for row in rows)
    return Sheet("a", lay_out(COLUMNS * len(rows), COLUMNS + LABELS, len(rows)), padded, ())


def test_equal_cells_beside_each_other_are_one_piece() -> None:
    row = bytes([Shade.FULL] * 3 + [Shade.DAMAGED] * 2 + [Shade.FULL])
    made = map_svg(sheet_of(row, row), "words")
    assert (
        f'<path class="s{Shade.FULL}" d="M0 0h3v1h-3zM5 0h1v1h-1zM0 1h3v1h-3zM5 1h1v1h-1z"/>'
        in made
    )
    assert f'<path fill="url(#p{Shade.DAMAGED})" d="M3 0h2v1h-2zM3 1h2v1h-2z"/>' in made
    assert made.count("<path") == 2
    ElementTree.fromstring(made)


def test_a_map_is_a_few_bytes_a_cell_at_worst() -> None:
    row = bytes([Shade.FULL, Shade.DAMAGED] * (COLUMNS // 2))
    made = map_svg(sheet_of(*[row] * 32), "words")
    assert len(made) < 32 * COLUMNS * 18


def test_what_it_shows_is_said_and_escaped() -> None:
    assert "<title>&lt;a&gt;</title>" in map_svg(sheet_of(bytes([Shade.ZERO])), "<a>")


def test_every_sign_and_colour_that_is_used_is_defined() -> None:
    row = bytes(range(Shade.UNREAD, Shade.SOUND + 1))
    made = map_svg(sheet_of(row), "words") + swatch((Shade.MISSING,))
    defined = set(re.findall(r'id="(p\d+)"', signs()))
    assert set(re.findall(r"#(p\d+)", made)) == defined
    for dark in (False, True):
        coloured = set(re.findall(r"\.(\w+)\{", shade_style(dark=dark)))
        assert set(re.findall(r'class="([sbk]\d+)"', made + signs())) == coloured
