"""Runs the whole matrix, a cell at a time, and shows it as a table."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.matrix.damages import DAMAGES, UNKNOWABLE, Case
from tests.matrix.judge import PACK, Judge, Verdict
from tests.matrix.streams import STREAM_DAMAGES

ROWS: Final = (*DAMAGES, *STREAM_DAMAGES)
COLUMNS: Final = (*PACK,)
_MEMORY_DISK: Final = Path("/dev/shm")


@dataclass(frozen=True)
class Cell:
    """One kind of damage in one compression."""

    row: str
    column: str
    verdicts: tuple[Verdict, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the damage does not exist there."""
        return not self.verdicts

    @property
    def is_as_promised(self) -> bool:
        """Whether all is named that can be known, and all came back that can."""
        is_named = self.row == UNKNOWABLE or all(verdict.is_named for verdict in self.verdicts)
        return is_named and all(each.recovered == each.untouched for each in self.verdicts)

    def __str__(self) -> str:
        if self.is_empty:
            return "–"
        named = sum(verdict.is_named for verdict in self.verdicts)
        untouched = sum(verdict.untouched for verdict in self.verdicts)
        recovered = sum(verdict.recovered for verdict in self.verdicts)
        return f"{named}/{len(self.verdicts)}, {recovered}/{untouched}"


def run_cells(rows: Iterable[str], columns: Sequence[str]) -> list[Cell]:
    """Run cells of the matrix, on all cores."""
    wanted = [(row, column) for row in rows for column in columns]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), context) as pool:
        return [*pool.map(run_cell, *zip(*wanted, strict=True))]


def run_cell(row: str, column: str, step: int = 1) -> Cell:
    """Run one cell, or only every so manieth case of it."""
    place = _MEMORY_DISK if _MEMORY_DISK.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="vmatui-matrix-", dir=place) as folder:
        judge = Judge(Path(folder))
        cases = [*_packed_cases(row, column)][::step]
        return Cell(row, column, tuple(judge.judge(case, packed) for case, packed in cases))


def _packed_cases(row: str, column: str) -> Iterator[tuple[Case, bytes]]:
    if row in DAMAGES:
        pack = PACK[column]
        yield from ((case, pack(case.data)) for case in DAMAGES[row]())
    elif column != "vma":
        yield from ((case, case.data) for case in STREAM_DAMAGES[row].cases(column))


def lines_of(cells: Sequence[Cell], columns: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a table in Markdown."""
    yield f"| damage | {' | '.join(f'`.{column}`' for column in columns)} |"
    yield f"|---|{'--:|' * len(columns)}"
    for at in range(0, len(cells), len(columns)):
        row = cells[at : at + len(columns)]
        yield f"| {row[0].row} | {' | '.join(map(str, row))} |"
