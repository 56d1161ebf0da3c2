from __future__ import annotations

import threading

import pytest

from vmatui.engine.limit import Limiter
from vmatui.errors import CancelledError


class _Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, _cancel: threading.Event, seconds: float) -> None:
        self.now += seconds


def _limiter(time: _Time, rate: float) -> Limiter:
    return Limiter(rate, lambda: time.now, time.sleep)


def test_bytes_go_at_the_rate() -> None:
    time = _Time()
    limiter = _limiter(time, 1000)
    for _ in range(11):
        limiter.wait(500, threading.Event())
    assert time.now == pytest.approx(105)


def test_a_pause_is_not_made_up_for_but_by_a_little() -> None:
    time = _Time()
    limiter = _limiter(time, 1000)
    time.now += 3600
    for _ in range(3):
        limiter.wait(1000, threading.Event())
    assert time.now == pytest.approx(3701.75)


def test_a_new_rate_counts_from_the_next_bytes_on() -> None:
    time = _Time()
    limiter = _limiter(time, 1000)
    limiter.wait(1000, threading.Event())
    limiter.rate = 10_000
    limiter.wait(1000, threading.Event())
    limiter.wait(1000, threading.Event())
    assert time.now == pytest.approx(101.1)


def test_cancelling_ends_the_wait() -> None:
    limiter = Limiter(1)
    cancel = threading.Event()
    cancel.set()
    limiter.wait(3600, cancel)
    with pytest.raises(CancelledError):
        limiter.wait(1, cancel)
