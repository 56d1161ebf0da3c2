"""A campaign: a lane a core, until all archives are tried or the time is over."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Final

from tests.fuzz.bases import Bases
from tests.fuzz.lane import Failure, Lane

MOST_FAILURES: Final = 50
"""After so many nothing new is learned."""
_TICK: Final = 0.5
"""Seconds between two looks at the lanes while nothing happens."""
_MEMORY_DISK: Final = Path("/dev/shm")


@dataclass(frozen=True)
class Outcome:
    """What came of a campaign so far."""

    tried: int
    seconds: float
    failures: tuple[Failure, ...]


def run_campaign(
    bases: Bases, seeds: range, seconds: float | None, tell: Callable[[Outcome], None]
) -> Outcome:
    """Try the archives of all seeds.

    Args:
        bases: What they are made of.
        seeds: One archive each.
        seconds: When to stop before the last; None is never.
        tell: Hears every half second or so how far it is.
    """
    cores = min(len(os.sched_getaffinity(0)), len(seeds))
    context = multiprocessing.get_context("spawn")
    begun = time.monotonic()
    place = _MEMORY_DISK if _MEMORY_DISK.is_dir() else None
    failures: list[Failure] = []
    with tempfile.TemporaryDirectory(prefix="vmatui-fuzz-", dir=place) as folder:
        lanes = [
            Lane(context, bases, seeds[n::cores], Path(folder, f"lane-{n}")) for n in range(cores)
        ]
        while busy := [lane for lane in lanes if lane.is_busy]:
            wait([lane.ear for lane in busy], timeout=_TICK)
            for lane in busy:
                failures += lane.news()
            tried = sum(lane.board.tried.value for lane in lanes)
            outcome = Outcome(tried, time.monotonic() - begun, tuple(failures))
            tell(outcome)
            is_late = seconds is not None and outcome.seconds > seconds
            if is_late or len(failures) >= MOST_FAILURES:
                for lane in lanes:
                    lane.stop()
    return outcome
