from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Checkbox

from tests.tui.createform import create_form
from tests.tui.driving import drive, restore_form
from vmatui.tui.app import VmaApp


def _told(pilot: Pilot[None]) -> set[tuple[bool, str]]:
    """Return each value of the check boxes of a screen with how its text begins."""
    boxes = pilot.app.screen.query(Checkbox).results(Checkbox)
    return {(box.value, str(box.render())[:4]) for box in boxes}


def test_a_tick_is_told_without_colours_wherever_there_is_one(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await restore_form(pilot)
        assert _told(pilot) == {(True, "[x] "), (False, "[ ] ")}

    drive(VmaApp(archive), steps)


def test_a_tick_is_told_anew_when_it_changes(tmp_path: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        screen = await create_form(pilot)
        assert _told(pilot) == {(True, "[x] ")}
        screen.query_one(Checkbox).toggle()
        assert _told(pilot) == {(False, "[ ] ")}

    drive(VmaApp(tmp_path), steps)
