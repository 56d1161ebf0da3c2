"""The words of a plan for a new archive: what will be done, and what may go wrong with it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vmatui.errors import VmaError
from vmatui.storage.blockdev import PathFacts, file_key, inspect

if TYPE_CHECKING:  # it asks for these words
    from vmatui.engine.creating.createplan import CreatePlan, PlannedDisk

_MOST_FILES: Final = 5
"""Files that are named of those that one disk lies on."""
_LONGEST: Final = 300
"""Characters that are shown of a file's name that an image made up."""


def warnings_of(disks: Sequence[PlannedDisk], worst: int, free: int | None) -> Iterator[str]:
    """Yield what may go wrong, but need not.

    Args:
        disks: What is read.
        worst: Bytes that the archive has at most.
        free: Bytes where it goes; None if nobody knows.
    """
    for disk in disks:
        facts = None
        with suppress(VmaError):
            facts = inspect(disk.path)
        yield from disk_warnings(disk.path, disk.lies_on, facts)
    yield from _twice(disks)
    if free is not None and worst > free:
        yield (
            f"the archive needs up to {_in_words(worst)} and {_in_words(free)} are free: "
            "enough only if much is zero or can be compressed"
        )


def _twice(disks: Sequence[PlannedDisk]) -> Iterator[str]:
    """Yield what is said of a disk that is there more than once, which may be wanted."""
    found: dict[Hashable, list[PlannedDisk]] = {}
    for disk in disks:
        found.setdefault(file_key(disk.path), []).append(disk)
    for first, *others in found.values():
        if others:
            yield (
                f"{first.path} goes into the archive {len(others) + 1} times, as "
                f"{first.device.name} and as {others[0].device.name}: take one out unless you "
                "want that"
            )


def disk_warnings(path: Path, lies_on: Sequence[str], facts: PathFacts | None) -> Iterator[str]:
    """Yield what speaks against reading a disk, or against reading it now.

    Args:
        path: The disk.
        lies_on: Further files that are read with it.
        facts: Tell who else may write to it; None if nobody knows.
    """
    if lies_on:
        names, is_one = _some_of(lies_on), len(lies_on) == 1
        yield (
            f"{path} lies on {names}, and {'its' if is_one else 'their'} bytes go into the archive "
            f"too: make sure that {'it' if is_one else 'they'} may be read"
        )
    if facts is not None and facts.occupation is not None:
        yield (
            f"{path} is {facts.occupation}: what is written to it meanwhile makes the copy "
            "inconsistent"
        )


def _some_of(files: Sequence[str]) -> str:
    """Return the first files' names, cut where they are too long for a sentence."""
    shown = [_cut(file) for file in files[:_MOST_FILES]]
    more = len(files) - len(shown)
    if more:
        shown.append(f"{more} more")
    *first, last = shown
    return f"{', '.join(first)} and {last}" if first else last


def _cut(name: str) -> str:
    """Leave out the middle of a long name: its start and its end say which file it is."""
    half = _LONGEST // 2
    return name if len(name) <= _LONGEST else f"{name[:half]} ... {name[-half:]}"


def sentences_of(plan: CreatePlan) -> Iterator[str]:
    """Yield what will be done."""
    for disk in plan.disks:
        kind = f" ({disk.format})" if disk.format else ""
        yield f"{disk.device.name}: {_in_words(disk.device.size)} from {disk.path}{kind}"
    if plan.configs:
        yield f"configs: {', '.join(config.name for config in plan.configs)}"
    yield f"into {plan.target}: at most {_in_words(plan.worst_case)}"


def _in_words(size: int) -> str:
    from humanize import naturalsize  # only who plans waits for it

    return naturalsize(size, binary=True)
