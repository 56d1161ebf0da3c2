"""The words of a plan for a new archive: what will be done, and what may go wrong with it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vmatui.errors import VmaError
from vmatui.storage.blockdev import PathFacts, file_key, inspect

if TYPE_CHECKING:  # it asks for these words
    from vmatui.engine.creating.createplan import CreatePlan, PlannedDisk


def warnings_of(disks: Sequence[PlannedDisk], worst: int, free: int | None) -> Iterator[str]:
    """Yield what may go wrong, but need not.

    Args:
        disks: What is read.
        worst: Bytes that the archive has at most.
        free: Bytes where it goes; None if nobody knows.
    """
    for disk in disks:
        try:
            warning = use_warning(disk.path, inspect(disk.path))
        except VmaError:
            continue
        if warning is not None:
            yield warning
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


def use_warning(path: Path, facts: PathFacts) -> str | None:
    """Return what speaks against reading a disk now, because others may write to it."""
    if facts.occupation is None:
        return None
    return (
        f"{path} is {facts.occupation}: what is written to it meanwhile makes the copy inconsistent"
    )


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
