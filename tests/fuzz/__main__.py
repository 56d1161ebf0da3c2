"""`python -m tests.fuzz`: damages archives in every way and looks what the engine makes of them.

Whatever stands in an archive, there must be no error but a `VmaError`, no hang, no more than
200 MiB of memory, nothing written outside the target folder, and no control character in what is
said.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from tests.fuzz.bases import Bases, make_bases
from tests.fuzz.campaign import Outcome, run_campaign
from tests.fuzz.mutants import Mutant, mutant

_WITHOUT_END: Final = 1 << 48
_TOLD_EVERY: Final = 10.0
"""Seconds."""


def main() -> int:
    """Run a campaign, or try one archive again; the exit status is 1 if anything went wrong."""
    arguments = _parse()
    # Bytecode of a module that is loaded late would be written outside, by whoever tries then.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    bases = make_bases()
    if arguments.only is not None:
        seeds = range(arguments.only, arguments.only + 1)
        place = _saved(mutant(arguments.only, bases), arguments.only, arguments.folder)
        _say(f"the archive is saved as {place}")
    else:
        count = arguments.count or (_WITHOUT_END if arguments.seconds else 10_000)
        seeds = range(arguments.seed, arguments.seed + count)
    teller = _Teller(bases, arguments.folder)
    outcome = run_campaign(bases, seeds, arguments.seconds, teller)
    _say(_summary(outcome))
    return 1 if outcome.failures else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, metavar="N", help="archives; 10000 without --seconds")
    parser.add_argument("--seconds", type=float, metavar="S", help="when to stop")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the first archive")
    parser.add_argument(
        "--only", type=int, metavar="SEED", help="save the archive of one seed, and try it"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("fuzz-failures"),
        metavar="DIR",
        help="gets the archives that did harm",
    )
    return parser.parse_args()


class _Teller:
    """Says now and then how far a campaign is, and at once what went wrong.

    Args:
        bases: Of the campaign.
        folder: Gets the archives that did harm.
    """

    def __init__(self, bases: Bases, folder: Path) -> None:
        self._bases = bases
        self._folder = folder
        self._told = 0
        self._next = _TOLD_EVERY

    def __call__(self, outcome: Outcome) -> None:
        for seed, told in outcome.failures[self._told :]:
            place = _saved(mutant(seed, self._bases), seed, self._folder)
            _say(f"seed {seed}, saved as {place}:\n{told}")
        self._told = len(outcome.failures)
        if outcome.seconds > self._next:
            self._next = outcome.seconds + _TOLD_EVERY
            _say(_summary(outcome))


def _saved(subject: Mutant, seed: int, folder: Path) -> Path:
    """Write an archive into the folder, and beside it the manifest that it is compared with."""
    place = folder / f"{seed}.vma"
    folder.mkdir(parents=True, exist_ok=True)
    place.write_bytes(subject.data)
    if subject.manifest:
        place.with_name(f"{place.name}.vmatui").write_bytes(subject.manifest)
    return place


def _summary(outcome: Outcome) -> str:
    rate = outcome.tried / max(outcome.seconds, 0.001)
    return (
        f"{outcome.tried} archives in {outcome.seconds:.0f} s, {rate:.0f} a second, "
        f"{len(outcome.failures)} did harm"
    )


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
