"""`python -m tests.fuzz`: damages archives in every way and looks what the engine makes of them.

Whatever stands in an archive, there must be no error but a `VmaError`, no hang, no more than
200 MiB of memory, nothing written outside the target folder, and no control character in what is
said.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.fuzz.bases import make_bases
from tests.fuzz.campaign import Outcome, run_campaign
from tests.fuzz.mutants import mutant
from tests.fuzz.trial import Laboratory

_WITHOUT_END: Final = 1 << 48
_TOLD_EVERY: Final = 10.0
"""Seconds."""


def main() -> int:
    """Run a campaign, or try one archive again; the exit status is 1 if anything went wrong."""
    arguments = _parse()
    if arguments.only is not None:
        return _try_one(arguments.only, arguments.folder)
    count = arguments.count or (_WITHOUT_END if arguments.seconds else 10_000)
    seeds = range(arguments.seed, arguments.seed + count)
    bases = make_bases()
    outcome = run_campaign(bases, seeds, arguments.seconds, _Teller())
    for seed, told in outcome.failures:
        place = arguments.folder / f"{seed}.vma"
        arguments.folder.mkdir(parents=True, exist_ok=True)
        place.write_bytes(mutant(seed, bases).data)
        _say(f"seed {seed}, saved as {place}:\n{told}")
    _say(_summary(outcome))
    return 1 if outcome.failures else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, metavar="N", help="archives; 10000 without --seconds")
    parser.add_argument("--seconds", type=float, metavar="S", help="when to stop")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the first archive")
    parser.add_argument("--only", type=int, metavar="SEED", help="try the archive of one seed")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("fuzz-failures"),
        metavar="DIR",
        help="gets the archives that did harm",
    )
    return parser.parse_args()


def _try_one(seed: int, folder: Path) -> int:
    """Try one archive in this process, deeply too, and keep it to be looked at."""
    data = mutant(seed, make_bases()).data
    place = folder.absolute() / f"{seed}.vma"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    with tempfile.TemporaryDirectory(prefix="vmatui-fuzz-") as scratch:
        laboratory = Laboratory(Path(scratch))
        told = laboratory.examine(data, deeply=False) or laboratory.examine(data, deeply=True)
    _say(f"seed {seed}, {len(data)} bytes, saved as {place}: {told or 'nothing went wrong'}")
    return 1 if told else 0


class _Teller:
    """Says now and then how far a campaign is."""

    def __init__(self) -> None:
        self._next = _TOLD_EVERY

    def __call__(self, outcome: Outcome) -> None:
        if outcome.seconds > self._next:
            self._next = outcome.seconds + _TOLD_EVERY
            _say(_summary(outcome))


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
