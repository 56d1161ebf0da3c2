"""What stands in an output where nothing could be got back."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from vmatui.engine.handover import stop_if
from vmatui.engine.limit import Limiter
from vmatui.engine.progress import Meter, Phase, Progress
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.plansentences import lacking_space, size_text
from vmatui.engine.salvaging.holding import Holdings
from vmatui.format.layout import CLUSTER_SIZE
from vmatui.storage.targets import Target

_SECTOR: Final = 512
_STEP: Final = 16 * CLUSTER_SIZE
"""Bytes that are written at once."""


class Fill(StrEnum):
    """How clusters that are missing are filled."""

    ZERO = "zero"
    PATTERN = "pattern"
    """Text that says so in a hex dump, with the place of each sector on the device."""


def fill_missing(
    targets: Mapping[int, Target],
    holdings: Holdings,
    meter: Meter,
    stop: threading.Event,
    limiter: Limiter | None,
) -> None:
    """Fill the clusters of targets that nobody brought with the pattern.

    Args:
        targets: By dev_id; they read zero there.
        holdings: Say what nobody brought.
        meter: Reports.
        stop: Ends it.
        limiter: Pauses it.

    Raises:
        TargetError: a target cannot be written.
        CancelledError: `stop` was set.
    """
    total = sum(holdings[dev_id].missing_bytes for dev_id in targets)
    done = 0

    def now(elapsed: float) -> Progress:
        return Progress(Phase.FILLING, done, total, elapsed=elapsed)

    for dev_id, target in targets.items():
        for first, last in holdings[dev_id].iter_missing():
            end = min((last + 1) * CLUSTER_SIZE, target.size)
            for start in range(first * CLUSTER_SIZE, end, _STEP):
                stop_if(stop)
                if limiter is not None:
                    limiter.wait(0, stop)
                sectors = range(start, min(start + _STEP, end), _SECTOR)
                target.writev(start, [memoryview(b"".join(map(pattern_of, sectors)))])
                done += min(_STEP, end - start)
                meter.tick(now)
    meter.tick(now, final=True)


def space_problem(plan: RestorePlan, missing: Mapping[int, int]) -> str:
    """Return why the pattern has no place where a plan writes; nothing if it has.

    Args:
        plan: Of the outputs.
        missing: Bytes that are to be filled, by dev_id.
    """
    needs = ((each, missing.get(each.device.dev_id, 0)) for each in plan.restored)
    for needed, free, place in lacking_space(needs):
        return (
            f"to fill what is missing takes {size_text(needed)} in {place}, and "
            f"{size_text(free)} are free: make room, choose another place or leave out --fill"
        )
    return ""


def pattern_of(offset: int) -> bytes:
    """Return the 512 bytes for a sector: 16 times 32 bytes of text with its offset in bytes."""
    line = b"VMATUI MISSING %016X\n" % offset
    return line * (_SECTOR // len(line))
