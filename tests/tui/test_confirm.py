"""A question shows what is lost, its buttons and its field, however much there is to say."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from tests.tui.driving import drive, press
from vmatui.tui.app import VmaApp
from vmatui.tui.screens.confirm import ConfirmScreen

_LINES = [f"drive-scsi{n}: 1.0 GiB into the new file disk-drive-scsi{n}.raw" for n in range(60)]
_LOST = "drive-virtio7: OVERWRITE /dev/sda, 8.0 GiB"


def _ask(to_type: str = "") -> ConfirmScreen:
    return ConfirmScreen(
        "Restore?", (*_LINES, _LOST), yes="Restore", no="Not yet", is_grave=True, to_type=to_type
    )


def _text(pilot: Pilot[None]) -> str:
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (200, 60)])
@pytest.mark.parametrize("to_type", ["", "sda"])
def test_it_finds_room_for_all_that_counts(
    archive: Path, size: tuple[int, int], to_type: str
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        pilot.app.push_screen(_ask(to_type))
        await press(pilot, "tab")
        screen = pilot.app.screen
        for widget in (*screen.query(Button), *screen.query(Input)):
            assert screen.region.contains_region(widget.region)
            assert widget.region.height == 1
            assert widget.region in screen.query_one("#question").region
        assert "OVERWRITE" in _text(pilot)
        assert " No " in _text(pilot)

    drive(VmaApp(archive), steps, size)


def test_keys_show_the_rest(archive: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        pilot.app.push_screen(_ask("sda"))
        await press(pilot, "pagedown")
        seen = {line for line in _LINES if line[:13] in _text(pilot)}
        for _ in range(50):
            await pilot.press("down")
            seen.update(line for line in _LINES if line[:13] in _text(pilot))
        assert _LINES[-1] in seen
        await press(pilot, *["pageup"] * 50)
        assert "OVERWRITE" in _text(pilot)

    drive(VmaApp(archive), steps, (80, 24))
