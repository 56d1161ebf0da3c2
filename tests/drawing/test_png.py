from __future__ import annotations

import pytest

from tests.drawing.pngs import read_png
from vmatui.drawing.canvas import Canvas
from vmatui.drawing.font import HEIGHT, WIDTH, glyph
from vmatui.drawing.grid import lay_out
from vmatui.drawing.legend import Entry
from vmatui.drawing.looks import DARK_GROUND, LIGHT_GROUND, channels, looks_on
from vmatui.drawing.png import png
from vmatui.drawing.shades import FAULTS, Shade
from vmatui.drawing.sheet import Sheet


def sheet(*shades: int, notes: tuple[str, ...] = ()) -> Sheet:
    grid = lay_out(len(shades), 100, 1)
    row = bytes(shades).ljust(grid.columns, b"\0")
    return Sheet("title", grid, (row,), (Entry((Shade.SOUND,), "sound", 1),), notes)


def test_a_canvas_is_filled_and_written_on_and_cut_at_its_edges() -> None:
    canvas = Canvas(8, 9, "#010203")
    canvas.fill(6, 0, 5, 1, "#ff0000")
    canvas.write(0, 2, "!!", "#00ff00", 1)
    rows = read_png(canvas.png())
    assert rows[0] == [(1, 2, 3)] * 6 + [(255, 0, 0)] * 2
    assert rows[2] == [(1, 2, 3)] * 2 + [(0, 255, 0)] + [(1, 2, 3)] * 5
    assert {pixel for row in rows for pixel in row} == {(1, 2, 3), (255, 0, 0), (0, 255, 0)}


def test_every_printable_character_of_ascii_has_a_glyph_of_its_own() -> None:
    glyphs = {glyph(chr(code)).tobytes() for code in range(32, 127)}
    assert len(glyphs) == 95
    assert glyph("W").shape == (HEIGHT, WIDTH)
    assert (glyph("名") == glyph("?")).all()


@pytest.mark.parametrize("dark", [True, False])
def test_every_fault_has_its_colours_and_its_glyph(dark: bool) -> None:
    ground = DARK_GROUND if dark else LIGHT_GROUND
    rows = read_png(png([sheet(*FAULTS)], dark=dark))
    found = {pixel for row in rows for pixel in row}
    for shade in FAULTS:
        look = looks_on(ground, dark=dark)[shade]
        assert look.colour
        assert look.behind
        assert {channels(look.colour), channels(look.behind)} <= found
    assert rows[0][0] == channels(ground)


def test_notes_make_a_picture_longer_and_no_sheets_make_an_empty_one() -> None:
    plain, noted = (
        len(read_png(png([sheet(Shade.SOUND, notes=notes)], dark=True))) for notes in ((), ("a",))
    )
    assert plain < noted
    assert read_png(png([], dark=True))
