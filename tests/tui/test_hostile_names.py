"""One archive whose every name is hostile, walked through every screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.forge import Disk, forge
from tests.tui.driving import drive, notices, planned, press
from vmatui.tui.app import VmaApp
from vmatui.tui.screens.running import RunningScreen

NAMES = ("drive[/b]\x1b[31m", "[red]../../etc/passwd", "\u202edrive\r\n", "[@click=app.quit]x[/]")
CONFIGS = {
    "../[/evil].conf": b"name: [/b]\n",
    "qemu-server.conf": b"name: [bold]vm\x1b]0;owned\x07[/]\n#[/]\n[$x]\nkey[/b]: \x1b[2Jv,a=[/]\n",
    "\x1b[2J": b"\x00\xff[/b]",
}


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "vzdump-qemu-100-2023_11_14-22_13_20.vma"
    path.write_bytes(forge([Disk(name, b"x" * 70_000) for name in NAMES], CONFIGS))
    notes = path.with_name(f"{path.name}.notes")
    notes.write_bytes(b"[/notes]\x1b[31m [@click=app.quit]press[/]\n")
    return path


def _assert_harmless(pilot: Pilot[None]) -> None:
    """Look at what is really on screen: no control character, and the names as they are."""
    picture = pilot.app.export_screenshot()
    assert all(char.isprintable() or char == "\n" for char in picture)


def test_hostile_names_walk_through_every_screen(archive: Path, tmp_path: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        _assert_harmless(pilot)
        await press(pilot, "enter")
        for keys in (
            ("down", "down", "c", "enter"),
            ("2", "down", "down"),
            ("3", "right_square_bracket"),
            ("4", "down"),
            ("v", "5", "down", "enter"),
            ("escape", "question_mark", "question_mark"),
        ):
            await press(pilot, *keys)
            _assert_harmless(pilot)
        await press(pilot, "r")
        await planned(pilot)
        _assert_harmless(pilot)
        await press(pilot, "ctrl+r")
        _assert_harmless(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, RunningScreen)
        _assert_harmless(pilot)

    drive(VmaApp(tmp_path), steps, (100, 40))
    restored = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != tmp_path]
    assert len(restored) == len(NAMES) + len(CONFIGS)
    assert all(path.parent.parent == tmp_path for path in restored)


def test_a_hostile_path_in_an_error_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "[red]\x1b[31m[@click=app.quit].vma"
    path.write_bytes(b"no archive at all")
    app = VmaApp(path)

    async def steps(pilot: Pilot[None]) -> None:
        _assert_harmless(pilot)
        (notice,) = notices(app)
        assert "[red]\\x1b[31m[@click=app.quit].vma" in notice

    drive(app, steps)


def test_a_hostile_folder_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    folder = tmp_path / "[b]\x1b[31m"
    folder.mkdir()

    async def steps(pilot: Pilot[None]) -> None:
        _assert_harmless(pilot)

    drive(VmaApp(folder), steps)
