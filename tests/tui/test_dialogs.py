"""The dialogs for files and folders, over names and folders that are not as they should be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Input
from textual_fspicker.base_dialog import Dialog
from textual_fspicker.parts import DirectoryNavigation

from tests.forge import forge
from tests.tui.driving import drive, press, wait_for
from vmatui.tui.app import VmaApp
from vmatui.tui.harmless import Harmless
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.dialogs import ChooseFolder, OpenFile

EVIL = "[/b]\x1b[31m\u202e[@click=app.quit]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / EVIL
    folder.mkdir(parents=True)  # the markup has a slash in it
    (folder / "[red]\x1b[2J").mkdir()
    (folder / "[blue]\x1b]0;x\x07.vma").write_bytes(forge([]))
    (folder / "loop").symlink_to("loop")
    return folder


async def _open(pilot: Pilot[None], key: str) -> DirectoryNavigation:
    await press(pilot, key)
    screen = pilot.app.screen
    assert isinstance(screen, OpenFile | ChooseFolder)
    return screen.query_one(DirectoryNavigation)


def _seen(pilot: Pilot[None], selector: str) -> bool:
    """Whether all of a widget is on screen, with at least one line."""
    screen = pilot.app.screen
    region = screen.query_one(selector).region
    around = screen.query_one(Dialog).content_region
    return region.height > 0 and around.contains_region(region)


async def _type(pilot: Pilot[None], text: str) -> None:
    field = pilot.app.screen.query_one(Input)
    field.focus()
    field.value = text
    await press(pilot, "enter")


def _says(pilot: Pilot[None], words: str) -> Callable[[], bool]:
    return lambda: words in str(pilot.app.screen.query_one(Dialog).border_subtitle)


@pytest.mark.parametrize("key", ["o", "f", "c"])
def test_hostile_names_are_shown_and_not_obeyed(key: str, folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, key, *(["ctrl+o"] if key == "c" else []))
        navigation = pilot.app.screen.query_one(DirectoryNavigation)
        await wait_for(pilot, lambda: navigation.option_count == (2 if key == "f" else 3))
        await press(pilot, "down")
        picture = pilot.app.export_screenshot()
        assert "[/b]" in picture
        assert all(char.isprintable() or char == "\n" for char in picture)

    drive(VmaApp(folder), steps, (100, 40))


def test_nothing_that_a_terminal_obeys_is_left_in_a_line() -> None:
    segments = [Segment("a\x1b[31m\u202eb"), Segment("\u3000\xa0c")]
    found = Harmless().apply(segments, Color(0, 0, 0))
    assert "".join(segment.text for segment in found) == "a[31mb   c"
    assert Harmless().apply(found, Color(0, 0, 0)) is found


@pytest.mark.parametrize("key", ["o", "f"])
def test_a_folder_that_is_gone_is_said(key: str, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()

    async def steps(pilot: Pilot[None]) -> None:
        (tmp_path / "gone").rmdir()
        await _open(pilot, key)
        await wait_for(pilot, _says(pilot, "cannot be read"))
        await press(pilot, "escape")

    drive(VmaApp(tmp_path / "gone"), steps)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("x" * 5000, "File name too long"),
        ("~/" + "x" * 300, "File name too long"),
        ("loop", "Too many levels"),
        ("**x", "must exist"),
        ("[a", "must exist"),
        ("a\0b", "embedded null"),
    ],
)
def test_a_name_that_cannot_be_is_said_and_asked_for_again(
    typed: str, said: str, folder: Path
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await _open(pilot, "o")
        await _type(pilot, typed)
        await wait_for(pilot, _says(pilot, said))
        assert isinstance(pilot.app.screen, OpenFile)

    drive(VmaApp(folder), steps)


def test_a_name_is_completed_and_opened(folder: Path) -> None:
    (folder / "plain.vma").write_bytes(forge([]))

    async def steps(pilot: Pilot[None]) -> None:
        await _open(pilot, "o")
        field = pilot.app.screen.query_one(Input)
        field.focus()
        await press(pilot, *"plai")
        await wait_for(pilot, lambda: field._suggestion == "plain.vma")
        await press(pilot, "right", "enter")
        assert isinstance(pilot.app.screen, ArchiveScreen)

    drive(VmaApp(folder), steps)


@pytest.mark.parametrize("key", ["o", "f"])
@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
def test_a_dialog_shows_its_list_its_field_and_its_buttons_on_a_small_screen(
    size: tuple[int, int], key: str, folder: Path
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        navigation = await _open(pilot, key)
        assert navigation.region.height >= 5
        buttons = "#select", "#cancel"
        assert all(_seen(pilot, each) for each in (*buttons, "CurrentDirectory"))
        if key == "o":
            assert _seen(pilot, ".name Label")
            assert pilot.app.screen.query_one(Input).region.width > 20

    drive(VmaApp(folder), steps, size)


@pytest.mark.parametrize(("width", "has_times"), [(80, True), (40, False)])
def test_an_entry_says_its_size_as_people_do_and_its_time_where_there_is_room(
    width: int, has_times: bool, tmp_path: Path
) -> None:
    (tmp_path / "a-disk.raw").write_bytes(bytes(3 << 20))

    async def steps(pilot: Pilot[None]) -> None:
        navigation = await _open(pilot, "o")
        await wait_for(pilot, lambda: navigation.option_count == 2)
        await pilot.pause()
        assert ".." in navigation.render_line(0).text
        line = navigation.render_line(1).text
        assert "a-disk.raw" in line
        assert "3.0 MiB" in line
        assert (":" in line) is has_times

    drive(VmaApp(tmp_path), steps, (width, 24))
