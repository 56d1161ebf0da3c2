"""The program: one verb of the command line, or the terminal UI.

Only here do the doors meet: the verbs, the UI, which is loaded only when it opens, and, for who
calls the program `vma`, the reference's command line.
"""

from __future__ import annotations

import os
import signal
import sys

from vmatui.cli.interruption import Interruption
from vmatui.cli.parser import VERBS
from vmatui.cli.referencewords import is_reference
from vmatui.cli.run import run
from vmatui.errors import UsageError


def main() -> int:
    """Run the program with the words of the command line; return the exit status."""
    interruption = Interruption()
    interruption.begin()
    # By a link to the script, or by `exec -a vma python -m vmatui`.
    is_vma = any(map(is_reference, (sys.argv[0], *sys.orig_argv[:1])))
    status = run(sys.argv[1:], interruption, _open_ui, is_reference=is_vma)
    # Only the interpreter's own clean-up is left, and an impatient Ctrl-C must not garble it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return status


def _open_ui(path: str | None, no_cache: bool) -> int:
    if path is not None and not os.path.lexists(path):
        verbs = ", ".join(VERBS)
        raise UsageError(f"{path} is no file or folder that exists, and none of the verbs: {verbs}")
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()):
        raise UsageError("the UI needs a terminal; in scripts use a verb (vmatui --help)")
    from pathlib import Path

    from vmatui.storage.cachefolder import NO_CACHE
    from vmatui.tui.app import run as run_ui

    if no_cache:
        # From here on the process is the UI, which asks the environment as it does for colours.
        os.environ[NO_CACHE] = "1"

    return run_ui(None if path is None else Path(path))


if __name__ == "__main__":
    sys.exit(main())
