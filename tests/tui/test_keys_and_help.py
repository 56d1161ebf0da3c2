from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import HelpPanel, Markdown, OptionList, TabbedContent

import vmatui.tui
from tests.damage import sound
from tests.tui.driving import drive, press, settle, wait_for
from vmatui.tui.app import VmaApp
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.widgets.keyfooter import KeyFooter


def _classes() -> list[type[Widget]]:
    """Return every widget and screen of ours."""
    modules = pkgutil.walk_packages(vmatui.tui.__path__, "vmatui.tui.")
    found = {
        value
        for module in modules
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, type) and issubclass(value, Widget)
    }
    return sorted(
        (each for each in found if each.__module__.startswith("vmatui")), key=lambda c: c.__name__
    )


@pytest.mark.parametrize("widget", _classes(), ids=lambda widget: widget.__name__)
def test_every_key_says_what_it_does(widget: type[Widget]) -> None:
    for binding in vars(widget).get("BINDINGS", []):
        assert isinstance(binding, Binding)
        assert binding.description


@pytest.mark.parametrize(
    "screen",
    # Those that others are made from are never shown themselves.
    [each for each in _classes() if issubclass(each, Screen) and not each.__subclasses__()],
    ids=lambda screen: screen.__name__,
)
def test_every_screen_has_its_help(screen: type[Widget]) -> None:
    assert screen.HELP
    assert len(screen.HELP.split()) > 10


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "a.vma"
    path.write_bytes(sound().build())
    return path


@pytest.mark.parametrize("key", ["question_mark", "f1"])
def test_help_comes_and_goes_with_its_key(archive: Path, key: str) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "2", key)
        panel = pilot.app.screen.query_one(HelpPanel)
        await wait_for(pilot, lambda: "Devices" in str(panel.query_one(Markdown).source))
        await press(pilot, key)
        assert not pilot.app.screen.query(HelpPanel)

    drive(VmaApp(archive), steps)


def test_escape_closes_the_help_before_anything_else(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "r", "f1", "escape")
        assert not pilot.app.screen.query(HelpPanel)
        assert pilot.app.screen.query("RestoreForm")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ArchiveScreen)

    drive(VmaApp(archive), steps)


def test_help_is_there_while_a_field_takes_letters(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "r", "f1")
        assert pilot.app.screen.query(HelpPanel)

    drive(VmaApp(archive), steps)


def test_the_palette_offers_what_the_keys_do(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "ctrl+p")
        for key in "findings":
            await pilot.press(key)
        options = pilot.app.screen.query_one(OptionList)
        await wait_for(pilot, lambda: options.option_count == 1)
        await press(pilot, "enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ArchiveScreen))
        await settle(pilot)
        assert pilot.app.screen.query_one(TabbedContent).active == "findings"

    drive(VmaApp(archive), steps)


def test_the_footer_shows_only_what_can_be_done(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        active = pilot.app.screen.active_bindings.values()
        shown = {each.binding.description for each in active if each.binding.show}
        assert {"Verify", "Restore", "Back"} <= shown
        assert "Stop" not in shown
        assert pilot.app.screen.query(KeyFooter)

    drive(VmaApp(archive), steps)


def test_f2_changes_between_dark_and_light(archive: Path) -> None:
    app = VmaApp(archive)

    async def steps(pilot: Pilot[None]) -> None:
        before = app.current_theme.dark
        await press(pilot, "3", "f2")
        assert app.current_theme.dark is not before

    drive(app, steps)


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (200, 60)])
def test_every_tab_can_be_shown_at_any_size(archive: Path, size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "v", "1", "2", "3", "4", "5", "escape", "r")
        assert pilot.app.screen.query("RestoreForm")

    drive(VmaApp(archive), steps, size)
