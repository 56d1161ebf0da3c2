"""Runs a restore or a create without its last sync, to compare it with programs that never sync.

`python -m tests.bench.job restore ARCHIVE FOLDER`, `... create ARCHIVE DISK`
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from vmatui import DiskSource, create, open_archive, plan_create, plan_restore, restore


def main(verb: str, archive: str, other: str) -> None:
    """Do the job; what would wait for the disk returns at once."""
    setattr(os, "fdatasync", lambda _fd: None)  # noqa: B010
    setattr(os, "fsync", lambda _fd: None)  # noqa: B010
    if verb == "create":
        create(plan_create(archive, [DiskSource(Path(other))]))
        return
    with open_archive(archive) as opened:
        restore(opened, plan_restore(opened.header, folder=Path(other)))


if __name__ == "__main__":
    main(*sys.argv[1:])
