from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.damage import sound
from tests.tui.driving import drive, notices, press, settle
from tests.tui.holder import lines
from vmatui.tui.app import VmaApp
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.folder import FolderScreen
from vmatui.tui.widgets.table import Table

NEWEST = "vzdump-qemu-101-2023_11_15-00_00_00.vma"
OLDEST = "vzdump-qemu-102-2020_01_01-00_00_00.vma"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an archive, a file that only looks like one, and one that is unfinished."""
    (tmp_path / NEWEST).write_bytes(sound().build())
    (tmp_path / OLDEST).write_bytes(b"\0" * 257 + b"ustar\0" + bytes(20_000))
    (tmp_path / "vzdump-qemu-103-2021_01_01-00_00_00.vma.dat").write_bytes(b"VMA\0")
    return tmp_path


def _rows(pilot: Pilot[None]) -> list[str]:
    return [line.strip() for line in lines(pilot.app.screen.query_one(Table)) if line.strip()][1:]


def test_the_newest_archive_stands_first_and_says_what_it_is(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        first, second, third = _rows(pilot)
        assert first.split()[:4] == ["101", "forged", "2023-11-14", "22:13"]
        assert "unfinished" in second
        assert "unreadable" in third

    drive(VmaApp(folder), steps)


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        told = " ".join(lines(pilot.app.screen.query_one(Table)))
        assert "no VMA archive in this folder" in told
        assert "choose another folder" in told
        await press(pilot, "enter", "down")
        assert isinstance(pilot.app.screen, FolderScreen)

    drive(VmaApp(tmp_path), steps)


def test_enter_opens_the_archive_under_the_cursor_and_escape_comes_back(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ArchiveScreen)
        assert pilot.app.screen.facts.path.name == NEWEST
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, FolderScreen)

    drive(VmaApp(folder), steps)


def test_what_was_aborted_is_not_opened_as_the_newest(folder: Path) -> None:
    (folder / "tmp-vzdump-qemu-101-2023_11_16-00_00_00.vma").write_bytes(b"VMA\0")

    async def steps(pilot: Pilot[None]) -> None:
        first, second, *_ = _rows(pilot)
        assert "unfinished" in first
        assert "forged" in second
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ArchiveScreen)
        assert pilot.app.screen.facts.path.name == NEWEST

    drive(VmaApp(folder), steps)


def test_what_is_no_archive_is_refused_in_one_sentence_and_life_goes_on(folder: Path) -> None:
    app = VmaApp(folder)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "end", "enter")
        (notice,) = notices(app)
        assert notice.startswith(f"{folder / OLDEST}: this is a tar archive")
        await press(pilot, "home", "enter")
        assert isinstance(pilot.app.screen, ArchiveScreen)

    drive(app, steps)


@pytest.mark.parametrize("name", ["nowhere.vma", "[b]\x1b[\\b].vma"])
def test_an_archive_that_is_not_there_is_named_over_its_folder(folder: Path, name: str) -> None:
    app = VmaApp(folder / name)

    async def steps(pilot: Pilot[None]) -> None:
        (notice,) = notices(app)
        assert "does not exist" in notice
        assert notice.isprintable()
        assert len(_rows(pilot)) == 3

    drive(app, steps)


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    app = VmaApp(tmp_path / "gone" / "a.vma")

    async def steps(_pilot: Pilot[None]) -> None:
        assert any("cannot be read" in notice for notice in notices(app))

    drive(app, steps)


def test_reloading_finds_what_came_and_forgets_what_went(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        (folder / OLDEST).unlink()
        (folder / "new.vma").write_bytes(sound().build())
        await press(pilot, "r")
        assert len(_rows(pilot)) == 3
        assert not any("unreadable" in row for row in _rows(pilot))

    drive(VmaApp(folder), steps)


def test_the_cursor_keeps_its_archive_when_headers_change_the_order(tmp_path: Path) -> None:
    for number, time in ((1, 1_500_000_000), (2, 1_400_000_000)):
        path = tmp_path / f"{number}.vma"
        path.write_bytes(b"x")
        os.utime(path, (time, time))

    async def steps(pilot: Pilot[None]) -> None:
        screen = pilot.app.screen
        assert isinstance(screen, FolderScreen)
        await press(pilot, "down")
        archive = sound()
        archive.ctime = 1_600_000_000
        (tmp_path / "2.vma").write_bytes(archive.build())
        await press(pilot, "r", "end")
        assert [row.split()[1] for row in _rows(pilot)] == ["forged", "1.vma"]

    drive(VmaApp(tmp_path), steps)


def test_f_shows_another_folder_and_o_opens_any_file(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "f")
        pilot.app.screen.dismiss(other)
        await settle(pilot)
        assert "no VMA archive" in " ".join(lines(pilot.app.screen.query_one(Table)))
        await press(pilot, "o")
        pilot.app.screen.dismiss(folder / NEWEST)
        await settle(pilot)
        assert isinstance(pilot.app.screen, ArchiveScreen)

    drive(VmaApp(folder), steps)


def test_a_dialog_that_is_left_changes_nothing(folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        for key in ("o", "f"):
            await press(pilot, key, "escape")
            assert isinstance(pilot.app.screen, FolderScreen)
        assert len(_rows(pilot)) == 3

    drive(VmaApp(folder), steps)


def test_the_detail_names_the_file_and_what_stands_beside_it(folder: Path) -> None:
    (folder / f"{NEWEST}.notes").write_text("before [/b] the upgrade\nmore")
    (folder / f"{NEWEST}.protected").touch()

    async def steps(pilot: Pilot[None]) -> None:
        told = str(pilot.app.screen.query_one("#entry-detail", Static).render())
        assert NEWEST in told
        assert "protected from removal" in told
        assert "before [/b] the upgrade" in told

    drive(VmaApp(folder), steps)
