"""Waits until the application rests, by asking its event loop instead of the process's clock.

Textual's own wait sleeps until the process used no CPU for 20 ms: at least 40 ms a key, up to a
second while a job works, and on a busy machine it may end too early.
"""

from __future__ import annotations

import asyncio

from textual._context import active_app
from textual.worker import WorkerState


async def wait_for_idle(_min_sleep: float = 0, _max_sleep: float = 1) -> None:
    """Wait until all that is left are timers and jobs, and everything is drawn."""
    is_drawn = False
    while _is_busy() or not is_drawn:
        while _is_busy():
            await asyncio.sleep(0.001 if _is_listing() else 0)
        _draw()
        await asyncio.sleep(0)
        is_drawn = not _is_busy()


def _draw() -> None:
    """Draw what has changed, on the screen and on those that are seen behind it."""
    app = active_app.get()
    for screen in app._background_screens:
        # To be painted anew is what such a screen asks of itself, each time it was drawn.
        if screen._layout_required or screen._scroll_required or screen._dirty_widgets:
            screen._on_timer_update()
    app.screen._on_timer_update()


def _is_busy() -> bool:
    """Return whether anything can go on at once."""
    loop = asyncio.get_running_loop()
    return bool(loop._ready) or _is_listing()  # type: ignore[attr-defined]


def _is_listing() -> bool:
    """Return whether a thread other than a job's works for the application."""
    unfinished = WorkerState.PENDING, WorkerState.RUNNING
    workers = active_app.get().workers
    return any(one.state in unfinished and one.group != "jobs" for one in workers)
