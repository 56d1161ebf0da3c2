"""What stands in an output where nothing could be got back."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from vmatui.engine.handover import stop_if
from vmatui.format.layout import CLUSTER_SIZE
from vmatui.storage.targets import Target

_SECTOR: Final = 512


class Fill(StrEnum):
    """How clusters that are missing are filled."""

    ZERO = "zero"
    PATTERN = "pattern"
    """Text that says so in a hex dump, with the place of each sector on the device."""


def fill_missing(
    target: Target, ranges: Iterable[tuple[int, int]], fill: Fill, stop: threading.Event
) -> None:
    """Fill clusters of a target that nobody brought.

    Args:
        target: Reads zero there.
        ranges: First and last cluster of each, both included.
        fill: With what.
        stop: Ends it.

    Raises:
        TargetError: it cannot be written.
        CancelledError: `stop` was set.
    """
    if fill is Fill.ZERO:
        return
    for first, last in ranges:
        for cluster in range(first, last + 1):
            stop_if(stop)
            start = cluster * CLUSTER_SIZE
            sectors = range(start, min(start + CLUSTER_SIZE, target.size), _SECTOR)
            target.writev(start, [memoryview(b"".join(map(pattern_of, sectors)))])


def pattern_of(offset: int) -> bytes:
    """Return the 512 bytes for a sector: 16 times 32 bytes of text with its offset in bytes."""
    line = b"VMATUI MISSING %016X\n" % offset
    return line * (_SECTOR // len(line))
