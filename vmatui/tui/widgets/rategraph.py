"""How fast a job reads, second by second: the newest at the right, from zero up to the fastest."""

from __future__ import annotations

from collections import deque
from typing import Final

from textual.content import Content
from textual.widget import Widget

from vmatui.engine.progress import Progress
from vmatui.tui.widgets.styles import ACCENT, MUTED
from vmatui.tui.wording import size_text

_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
_MOST: Final = 1000
"""Seconds that are kept; a screen has fewer columns."""
_LABEL: Final = 18


class RateHistory:
    """The bytes of each second since a job began; a pause is seconds of none."""

    def __init__(self) -> None:
        self._seconds: deque[int] = deque(maxlen=_MOST)
        self._started = 0
        """The second that the first of them is."""
        self.done = 0
        """Bytes when it was heard of last."""

    def add(self, progress: Progress) -> None:
        """Take in where a job stands; what goes back has begun another phase."""
        second = int(progress.elapsed)
        while self._started + len(self._seconds) <= second:
            if len(self._seconds) == _MOST:
                self._started += 1
            self._seconds.append(0)
        self._seconds[-1] += max(progress.done - self.done, 0)
        self.done = progress.done

    @property
    def rates(self) -> list[int]:
        """Bytes a second, oldest first; the second that is not over yet only if it is alone."""
        seconds = list(self._seconds)
        return seconds[:-1] or seconds


class RateGraph(Widget):
    """The rates of a job as bars."""

    DEFAULT_CSS = """
    RateGraph { height: 1; padding: 0 1; background: $surface; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.history = RateHistory()
        self._limit: int | None = None

    def tick(self, progress: Progress) -> None:
        """Draw the rates, if a second is over."""
        before = self.history.rates
        self.history.add(progress)
        if self.history.rates != before:
            self.refresh()

    def limit(self, rate: int | None) -> None:
        """Say which limit holds, in bytes a second."""
        self._limit = rate
        self.refresh()

    def render(self) -> Content:
        """Return the rows, the present rate and the limit before the bars."""
        rates = self.history.rates
        now = f"now {size_text(rates[-1])}/s" if rates else ""
        limit = f"limit {size_text(self._limit)}/s" if self._limit is not None else ""
        height, width = self.size.height, self.size.width
        labels = [now, limit, *[""] * height] if height > 1 else [limit or now]
        room = _LABEL if height > 1 or not limit else max(_LABEL, len(limit) + 2)
        bars = draw(rates, width - room, height)
        lines = [
            Content.assemble((label.ljust(room), MUTED), (bar, ACCENT))
            for label, bar in zip(labels, bars, strict=False)
        ]
        return Content("\n").join(lines)


def draw(rates: list[int], width: int, height: int) -> list[str]:
    """Return the bars of the newest rates, rows from the top."""
    shown = rates[-max(width, 1) :]
    most = max(shown, default=0) or 1
    full = height * (len(_EIGHTHS) - 1)
    levels = [-(-rate * full // most) for rate in shown]
    return [
        "".join(_EIGHTHS[min(max(level - row * 8, 0), 8)] for level in levels).rjust(width)
        for row in reversed(range(height))
    ]
