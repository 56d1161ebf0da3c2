"""Runs a restore or a create that never syncs, to compare it with programs that do not either.

`python -m tests.bench.job restore ARCHIVE FOLDER`, `... create ARCHIVE DISK`; prints the seconds
that it took, without Python's start.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from vmatui import DiskSource, create, open_archive, plan_create, plan_restore, restore


def never_sync() -> None:
    """Let what would wait for the disk return at once."""
    setattr(os, "fdatasync", lambda _fd: None)  # noqa: B010
    setattr(os, "fsync", lambda _fd: None)  # noqa: B010


def main(verb: str, archive: str, other: str) -> None:
    """Do the job."""
    never_sync()
    begun = time.perf_counter()
    if verb == "create":
        create(plan_create(archive, [DiskSource(Path(other))]))
    else:
        with open_archive(archive) as opened:
            restore(opened, plan_restore(opened.header, folder=Path(other)))
    sys.stdout.write(f"{time.perf_counter() - begun:.3f}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
