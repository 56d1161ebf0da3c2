"""A short campaign of damaged archives, and whether it would notice what it is there for."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path

import pytest

from tests.fuzz.bases import Bases, make_bases
from tests.fuzz.lane import Failure, Lane
from tests.fuzz.mutants import mutant
from tests.tools import require_tool

ROOT = Path(__file__).parents[1]
_DISTURBED = """
import os, sys
from pathlib import Path
from tests.damage import LEGAL
from tests.fuzz.mutants import Mutant
from tests.fuzz.trial import Laboratory
from vmatui.engine.walking.walk import Walk
laboratory = Laboratory(Path(sys.argv[1]))
walk = Walk.__iter__
hoard = []
def disturbed(self):
    {disturbance}
    return walk(self)
Walk.__iter__ = disturbed
told = laboratory.examine(Mutant(LEGAL["sound"](), b"", is_deep=True))
print(told.splitlines()[-1])
"""
DISTURBANCES = {
    "raise KeyError('lost')": "KeyError: 'lost'",
    "hoard or hoard.append(bytes(range(256)) * (1 << 20))": "MiB of memory",
    "open('left-behind', 'w').close()": "written outside",
    "Path(sys.argv[1], 'odd').mkdir(exist_ok=True)": "written outside",
    "Path(sys.argv[1], 'scratch', 'odd').touch()": "written beside the folder",
}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def bases() -> Bases:
    for program in ("zstd", "lzop"):
        require_tool(program)
    return make_bases()


def test_thousands_of_damaged_archives_do_no_harm(tmp_path: Path) -> None:
    for program in ("zstd", "lzop"):
        require_tool(program)
    ended = run("-m", "tests.fuzz", "--count", "3000", "--folder", str(tmp_path / "failures"))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    # A slow machine is told how far it is every ten seconds.
    assert ended.stdout.splitlines()[-1].startswith("3000 archives in ")
    assert not (tmp_path / "failures").exists()


def test_a_seed_makes_one_archive_and_another_one_another(bases: Bases) -> None:
    assert mutant(7, bases) == mutant(7, bases)
    assert len({mutant(seed, bases).data for seed in range(100)}) > 90


@pytest.mark.parametrize("disturbance", DISTURBANCES)
def test_harm_is_noticed(disturbance: str, tmp_path: Path) -> None:
    ended = run("-c", _DISTURBED.format(disturbance=disturbance), str(tmp_path))
    assert DISTURBANCES[disturbance] in ended.stdout, ended.stdout + ended.stderr


class Trap(list[bytes]):
    """Bases that a worker does not come back from."""

    def __init__(self, spring: Callable[[], object]) -> None:
        super().__init__()
        self._spring = spring

    def __reduce__(self) -> tuple[type[Trap], tuple[Callable[[], object]]]:
        return Trap, (self._spring,)

    def __len__(self) -> int:
        self._spring()
        return 0


def outlast(trap: Trap, folder: Path) -> list[Failure]:
    """Let a lane try three archives with these bases."""
    context = multiprocessing.get_context("spawn")
    lane = Lane(
        context, Bases(trap, trap, trap, trap, trap), range(3, 6), folder / "lane", patience=0.1
    )
    failures = []
    while lane.is_busy:
        wait([lane.ear], timeout=0.1)
        failures += lane.news()
    return failures


def test_a_worker_that_dies_is_replaced_and_told_of(tmp_path: Path) -> None:
    told = [(seed, "the worker ended with status 7") for seed in (3, 4, 5)]
    assert outlast(Trap(partial(os._exit, 7)), tmp_path) == told


def test_a_worker_that_hangs_is_killed_and_told_of(tmp_path: Path) -> None:
    told = [(seed, "no answer within 0.1 seconds") for seed in (3, 4, 5)]
    assert outlast(Trap(signal.pause), tmp_path) == told
