"""`python -m tests.bench`: times the product against its yardsticks, all in turn, round by round.

Absolute times say little about another machine; the ratios within one round do.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.cases import Case, cases
from tests.bench.material import make_material
from tests.bench.measure import Reading, median, run


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: medians of all rounds."""

    case: str
    seconds: float
    yardstick: str
    yardstick_seconds: float
    ratio: float
    goal: float | None
    cpu: float
    memory: int

    @property
    def is_met(self) -> bool:
        """Whether the ratio is as promised."""
        return self.goal is None or self.ratio <= self.goal


def main() -> int:
    """Measure and print; the exit status is 1 if a goal was missed."""
    arguments = _parse()
    root = Path(__file__).parents[2]
    os.environ["PYTHONPATH"] = str(root)
    folder = Path(arguments.folder or Path(tempfile.gettempdir(), "vmatui-bench"))
    material = make_material(folder, int(arguments.size * (1 << 30)))
    chosen = [case for case in cases(material) if arguments.only in case.name]
    rounds = [
        [
            _measure(case, folder / "run", ours_first=not number % 2, is_cold=arguments.cold)
            for case in chosen
        ]
        for number in range(arguments.rounds)
    ]
    rows = [_row(case, list(column)) for case, *column in zip(chosen, *rounds, strict=True)]
    if arguments.json:
        json.dump([asdict(row) for row in rows], sys.stdout, indent=1)
    else:
        print("\n".join(_table(rows)))  # noqa: T201
    return 0 if all(row.is_met for row in rows) else 1


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--size", type=float, default=2, metavar="GIB", help="of the disk")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases with this in their name")
    parser.add_argument("--folder", metavar="DIR", help="keeps disk and archives for the next time")
    parser.add_argument("--cold", action="store_true", help="no run before the one that counts")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _measure(
    case: Case, folder: Path, *, ours_first: bool, is_cold: bool
) -> tuple[Reading, Reading]:
    readings = {
        command: run(
            command,
            folder,
            tells_seconds=case.tells_seconds,
            is_durable=case.is_durable,
            is_cold=is_cold,
        )
        for command in (case.ours, case.yardstick)[:: 1 if ours_first else -1]
    }
    ours, theirs = readings[case.ours], readings[case.yardstick]
    told = f"{case.name}: {ours.seconds:.2f} s, {case.told}: {theirs.seconds:.2f} s"
    print(told, file=sys.stderr)  # noqa: T201
    return ours, theirs


def _row(case: Case, readings: list[tuple[Reading, Reading]]) -> Row:
    return Row(
        case.name,
        median([ours.seconds for ours, _ in readings]),
        case.told,
        median([theirs.seconds for _, theirs in readings]),
        median([ours.seconds / theirs.seconds for ours, theirs in readings]),
        case.goal,
        median([ours.cpu for ours, _ in readings]),
        max(ours.memory for ours, _ in readings),
    )


def _table(rows: list[Row]) -> list[str]:
    lines = [
        "| vmatui | seconds | CPU | MiB | against | seconds | ratio | wanted |",
        "|---|--:|--:|--:|---|--:|--:|--:|",
    ]
    for row in rows:
        # A bar would end the cell, in code too.
        against = row.yardstick.replace("|", "\\|")
        goal = "" if row.goal is None else f"{row.goal:.2f}{'' if row.is_met else ' missed'}"
        lines.append(
            f"| {row.case} | {row.seconds:.2f} | {row.cpu:.2f} | {row.memory >> 20} "
            f"| `{against}` | {row.yardstick_seconds:.2f} | {row.ratio:.2f} | {goal} |"
        )
    return lines


if __name__ == "__main__":
    sys.exit(main())
