"""How fast a job was of late: what tells when it will end, whatever was before."""

from __future__ import annotations

from collections import deque
from typing import Final

_WINDOW: Final = 10.0
"""Seconds that count: few enough to follow a new limit, and enough for a number to be read."""
_STEP: Final = 0.5
"""Seconds between two moments that are remembered."""


class RecentRate:
    """The bytes a second in the last seconds of a job."""

    def __init__(self) -> None:
        self._moments: deque[tuple[float, int]] = deque([(0.0, 0)])
        """Seconds and bytes, from the window's beginning on."""
        self._last = (0.0, 0)

    def begin(self, seconds: float | None = None, done: int = 0) -> None:
        """Forget what was: the bytes that come are of something else.

        Args:
            seconds: When they begin; None is when the last ones came.
            done: Where they begin.
        """
        self._last = (self._last[0] if seconds is None else seconds, done)
        self._moments = deque([self._last])

    def add(self, seconds: float, done: int) -> float:
        """Take in where a job stands, and return its rate.

        Args:
            seconds: Since it began, without its pauses.
            done: Bytes; fewer than before begin at zero.
        """
        if done < self._last[1]:
            self.begin()
        self._last = (seconds, done)
        # One moment from before the window stays: a job that is told of seldom has no other.
        while len(self._moments) > 1 and self._moments[1][0] <= seconds - _WINDOW:
            self._moments.popleft()
        since, before = self._moments[0]
        if seconds - self._moments[-1][0] >= _STEP:
            self._moments.append(self._last)
        return (done - before) / (seconds - since) if seconds > since else 0.0
