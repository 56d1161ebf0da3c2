from __future__ import annotations

import pytest
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot

from tests.tui.holder import device_map, drive, lines
from tests.tui.test_heatmap import MapApp, big_map, cells_on
from vmatui.drawing.looks import GLYPHS
from vmatui.drawing.shades import Shade, View
from vmatui.engine.indexing.clustermap import DAMAGED, DOUBTFUL, DUPLICATE, UNSEEN, ZERO
from vmatui.engine.indexing.placement import Placement
from vmatui.tui.widgets.palette import Brush, HalfBrush, Palette, styles_on

FULL = 17


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"NO_COLOR": "1"}, "[]··░░▒▒▓▓██??==!!××"),
        ({"LC_ALL": "C"}, "[]..::++%%##??==!!xx"),
        ({"TERM": "linux", "COLORTERM": ""}, "[]..::++%%##??==!!xx"),
        ({"TERM": "xterm-16color", "COLORTERM": ""}, "[]··░░▒▒▓▓██??==!!××"),
    ],
)
def test_every_state_is_told_by_its_glyph_whatever_the_terminal(
    environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    states = [FULL, ZERO, 3, 7, 11, FULL, FULL | DOUBTFUL, FULL | DUPLICATE, UNSEEN, DAMAGED]
    app = MapApp(device_map(states))

    async def script(pilot: Pilot[None]) -> None:
        assert cells_on(lines(app.map)[0]) == expected

    drive(app, script)


def test_without_colours_the_order_is_told_by_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    placement = Placement()
    for number, cluster in enumerate((3, 1, 0, 2)):
        placement._add(number, 1 << 32 | cluster, 1)
    made = device_map([FULL] * 4)
    app = MapApp(made)

    async def script(pilot: Pilot[None]) -> None:
        app.map.show(made, True, placement=placement, view=View.ORDER)
        app.map.go_to(3)
        await pilot.pause()
        assert cells_on(lines(app.map)[0]) == "8844cc[]"

    drive(app, script)


def test_two_rows_share_a_line_in_half_blocks_but_for_faults() -> None:
    styles = styles_on(Color.parse("#121212"), dark=True)
    brush = HalfBrush(Palette(GLYPHS, styles, False), Style())
    full, zero, unread = bytes([Shade.FULL]), bytes([Shade.ZERO]), bytes([Shade.UNREAD])
    damaged = bytes([Shade.DAMAGED])
    colour = styles[Shade.FULL].color
    segments = brush.paint(
        full * 2 + zero * 3 + full + unread, full * 2 + zero + full + damaged + zero + unread
    )
    assert [piece.text for piece in segments] == ["▀▀", "·", "▄", "×", "▀", "╱"]
    assert [piece.style and piece.style.color for piece in segments][0:3:2] == [colour, colour]
    assert segments[0].style is not None
    assert segments[0].style.bgcolor == colour
    assert segments[3].style == styles[Shade.DAMAGED]


def test_the_cursor_walks_over_half_rows() -> None:
    app = MapApp(big_map(), complete=False)

    async def script(pilot: Pilot[None]) -> None:
        grid = app.map.grid
        assert grid is not None
        assert grid.lines == 2
        for line, mark in ((0, "▀"), (0, "▄"), (1, "▀")):
            await pilot.pause()
            assert lines(app.map)[line][9] == mark
            await pilot.press("down")
        await pilot.press("pagedown", "pageup")
        assert app.map.cursor == grid.size * grid.columns

    drive(app, script)


def test_the_theme_decides_which_colours_are_drawn() -> None:
    app = MapApp(device_map([ZERO, FULL]))

    async def script(pilot: Pilot[None]) -> None:
        def full_colour() -> object:
            return next(s.style for s in app.map.render_line(0) if "█" in s.text and s.style)

        app.theme = "textual-dark"
        await pilot.pause()
        dark = full_colour()
        app.theme = "textual-light"
        await pilot.pause()
        assert full_colour() != dark

    drive(app, script)


def test_equal_neighbours_are_one_segment() -> None:
    styles = styles_on(Color.parse("#121212"), dark=True)
    segments = Brush(Palette(GLYPHS, styles, False), Style(), 2).paint(bytes([2, 2, 2, 18, 22, 22]))
    assert [segment.text for segment in segments] == ["······", "██", "××××"]
    assert [segment.style for segment in segments] == [styles[2], styles[18], styles[22]]


@pytest.mark.parametrize(
    ("ground", "dark"),
    [
        ("#121212", True),
        ("#2e3440", True),
        ("#282a36", True),
        ("#e0e0e0", False),
        ("#fdf6e3", False),
    ],
)
def test_the_ramp_leads_ever_further_away_from_the_ground(ground: str, dark: bool) -> None:
    styles = styles_on(Color.parse(ground), dark=dark)
    assert len(styles) == len(GLYPHS)
    assert len(set(styles[: Shade.DAMAGED + 1])) == Shade.DAMAGED + 1
    ramp = [style.color for style in styles[Shade.FAINTEST : Shade.FULL + 1]]
    levels = [Color.parse(ground).brightness]
    levels += [Color.from_rich_color(color).brightness for color in ramp]
    assert levels == sorted(levels, reverse=not dark)


def test_on_the_terminals_own_colours_the_map_is_drawn_too() -> None:
    app = MapApp(device_map([FULL, ZERO]))

    async def script(pilot: Pilot[None]) -> None:
        app.theme = "ansi-light"
        await pilot.pause()
        assert cells_on(lines(app.map)[0]) == "[]··"

    drive(app, script)
