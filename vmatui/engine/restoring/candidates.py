"""Which block devices of this machine a device could be restored to, the likeliest first.

Only those of the right size are looked at closely; nothing is changed, and nothing is decided: the
plan has the last word.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from vmatui.errors import TargetError
from vmatui.storage.blockdev import inspect
from vmatui.storage.machinedisks import MachineDisk, machine_disks
from vmatui.storage.targets import MAX_LARGER

_MOST_LOOKED_AT: Final = 64
"""Devices of the right size that are inspected; each takes some ten milliseconds."""


class Fit(IntEnum):
    """How well a block device suits, the best first."""

    FITS = 0
    """It is free and of the right size, up to 4 MiB larger."""
    LARGER = 1
    OCCUPIED = 2
    """It is mounted, in use, read-only or not ours to look at."""
    SMALL = 3


class Candidate(NamedTuple):
    """One block device, and whether it would do."""

    disk: MachineDisk
    fit: Fit
    holds: str | None
    """What is on it now, in words."""
    use: str | None = None
    """How it is in use, as one would say after "it is"."""


def find_candidates(size: int) -> tuple[Candidate, ...]:
    """Look at the block devices of this machine.

    Args:
        size: Bytes that one must have.

    Raises:
        SourceError: they cannot be listed.
    """
    return rank(machine_disks(), size)


def rank(disks: Sequence[MachineDisk], size: int) -> tuple[Candidate, ...]:
    """Return the disks as candidates: those that fit first, the next in size before others."""
    likely = [disk for disk in disks if size <= disk.size <= size + MAX_LARGER]
    looked_at = set(likely[:_MOST_LOOKED_AT])
    found = [_closely(disk) if disk in looked_at else _by_listing(disk, size) for disk in disks]
    return tuple(sorted(found, key=lambda each: (each.fit, abs(each.disk.size - size))))


def _closely(disk: MachineDisk) -> Candidate:
    try:
        facts = inspect(disk.path)
    except TargetError:
        return Candidate(disk, Fit.OCCUPIED, disk.file_system, "out of reach")
    use = facts.occupation or ("read-only" if facts.read_only else None)
    return Candidate(disk, Fit.OCCUPIED if use else Fit.FITS, facts.holds, use)


def _by_listing(disk: MachineDisk, size: int) -> Candidate:
    if disk.size < size:
        return Candidate(disk, Fit.SMALL, disk.file_system)
    if disk.mounted_at is not None:
        return Candidate(disk, Fit.OCCUPIED, disk.file_system, f"mounted at {disk.mounted_at}")
    return Candidate(disk, Fit.LARGER, disk.file_system)
