"""A limit on the bytes a second, which may be changed while a job runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from vmatui.engine.handover import stop_if

_BURST: Final = 0.25
"""Seconds' worth of bytes that may go at once after a pause."""


class Limiter:
    """Keeps a job below a number of bytes a second.

    Args:
        rate: Bytes a second; may be set anew at any time by any thread.
        clock: A monotonic clock in seconds.
        sleep: Waits so many seconds, or until the event is set.
    """

    def __init__(
        self,
        rate: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[threading.Event, float], object] = threading.Event.wait,
    ) -> None:
        self.rate = rate
        self._clock = clock
        self._sleep = sleep
        self._due = clock()

    def wait(self, length: int, cancel: threading.Event) -> None:
        """Wait until that many more bytes may go.

        Raises:
            CancelledError: `cancel` was set.
        """
        now = self._clock()
        self._due = max(self._due, now - _BURST)
        if self._due > now:
            self._sleep(cancel, self._due - now)
            stop_if(cancel)
        self._due += length / self.rate
