"""The footer: whole keys only, the application's at the right end, each of them a button."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar
from unittest.mock import patch

import pytest
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.widgets import HelpPanel, TabbedContent

import vmatui.tui
from tests.damage import DAMAGED, sound
from tests.tui.driving import drive, press, settle
from vmatui.tui.app import VmaApp
from vmatui.tui.screens.restore import RestoreScreen
from vmatui.tui.widgets.keyfooter import KeyFooter


def _line(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(KeyFooter).render_line(0).text


def _offered(pilot: Pilot[None]) -> set[str]:
    """Return what the keys do that are there now."""
    return {each.binding.description for each in pilot.app.screen.active_bindings.values()}


async def _click(pilot: Pilot[None], word: str, skip: int = 0) -> None:
    """Press the mouse on a word of the footer."""
    await pilot.mouse_down(KeyFooter, offset=(_line(pilot).index(word) + skip, 0))
    await settle(pilot)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "a.vma"
    path.write_bytes(sound().build())
    return path


def test_no_key_is_cut_however_narrow_it_is(archive: Path) -> None:
    whole = " ⏎ Open  c Copy  v Verify  r Restore  esc Back  12345 Tab"

    async def steps(pilot: Pilot[None]) -> None:
        for width in range(100, 23, -1):
            await pilot.resize_terminal(width, 24)
            keys, fixed = _line(pilot).split("▏")
            assert fixed == " ? Help  ^p palette "
            told = keys.rstrip().removesuffix("…").rstrip()
            assert whole.startswith(told)
            assert whole[len(told) :][:1] in {"", " "}
            assert keys.rstrip().endswith("…") == (told != whole)

    drive(VmaApp(archive), steps)


def test_a_slash_is_not_offered_where_it_is_a_letter(tmp_path: Path) -> None:
    (tmp_path / "a.vma").write_bytes(DAMAGED["missing-cluster"]())

    async def steps(pilot: Pilot[None]) -> None:
        for way, word in [(["5"], "Filter by words"), (["escape", "b"], "Search")]:
            await press(pilot, *way)
            assert word in _offered(pilot)
            await press(pilot, "slash")
            assert word not in _offered(pilot)
        await press(pilot, "escape")
        assert "Search" in _offered(pilot)
        await press(pilot, "g")
        assert "Search" not in _offered(pilot)

    drive(VmaApp(tmp_path / "a.vma"), steps)


def test_a_key_is_pressed_by_the_mouse(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await _click(pilot, "Restore")
        assert isinstance(pilot.app.screen, RestoreScreen)
        await _click(pilot, "esc")
        await _click(pilot, "▏")
        await _click(pilot, "Help")
        assert pilot.app.screen.query(HelpPanel)

    drive(VmaApp(archive), steps)


def test_each_key_of_a_group_is_pressed_on_its_own(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        for number, tab in enumerate(["configs", "devices", "map", "extents", "findings"]):
            await _click(pilot, "12345", number)
            assert pilot.app.screen.query_one(TabbedContent).active == tab
            await press(pilot, "1")

    drive(VmaApp(archive), steps)


def test_what_the_mouse_is_at_is_lit_and_told(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        footer = pilot.app.screen.query_one(KeyFooter)
        dark = footer.render_line(0)
        await pilot.hover(KeyFooter, offset=(_line(pilot).index("Verify"), 0))
        assert footer.tooltip == "Read every byte and check all that can be"
        lit = footer.render_line(0)
        changed = "".join(
            now.text for was, now in zip(dark, lit, strict=True) if was.style != now.style
        )
        assert changed == " v Verify "
        await pilot.hover(KeyFooter, offset=(_line(pilot).index("12345") + 2, 0))
        assert footer.tooltip == "Map"
        await pilot.hover(TabbedContent)
        assert footer.tooltip is None
        assert footer.render_line(0) == dark

    drive(VmaApp(archive), steps)


def test_a_key_that_cannot_be_pressed_is_dim(archive: Path) -> None:
    class Odd(VmaApp):
        CSS_PATH = str(Path(vmatui.tui.__file__).parent / "app.tcss")
        BINDINGS: ClassVar[list[BindingType]] = [Binding("t", "toggle_dark", "Turn")]

        def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
            return None if action == "toggle_dark" else True

    app = Odd(archive)

    async def steps(pilot: Pilot[None]) -> None:
        line = pilot.app.screen.query_one(KeyFooter).render_line(0)
        assert [each.text for each in line if each.style and each.style.dim] == ["t"]
        with patch.object(app, "bell") as bell:
            await _click(pilot, "Turn")
        bell.assert_called_once()

    drive(app, steps)


def test_it_follows_the_focus(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        assert "Zoom" not in _line(pilot)
        await press(pilot, "3")
        assert "+-0 Zoom" in _line(pilot)

    drive(VmaApp(archive), steps)
