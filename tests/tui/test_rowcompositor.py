from __future__ import annotations

import random
from collections.abc import Collection
from pathlib import Path
from typing import cast

import pytest
from rich.segment import Segment
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.pilot import Pilot
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tests.tui.driving import drive, press
from vmatui.tui.app import VmaApp
from vmatui.tui.rowcompositor import RowCompositor
from vmatui.tui.widgets.heatmap import HeatMap
from vmatui.tui.widgets.legend import Legend
from vmatui.tui.widgets.maplines import MapLines

SIZE = (100, 40)


def rows_of(pilot: Pilot[None], compositor: Compositor, rows: Collection[int]) -> list[list[Strip]]:
    """Return what a compositor draws in some rows of the screen."""
    crop = Region(0, min(rows), SIZE[0], max(rows) + 1 - min(rows))
    chops = compositor._render_chops(crop, rows.__contains__)
    return [[strip for strip in chops[row].values() if strip is not None] for row in sorted(rows)]


def looks(strip: Strip) -> list[tuple[str, str]]:
    """Return each character of a line with its style."""
    return [(char, str(style)) for text, style, _ in strip for char in text]


def test_any_rows_are_drawn_as_on_the_whole_screen(archive: Path) -> None:
    chance = random.Random(7)

    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        compositor = pilot.app.screen._compositor
        assert isinstance(compositor, RowCompositor)
        whole = rows_of(pilot, compositor, range(SIZE[1]))
        for _ in range(20):
            rows = chance.sample(range(SIZE[1]), chance.randint(1, SIZE[1]))
            assert rows_of(pilot, compositor, rows) == [whole[row] for row in sorted(rows)]

    drive(VmaApp(archive), script, SIZE)


def test_it_draws_what_textual_does(archive: Path) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3", "question_mark")
        compositor = cast(RowCompositor, pilot.app.screen._compositor)
        ours = rows_of(pilot, compositor, range(SIZE[1]))
        RowCompositor._get_renders, kept = Compositor._get_renders, RowCompositor._get_renders  # type: ignore[method-assign]
        try:
            assert ours == rows_of(pilot, compositor, range(SIZE[1]))
        finally:
            RowCompositor._get_renders = kept  # type: ignore[method-assign]

    drive(VmaApp(archive), script, SIZE)


def test_only_what_changed_is_drawn(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        heat_map, legend = pilot.app.screen.query_one(HeatMap), pilot.app.screen.query_one(Legend)
        heat_map.refresh(Region(0, 0, 5, 1))
        legend.refresh()
        compositor, looked_at = pilot.app.screen._compositor, list[tuple[Widget, Region]]()
        compositor.update_widgets({heat_map, legend})
        draw = Widget.render_lines

        def render_lines(widget: Widget, crop: Region) -> list[Strip]:
            looked_at.append((widget, crop))
            return draw(widget, crop)

        monkeypatch.setattr(Widget, "render_lines", render_lines)
        monkeypatch.delattr(MapLines, "render_lines")  # it draws on its own
        update = compositor.render_partial_update()
        assert isinstance(update, ChopsUpdate)
        rows = {row for row, _, _ in update.spans}
        assert rows == {heat_map.region.y, *range(legend.region.y, legend.region.bottom)}
        assert {widget for widget, _ in looked_at} >= {heat_map, legend}
        for widget, crop in looked_at:
            assert rows.issuperset(crop.translate(widget.region.offset).line_range)

    drive(VmaApp(archive), script, SIZE)


def test_a_map_draws_its_lines_as_textual_would(archive: Path) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await press(pilot, "3")
        heat_map = pilot.app.screen.query_one(HeatMap)
        pilot.app.console._color_system = type(pilot.app.console._color_system).TRUECOLOR  # type: ignore[union-attr]
        heat_map.notify_style_update()
        assert heat_map.paint.palette.has_shades
        for crop in (heat_map.size.region.grow((0, 2, 0, 0)), Region(3, 1, 20, 2)):
            ours, textuals = heat_map.render_lines(crop), ScrollView.render_lines(heat_map, crop)
            assert [looks(line) for line in ours] == [looks(line) for line in textuals]
            assert all(isinstance(piece, Segment) for line in ours for piece in line)

    drive(VmaApp(archive), script, SIZE)
