from __future__ import annotations

import pickle
import threading
from itertools import pairwise

import pytest

from vmatui.engine.limit import Limiter
from vmatui.engine.progress import Meter, Phase, Progress

MIB = 1 << 20


class _Job:
    """A job on a clock of its own, told of ten times a second."""

    def __init__(self, total: int | None = None) -> None:
        self.now = 0.0
        self.done = 0
        self.told: list[Progress] = []
        self.limiter = Limiter(None, lambda: self.now, self._sleep)
        self.meter = Meter(self.told.append, 0.1, lambda: self.now, self.limiter)
        self._total = total

    @property
    def last(self) -> Progress:
        return self.told[-1]

    def run(
        self,
        seconds: float,
        rate: int,
        phase: Phase = Phase.READING,
        step: float = 0.05,
        extents: int = 0,
    ) -> None:
        for _ in range(round(seconds / step)):
            self.now += step
            self.limiter.wait(0, threading.Event())
            self.done += round(rate * step)
            self.meter.tick(lambda elapsed: self._progress(phase, elapsed, extents))

    def _progress(self, phase: Phase, elapsed: float, extents: int) -> Progress:
        return Progress(phase, self.done, self._total, extents, elapsed=elapsed)

    def _sleep(self, _cancel: threading.Event, seconds: float) -> None:
        self.now += seconds
        self.limiter.is_paused = self.now < 3600


def test_rate_and_time_left_follow_a_limit_that_is_set_midway() -> None:
    job = _Job(total=1200 * MIB)
    job.run(2, 400 * MIB)
    assert job.last.rate == pytest.approx(400 * MIB, rel=0.01)
    job.run(12, 20 * MIB)
    assert job.last.rate == pytest.approx(20 * MIB, rel=0.01)
    assert job.last.remaining == pytest.approx(8, rel=0.02)


def test_a_pause_makes_nothing_slower() -> None:
    job = _Job(total=1000 * MIB)
    job.run(5, 50 * MIB)
    job.limiter.is_paused = True
    job.run(1, 50 * MIB)
    assert job.now > 3600
    assert job.last.rate == pytest.approx(50 * MIB, rel=0.05)
    assert job.last.remaining == pytest.approx(14, rel=0.05)


def test_bursts_do_not_make_the_rate_jump() -> None:
    job = _Job()
    for _ in range(30):
        job.run(0.5, 0)
        job.run(0.5, 200 * MIB)
    rates = [progress.rate for progress in job.told[100:]]
    assert all(abs(after - before) < 0.05 * after for before, after in pairwise(rates))
    assert rates[-1] == pytest.approx(100 * MIB, rel=0.1)


def test_a_job_that_is_told_of_seldom_has_a_rate() -> None:
    job = _Job()
    job.run(300, MIB, step=60)
    assert job.last.rate == pytest.approx(MIB)


def test_each_phase_has_a_rate_of_its_own() -> None:
    job = _Job()
    job.run(20, 900 * MIB, Phase.PREPARING)
    job.done = 0
    job.run(2, 10 * MIB)
    assert job.last.rate == pytest.approx(10 * MIB, rel=0.05)
    job.done = 0  # another copy of the archive
    job.run(2, 30 * MIB)
    assert job.last.rate == pytest.approx(30 * MIB, rel=0.05)


def test_what_is_passed_over_makes_no_job_fast() -> None:
    job = _Job(total=10_000 * MIB)
    job.meter.skip(500)
    job.run(2, 900 * MIB, extents=500)
    assert job.last.rate == pytest.approx(900 * MIB, rel=0.05)
    job.run(2, 10 * MIB, extents=501)
    assert job.last.rate == pytest.approx(10 * MIB, rel=0.05)
    job.run(2, 30 * MIB, extents=502)
    assert job.last.rate == pytest.approx(20 * MIB, rel=0.05)


def test_a_rate_goes_to_another_process() -> None:
    job = _Job(total=MIB)
    job.run(1, 1000)
    assert pickle.loads(pickle.dumps(job.last)).remaining == job.last.remaining is not None
