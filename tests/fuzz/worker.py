"""A process that tries one archive after the other and tells the parent how far it is."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from tests.fuzz.bases import Bases
from tests.fuzz.mutants import mutant
from tests.fuzz.trial import MOST_MEMORY, Laboratory, peak_memory


@dataclass(frozen=True)
class Board:
    """Numbers that worker and parent both see."""

    seed: Synchronized[int]
    """Of the archive that is being tried, or was tried last."""
    tried: Synchronized[int]
    """Archives that are done with."""
    is_over: Synchronized[int]
    """1 when the parent wants no more."""


def work(
    seeds: Iterable[int], bases: Bases, folder: Path, board: Board, parent: Connection
) -> None:
    """Try archives; what was wrong with one goes to the parent as seed and words."""
    os.setsid()  # a signal from the keyboard is for the parent
    laboratory = Laboratory(folder)
    for seed in seeds:
        if board.is_over.value:
            return
        board.seed.value = seed
        failure = laboratory.examine(mutant(seed, bases))
        board.tried.value += 1
        if failure is not None:
            parent.send((seed, failure))
            if peak_memory() > MOST_MEMORY:
                return  # the peak stays with the process; the next one starts anew
