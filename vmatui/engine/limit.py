"""A limit on the bytes a second, which may be changed, paused and lifted while a job runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from vmatui.engine.handover import stop_if

_BURST: Final = 0.25
"""Seconds' worth of bytes that may go at once after a pause."""
_LOOK: Final = 0.1
"""Seconds between two looks at whether the rate was changed."""


class Limiter:
    """Keeps a job below a number of bytes a second, or holds it up.

    Args:
        rate: Bytes a second, or None for as fast as it goes; may be set anew at any time by any
            thread, and counts at once.
        clock: A monotonic clock in seconds.
        sleep: Waits so many seconds, or until the event is set.
    """

    def __init__(
        self,
        rate: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[threading.Event, float], object] = threading.Event.wait,
    ) -> None:
        self.rate = rate
        self.is_paused = False
        """Whether nothing may go at all; may be set at any time by any thread."""
        self.paused = 0.0
        """Seconds that it was paused while somebody waited."""
        self._was_paused = False
        self._clock = clock
        self._sleep = sleep
        self._seen = clock()
        self._debt = 0.0
        """Bytes that went before their time had come."""

    def wait(self, length: int, cancel: threading.Event) -> None:
        """Wait until that many more bytes may go.

        Raises:
            CancelledError: `cancel` was set.
        """
        while (seconds := self._seconds_left()) > 0:
            self._sleep(cancel, min(seconds, _LOOK))
            stop_if(cancel)
        self._debt += length

    def _seconds_left(self) -> float:
        now, rate = self._clock(), self.rate
        passed, self._seen = now - self._seen, now
        if rate is None:
            self._debt = 0.0
        else:
            self._debt = max(self._debt - passed * rate, -_BURST * rate)
        if self._was_paused:
            self.paused += passed
        self._was_paused = self.is_paused
        if self._was_paused:
            return _LOOK
        # Less than a byte is a rounding error that no sleep would ever end.
        return self._debt / rate if rate is not None and self._debt >= 1 else 0.0
