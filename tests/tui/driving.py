"""Drives the application in tests: keys in, and waiting for jobs instead of for time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui import holder
from vmatui.tui.app import VmaApp
from vmatui.tui.jobs import JobScreen
from vmatui.tui.screens.create import CreateScreen
from vmatui.tui.screens.restore import RestoreScreen

Steps = Callable[[Pilot[None]], Awaitable[None]]


def drive(app: VmaApp, steps: Steps, size: tuple[int, int] = (80, 24)) -> None:
    """Run the application without a terminal and do the steps in it."""
    app.animation_level = "none"

    async def script(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await steps(pilot)

    holder.drive(app, script, size)


async def settle(pilot: Pilot[None]) -> None:
    """Wait until no job runs and nothing is left to draw."""
    await pilot.pause()  # what is about to start a job does so
    while _running(pilot):
        await wait_for(pilot, lambda: not _running(pilot))
        await pilot.pause()


async def wait_for(pilot: Pilot[None], is_so: Callable[[], bool]) -> None:
    """Let the application work until something is so.

    An application that has met an error works no more: what it was waited for never comes.
    """
    # Not `pilot.pause`: it waits for an idle process, up to a second, while a thread works.
    while not is_so():
        assert not pilot.app.return_code, "the application has ended with an error"
        await asyncio.sleep(0.005)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, and wait after each until what it started is over."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


async def planned(pilot: Pilot[None]) -> None:
    """Wait until the restore form has its plan."""
    screen = pilot.app.screen
    assert isinstance(screen, RestoreScreen)
    await wait_for(pilot, lambda: screen.plan is not None)
    await settle(pilot)


async def drafted(pilot: Pilot[None]) -> None:
    """Wait until the form for a new archive has its draft."""
    screen = pilot.app.screen
    assert isinstance(screen, CreateScreen)
    await wait_for(pilot, lambda: screen.draft is not None)
    await settle(pilot)


async def add_part(pilot: Pilot[None], parts: str, *paths: str | Path) -> None:
    """Add disks or configs by their paths, as if they were typed."""
    field = pilot.app.screen.query_one(f"#{parts} .adder Input", Input)
    for path in paths:
        field.focus()
        field.value = str(path)
        await pilot.press("enter")
        await drafted(pilot)


async def restore_form(pilot: Pilot[None]) -> RestoreScreen:
    """Open the restore form and wait for its plan."""
    await press(pilot, "r")
    await planned(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, RestoreScreen)
    return screen


def notices(app: VmaApp) -> list[str]:
    """Return what the notifications on screen say."""
    return [notification.message for notification in app._notifications]


def _running(pilot: Pilot[None]) -> bool:
    screens = pilot.app.screen_stack
    return any(screen.jobs for screen in screens if isinstance(screen, JobScreen))
