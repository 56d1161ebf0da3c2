"""A job that moves only when a test says so; a hot thread would hold up every key of a test."""

from __future__ import annotations

import queue
import threading
from typing import Self

from vmatui.engine.progress import Phase, Progress, ProgressFunction
from vmatui.errors import CancelledError
from vmatui.tui.jobs import JobFunction


class SteppedJob:
    """Stands in for a walk or a restore.

    Args:
        heeds_cancel: Whether it ends by itself when it is asked to stop.
    """

    def __init__(self, *, heeds_cancel: bool = True) -> None:
        self._heeds_cancel = heeds_cancel
        self._moves: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.cancel: threading.Event | None = None
        """What the job was given to look at."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """End it even if it heeds nothing, so that a test that fails does not hang."""
        self.end(CancelledError("the test is over"))

    def __call__(self, *_arguments: object, **_options: object) -> JobFunction:
        """Return the job's function, whatever the archive and the plan."""
        return self._run

    def report(
        self, done: int, total: int, *clusters: int, errors: int = 0, elapsed: float = 10.0
    ) -> None:
        """Let it report progress, after some seconds."""
        now = Progress(Phase.READING, done, total, 0, clusters, errors, elapsed)
        self._moves.put(now)

    def end(self, report: object) -> None:
        """Let it end with a report, or raise an error."""
        self._moves.put(report)

    def _run(self, progress: ProgressFunction, cancel: threading.Event) -> object:
        self.cancel = cancel
        while True:
            if self._heeds_cancel and cancel.is_set():
                raise CancelledError("stopped by the user")
            try:
                move = self._moves.get(timeout=0.01)
            except queue.Empty:
                continue
            if isinstance(move, Progress):
                progress(move)
            elif isinstance(move, Exception):
                raise move
            else:
                return move
