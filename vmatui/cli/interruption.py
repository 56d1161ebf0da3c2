"""Ctrl-C and the other polite signals: while a job runs they only ask it to stop.

Before a job has begun nothing needs cleaning up, and what blocks (a pipe without a writer) must be
left at once, so until then the first signal raises. Every further one changes nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Final, Self

from vmatui.errors import CancelledError

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """Takes the signals between `begin` and `end`; as a context manager it does both."""

    def __init__(self) -> None:
        self._cancel = threading.Event()
        self._is_raising = True
        self._was_taken = False
        self._before: dict[signal.Signals, signal._HANDLER] = {}

    def hand_over(self) -> threading.Event:
        """Return the event that a job looks at; from now on a signal sets it and nothing else."""
        self._is_raising = False
        return self._cancel

    @contextmanager
    def postponed(self) -> Iterator[None]:
        """Let a signal wait for the end of a short piece of work that must not be torn.

        Raises:
            CancelledError: A signal came meanwhile.
        """
        self._is_raising = False
        yield
        self._is_raising = True
        if self._was_taken:
            raise CancelledError("stopped by the user")

    def begin(self) -> None:
        """Take the signals over; one that was ignored stays ignored."""
        for number in _SIGNALS:
            # A shell starts background jobs with SIGINT ignored, nohup with SIGHUP.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._take)

    def end(self) -> None:
        """Give the signals back to whoever had them before; once is enough."""
        while self._before:
            signal.signal(*self._before.popitem())

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        # Setting the event takes a lock; a second signal in that moment would wait for it for ever.
        if self._was_taken:
            return
        self._was_taken = True
        self._cancel.set()
        if self._is_raising:
            raise CancelledError("stopped by the user")
