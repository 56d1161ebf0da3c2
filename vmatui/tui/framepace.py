"""How often a live map is drawn: as often as a screen should, unless that held the job up.

Python runs one thread at a time. What the screen takes is lost to a job that works all the time in
the same process. One in another process shares but the processors and the memory, and one that
waits for its disk not even those.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

FRAME: Final = 1 / 20
"""Seconds from one frame to the next."""
_SHARE: Final = 0.12
"""Of a processor, what the screen may take: six milliseconds a frame."""
_SHARE_BESIDE: Final = 0.02
"""The same beside a busy job in this process; drawing in the job's thread adds to it."""
_LONGEST: Final = 0.2
"""Seconds from a frame to the next, whatever else the screen is busy with, but for such a job."""
_BUSY: Final = 0.5
"""Processors that the other threads use when the job is a busy one."""


class FramePace:
    """Decides whether a frame may be drawn; for the one thread that draws.

    Args:
        clock: A monotonic clock in seconds.
        own: Seconds of processor time that the calling thread has used.
        whole: The same of all threads.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        own: Callable[[], float] = time.thread_time,
        whole: Callable[[], float] = time.process_time,
    ) -> None:
        self._clocks = clock, own, whole
        self._last = self._now()

    def is_due(self) -> bool:
        """Whether drawing has not taken too much since the last frame; that frame begins now."""
        now = self._now()
        passed, own, whole = (new - old for new, old in zip(now, self._last, strict=True))
        if whole - own > _BUSY * passed:
            is_due = own <= _SHARE_BESIDE * passed
        else:
            is_due = own <= _SHARE * passed or passed >= _LONGEST
        if is_due:
            self._last = now
        return is_due

    def _now(self) -> tuple[float, ...]:
        return tuple(clock() for clock in self._clocks)
