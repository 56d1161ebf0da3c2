"""Runs a restore or a create that never syncs, to compare it with programs that do not either.

`python -m tests.bench.job restore ARCHIVE FOLDER`, `... create ARCHIVE DISK`; prints the seconds
that it took, without Python's start. `restore-again` writes over what the first one left, in place,
so that no memory has to be found. `durable-restore` is one that does sync, to a block device too,
and `buffered-restore` does not go past the page cache there.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from vmatui import DiskSource, create, open_archive, plan_create, plan_restore, restore
from vmatui.engine.apart import child
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.format.header import Header
from vmatui.storage import blocktarget
from vmatui.storage.destination import Destination, ZeroPolicy
from vmatui.storage.existing import CLOSED


def never_sync() -> None:
    """Let what would wait for the disk return at once."""
    setattr(os, "fdatasync", lambda _fd: None)  # noqa: B010
    setattr(os, "fsync", lambda _fd: None)  # noqa: B010


def _unsynced_child(descriptor: str) -> None:
    """Do what a process of the UI's does, without a sync."""
    never_sync()
    child.main(int(descriptor))


def main(verb: str, archive: str, other: str = "") -> None:
    """Do the job."""
    if verb == "child":
        _unsynced_child(archive)
        return
    if verb in {"restore", "restore-again", "create"}:
        never_sync()
    if verb == "buffered-restore":
        setattr(blocktarget, "_open_direct", lambda _fd: CLOSED)  # noqa: B010
    begun = time.perf_counter()
    if verb == "create":
        create(plan_create(archive, [DiskSource(Path(other))]))
    else:
        with open_archive(archive) as opened:
            plan = plan_again if verb == "restore-again" else _plan
            restore(opened, plan(opened.header, Path(other)))
    sys.stdout.write(f"{time.perf_counter() - begun:.3f}\n")


def plan_again(header: Header, folder: Path) -> RestorePlan:
    """Plan to write over the disks that were restored to a folder."""
    to = {
        device.dev_id: Destination(
            str(folder / f"disk-{device.name}.raw"), zero=ZeroPolicy.SPARSE, in_place=True
        )
        for device in header.devices
    }
    return plan_restore(header, to=to, overwrite=True)


def _plan(header: Header, place: Path) -> RestorePlan:
    if not place.is_block_device():
        return plan_restore(header, folder=place)
    return plan_restore(header, to={header.devices[0].dev_id: place}, overwrite=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
