"""Tells a restore that runs right now from one that was left unfinished: it is waited for.

To go on with it, or to remove what it has made, would be the wrong advice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from vmatui.engine.restoring.planneddevice import PlannedDevice
from vmatui.engine.restoring.unfinished import Unfinished
from vmatui.storage.claim import busy
from vmatui.storage.newfile import temporary_path


def unfinished_problems(
    unfinished: Unfinished, devices: Sequence[PlannedDevice], configs: Sequence[Path]
) -> tuple[str, ...]:
    """Return what the note of an unfinished restore has against a new one, or a living one.

    Args:
        unfinished: What was found beside the targets.
        devices: As they are planned.
        configs: Where they go.
    """
    if told := next(_sentences(unfinished, devices, configs), None):
        return (told,)
    is_in_use = any(
        each.is_direct and each.facts is not None and each.facts.used_by for each in devices
    )
    # Who works on a target that is written where it is, is said with the target.
    return () if is_in_use else unfinished.problems


def _sentences(
    unfinished: Unfinished, devices: Sequence[PlannedDevice], configs: Sequence[Path]
) -> Iterator[str]:
    made = [each.path for each in devices if each.facts is not None and not each.is_direct]
    for path in (*made, *configs):
        told = busy(temporary_path(path))
        if told is None and unfinished.has_made(path):
            # It is finished, but others of the same restore may have no name yet.
            told = busy(path)
        if told:
            yield told
