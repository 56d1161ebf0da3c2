"""What a job tells while it runs: frozen values, a few a second and always one last.

A job is given a function that takes a `Progress`; it knows nothing of bars or screens.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from vmatui.engine.recentrate import RecentRate

if TYPE_CHECKING:  # few jobs have one
    from vmatui.engine.limit import Limiter


class Phase(StrEnum):
    """What a job is doing."""

    PREPARING = "preparing"
    """Making existing targets read zero."""
    READING = "reading"
    """Walking the archive; a restore writes at the same time."""
    FILLING = "filling"
    """Writing what says that something is missing."""
    SYNCING = "syncing"
    """Waiting until all that was written is on the disk."""


class Progress(NamedTuple):
    """Where a job stands."""

    phase: Phase
    done: int
    """Bytes of the archive's file or pipe that were read; in other phases bytes written."""
    total: int | None
    """Bytes there are in all, or None when nobody knows (a pipe)."""
    extents: int = 0
    clusters: tuple[int, ...] = ()
    """Clusters met so far, one number for each device of the header, in its order."""
    errors: int = 0
    """Faults of severity error so far."""
    elapsed: float = 0.0
    """Seconds since the job began."""
    recent: float | None = None
    """Bytes of `done` a second in the last seconds, without pauses; None if nobody measured it."""

    @property
    def rate(self) -> float:
        """Bytes of `done` a second of late, or if that is not known since the job began."""
        if self.recent is not None:
            return self.recent
        return self.done / self.elapsed if self.elapsed > 0 else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds that are left at this rate, or None when that cannot be told."""
        if self.total is None or not self.rate:
            return None
        return max(self.total - self.done, 0) / self.rate


ProgressFunction = Callable[[Progress], None]


def ignore(_progress: Progress) -> None:
    """Take a progress value and do nothing: for callers that do not care."""


INTERVAL: Final = 0.1
"""Seconds between two reports; more often would only cost."""


class Meter:
    """Decides when a job reports, and measures how fast it is.

    Args:
        report: Gets each value.
        interval: Seconds between two values; 0 reports every time, for tests.
        clock: A monotonic clock in seconds.
        limiter: Holds the job up; its pauses do not make it slower.
    """

    def __init__(
        self,
        report: ProgressFunction,
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.monotonic,
        limiter: Limiter | None = None,
    ) -> None:
        self._report = report
        self._interval = interval
        self._clock = clock
        self._started = clock()
        self._last = float("-inf")
        self._make: Callable[[float], Progress] | None = None
        self._limiter = limiter
        self._phase: Phase | None = None
        self._skipped = 0
        self._rate = RecentRate()

    @property
    def elapsed(self) -> float:
        """Seconds since the meter was made."""
        return self._clock() - self._started

    def tick(self, make: Callable[[float], Progress], *, final: bool = False) -> None:
        """Report what `make` returns for the elapsed seconds, if it is time to."""
        self._make = make
        now = self._clock()
        if final or now - self._last >= self._interval:
            self._last = now
            self._report(self._measured(make(now - self._started), now))

    def skip(self, extents: int) -> None:
        """Let the rate begin anew after the first extents, which an earlier job has done.

        How fast they are passed over says nothing of the others.
        """
        self._skipped = extents

    def again(self) -> None:
        """Report what the last `tick` was to tell as it is now, if it is time to."""
        if self._make is not None:
            self.tick(self._make)

    def _measured(self, progress: Progress, now: float) -> Progress:
        if progress.phase is not self._phase:
            self._phase = progress.phase
            self._rate.begin()
        paused = 0.0 if self._limiter is None else self._limiter.paused
        seconds = now - self._started - paused
        if 0 < self._skipped < progress.extents:
            self._skipped = 0
            self._rate.begin(seconds, progress.done)
        return progress._replace(recent=self._rate.add(seconds, progress.done))
