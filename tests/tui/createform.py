"""The form for a new archive, as tests open it and read it."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.driving import drafted, press
from vmatui.tui.screens.create import CreateScreen


async def create_form(pilot: Pilot[None]) -> CreateScreen:
    await press(pilot, "c")
    await drafted(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, CreateScreen)
    return screen


def told(screen: CreateScreen, selector: str) -> str:
    return "\n".join(str(each.render()) for each in screen.query(selector).results(Static))


def target(screen: CreateScreen) -> Path:
    assert screen.draft is not None
    assert screen.draft.plan is not None
    return Path(screen.draft.plan.target)
