"""Tells another process what a walk finds, so that the picture of it grows there.

Of an extent that is as it should be goes what the picture takes of it, a few numbers; of any other
goes all but its payload.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from vmatui.engine.indexing.picture import Picture
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import HeaderVisitor, Rejected
from vmatui.format.extent import SlotRun

_INTERVAL: Final = 0.04
"""Seconds from one batch to the next: a screen draws no more often."""
_MOST: Final = 256
"""Extents in a batch."""


class Sound(NamedTuple):
    """An extent that is as it should be."""

    number: int
    offset: int
    blocks: int
    runs: tuple[SlotRun, ...]
    clusters: tuple[tuple[int, int], ...]


class Odd(NamedTuple):
    """Any other extent."""

    extent: Extent
    rejected: Rejected


class End(NamedTuple):
    """The walk has reached the end of the archive."""


Batch = list[Sound | Odd | End]


class Relay(HeaderVisitor):
    """Sends what a picture takes in.

    Args:
        send: Takes a batch to the other process.
    """

    def __init__(self, send: Callable[[Batch], None]) -> None:
        self._send = send
        self._batch: Batch = []
        self._due = 0.0

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Keep an extent for the next batch, and send that if it is time to."""
        self._batch.append(_told(extent, rejected))
        now = time.monotonic()
        if now >= self._due or len(self._batch) >= _MOST:
            self._due = now + _INTERVAL
            self.flush()

    def finish(self) -> None:
        """Say so, with what is left."""
        self._batch.append(End())
        self.flush()

    def flush(self) -> None:
        """Send what was kept."""
        if self._batch:
            batch, self._batch = self._batch, []
            self._send(batch)


def draw(batch: Batch, picture: Picture) -> None:
    """Take a batch into a picture, as if the picture had seen its extents."""
    for each in batch:
        match each:
            case Sound():
                picture.map.mark(each.runs)
                picture.extents.add(each.offset, each.runs, each.blocks, is_sound=True)
                picture.placement.add(each.number, each.clusters)
            case Odd(extent, rejected):
                for visitor in (picture.map, picture.extents, picture.placement):
                    visitor.see_extent(extent, rejected)
            case End():
                picture.map.finish()


def _told(extent: Extent, rejected: Rejected) -> Sound | Odd:
    if (
        rejected
        or extent.faults
        or extent.holes
        or extent.is_displaced
        or extent.proved
        or extent.rotten
    ):
        odd = copy.copy(extent)
        odd.buffer = None
        return Odd(odd, rejected)
    header = extent.header
    return Sound(extent.number, extent.offset, header.block_count, header.runs, header.clusters)
