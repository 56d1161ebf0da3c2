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
HEAD: Final = f"| damage | {' | '.join(f'`.{column}`' for column in COLUMNS)} |"
README: Final = Path(__file__).parents[2] / "README.md"
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
        """Whether all is named that can be known, all came back that can, and nothing is belied."""
        is_named = all(each.is_named and not each.belied for each in self.verdicts)
        is_back = all(each.recovered == each.untouched for each in self.verdicts)
        return is_back and (is_named or self.row == UNKNOWABLE)

    def __str__(self) -> str:
        if self.is_empty:
            return "–"
        named = sum(verdict.is_named for verdict in self.verdicts)
        untouched = sum(verdict.untouched for verdict in self.verdicts)
        recovered = sum(verdict.recovered for verdict in self.verdicts)
        return f"{named}/{len(self.verdicts)}, {recovered}/{untouched}"


def run_cells(rows: Iterable[str]) -> list[Cell]:
    """Run rows of the matrix, on all cores."""
    wanted = [(row, column) for row in rows for column in COLUMNS]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), context) as pool:
        return [*pool.map(run_cell, *zip(*wanted, strict=True))]


def run_cell(row: str, column: str) -> Cell:
    """Run one cell."""
    place = _MEMORY_DISK if _MEMORY_DISK.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="vmatui-matrix-", dir=place) as folder:
        judge = Judge(Path(folder))
        cases = _packed_cases(row, column)
        return Cell(row, column, tuple(judge.judge(case, packed) for case, packed in cases))


def _packed_cases(row: str, column: str) -> Iterator[tuple[Case, bytes]]:
    if row in DAMAGES:
        pack = PACK[column]
        yield from ((case, pack(case.data)) for case in DAMAGES[row]())
    elif column != "vma":
        yield from ((case, case.data) for case in STREAM_DAMAGES[row].cases(column))


def table_of(cells: Sequence[Cell]) -> str:
    """Return a table in Markdown."""
    lines = [HEAD, f"|---|{'--:|' * len(COLUMNS)}", *rows_of(cells).values()]
    return "".join(f"{line}\n" for line in lines)


def rows_of(cells: Sequence[Cell]) -> dict[str, str]:
    """Return the table's lines by the names of their rows; the cells come row by row."""
    rows: dict[str, list[str]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(str(cell))
    return {row: f"| {row} | {' | '.join(texts)} |" for row, texts in rows.items()}


def with_table(text: str, cells: Sequence[Cell]) -> str:
    """Return the README with its rows of these cells as they are now."""
    new = rows_of(cells)
    lines = [new.get(line.split(" | ")[0].removeprefix("| "), line) for line in text.splitlines()]
    return "".join(f"{line}\n" for line in lines)
