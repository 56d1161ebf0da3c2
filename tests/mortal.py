"""A restore in a process of its own, killed at the step that is asked for.

`python -m tests.mortal ARCHIVE FOLDER STEP [resume]` makes a note after each extent; a STEP past
the last one lets it live.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from vmatui import open_archive, plan_restore, restore

_ROOT: Final = Path(__file__).parents[1]
_CALLS: Final = (
    *("open", "mkdir", "ftruncate", "pwritev", "pwrite", "fdatasync", "fsync"),
    *("link", "unlink", "rename", "replace"),
)
"""What changes something on the disk, or makes sure of it: before each such call is a step."""


def restore_mortally(archive: Path, folder: Path, step: int, *, resume: bool) -> bool:
    """Restore in a process that is killed at a step.

    Returns:
        Whether it lived to its end.
    """
    command = [sys.executable, "-m", "tests.mortal", str(archive), str(folder), str(step)]
    if resume:
        command.append("resume")
    status = subprocess.run(command, cwd=_ROOT, check=False).returncode
    assert status in {0, -signal.SIGKILL}
    return status == 0


class _Death:
    """Counts the steps, in whatever thread they are."""

    def __init__(self, step: int) -> None:
        self._steps = 0
        self._last = step

    def meet(self, name: str) -> None:
        """Count each call of a function of `os`."""
        true = getattr(os, name)

        def step(*arguments: object, **options: object) -> object:
            self._steps += 1
            if self._steps == self._last:
                os.kill(os.getpid(), signal.SIGKILL)
            return true(*arguments, **options)

        setattr(os, name, step)


def _main(archive: str, folder: str, step: str, *options: str) -> None:
    with open_archive(archive) as opened:
        plan = plan_restore(opened.header, folder=Path(folder), resume="resume" in options)
        assert not plan.problems, plan.problems
        death = _Death(int(step))
        for name in _CALLS:
            death.meet(name)
        assert restore(opened, plan, interval=0).is_complete


if __name__ == "__main__":
    _main(*sys.argv[1:])
