"""One worker after the other on one core, and the watchdog that ends the one that hangs."""

from __future__ import annotations

import time
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Final

from tests.fuzz.bases import Bases
from tests.fuzz.worker import Board, work

PATIENCE: Final = 20.0
_FAREWELL: Final = 5.0
"""Seconds that a worker gets to end when all is said."""

Failure = tuple[int, str]
"""The seed of an archive, and what was wrong."""


class Lane:
    """Tries the archives of some seeds, each in a worker that is replaced when it ends early.

    Args:
        context: Makes the processes.
        bases: What the archives are made of.
        seeds: To be tried.
        folder: For all files of its workers; is made.
        patience: Seconds that one archive may take.
    """

    def __init__(
        self,
        context: SpawnContext,
        bases: Bases,
        seeds: range,
        folder: Path,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._context = context
        self._bases = bases
        self._seeds = seeds
        self._folder = folder
        self._patience = patience
        self._started = 0
        self.board = Board(*(context.Value("q", number) for number in (-1, 0, 0)))
        self.is_busy = bool(seeds)
        folder.mkdir()
        if self.is_busy:
            self._start()

    def news(self) -> list[Failure]:
        """Return the failures since the last call, and replace a worker that ended too early."""
        failures: list[Failure] = []
        while self.is_busy and self.ear.poll():
            try:
                failures.append(self.ear.recv())
            except EOFError:
                failures += self._bury("")
        if self.is_busy and self._is_stuck():
            self._process.kill()
            failures += self._bury(f"no answer within {self._patience:g} seconds")
        return failures

    def stop(self) -> None:
        """Let the worker end after the archive that it is at."""
        self.board.is_over.value = 1

    def _start(self) -> None:
        folder = self._folder / str(self._started)
        folder.mkdir()
        self._started += 1
        self.ear, mouth = self._context.Pipe(duplex=False)
        arguments = (self._seeds, self._bases, folder, self.board, mouth)
        self._process = self._context.Process(target=work, args=arguments, daemon=True)
        self._process.start()
        mouth.close()  # so that the ear hears of the worker's end
        self._seen = -1, time.monotonic()

    def _is_stuck(self) -> bool:
        if self.board.seed.value not in self._seeds:
            return False  # it is about to begin
        tried = self.board.tried.value
        if tried != self._seen[0]:
            self._seen = tried, time.monotonic()
        return time.monotonic() - self._seen[1] > self._patience

    def _bury(self, reason: str) -> list[Failure]:
        """Take leave of a worker, and go on behind the archive at which it ended."""
        self.ear.close()
        self._process.join(_FAREWELL)
        status = self._process.exitcode
        seed = self.board.seed.value
        if status and seed not in self._seeds:
            raise RuntimeError(f"a worker ended before its first archive, with status {status}")
        if not self.board.is_over.value:
            self._seeds = self._seeds[self._seeds.index(seed) + 1 :]
        self.is_busy = bool(self._seeds) and not self.board.is_over.value
        if self.is_busy:
            self._start()
        return [(seed, reason or f"the worker ended with status {status}")] if status else []
