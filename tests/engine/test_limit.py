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


def test_a_new_rate_counts_at_once() -> None:
    time = _Time()
    limiter = _limiter(time, 1000)
    limiter.wait(1000, threading.Event())
    limiter.rate = 10_000
    limiter.wait(1000, threading.Event())
    limiter.wait(1000, threading.Event())
    assert time.now == pytest.approx(100.2)


def test_cancelling_ends_the_wait() -> None:
    limiter = Limiter(1)
    cancel = threading.Event()
    cancel.set()
    limiter.wait(3600, cancel)
    with pytest.raises(CancelledError):
        limiter.wait(1, cancel)


def test_a_lifted_limit_holds_nothing_up() -> None:
    time = _Time()
    limiter = _limiter(time, 1)
    limiter.wait(1 << 40, threading.Event())
    limiter.rate = None
    limiter.wait(1 << 40, threading.Event())
    assert time.now == 100.0


def test_a_pause_lasts_until_somebody_goes_on() -> None:
    naps: list[float] = []
    limiter = Limiter(None, lambda: 0.0, lambda _, seconds: nap(seconds))

    def nap(seconds: float) -> None:
        naps.append(seconds)
        limiter.is_paused = len(naps) < 5

    limiter.is_paused = True
    limiter.wait(1, threading.Event())
    assert len(naps) == 5


def test_a_pause_is_measured() -> None:
    time = _Time()
    limiter = Limiter(1000, lambda: time.now, lambda cancel, seconds: nap(cancel, seconds))

    def nap(cancel: threading.Event, seconds: float) -> None:
        time.sleep(cancel, seconds)
        limiter.is_paused = time.now < 105

    limiter.is_paused = True
    time.now = 102  # nobody has waited so far
    for _ in range(5):
        limiter.wait(1000, threading.Event())
    assert limiter.paused == pytest.approx(3, abs=0.2)


def test_cancelling_ends_a_pause() -> None:
    limiter = Limiter()
    limiter.is_paused = True
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError):
        limiter.wait(1, cancel)
