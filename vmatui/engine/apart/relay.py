"""Tells what a job finds to whom draws it, in this process or in another one."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from vmatui.engine.apart.strokes import Checked, Differing, Doubted, End, Odd, Sound, Stroke, Taken
from vmatui.engine.indexing.doubts import Doubts
from vmatui.engine.indexing.scout import Scout
from vmatui.engine.salvaging.salvager import TakenFunction
from vmatui.engine.walking.found import Extent, Gap
from vmatui.engine.walking.newextents import NewExtent
from vmatui.engine.walking.visitor import HeaderVisitor, Rejected, Visitor
from vmatui.format.extent import cluster_runs, slot_runs
from vmatui.format.header import Device
from vmatui.format.layout import BLOCK_SIZE, EXTENT_HEADER_SIZE

_INTERVAL: Final = 0.04
"""Seconds from one batch to the next: a screen draws no more often."""
_MOST: Final = 256
"""Strokes in a batch."""


class Relay:
    """Gathers strokes into batches.

    Args:
        send: Takes a batch.
        interval: Seconds from one batch to the next.
    """

    def __init__(self, send: Callable[[list[Stroke]], None], interval: float = _INTERVAL) -> None:
        self._send = send
        self._interval = interval
        self._batch: list[Stroke] = []
        self._due = 0.0

    def put(self, stroke: Stroke) -> None:
        """Keep a stroke for the next batch, and send that if it is time to."""
        self._batch.append(stroke)
        now = time.monotonic()
        if now >= self._due or len(self._batch) >= _MOST:
            self._due = now + self._interval
            self.flush()

    def flush(self) -> None:
        """Send what was kept."""
        if self._batch:
            batch, self._batch = self._batch, []
            self._send(batch)


def walked(relay: Relay, devices: Sequence[Device]) -> tuple[Visitor, Visitor]:
    """Return visitors of a walk that have its archive drawn.

    Args:
        relay: Is told.
        devices: Of the archive.
    """
    scout = Scout(devices)
    return _Walked(relay, scout, Doubts(devices)), scout


class _Walked(HeaderVisitor):
    def __init__(self, relay: Relay, scout: Scout, doubts: Doubts) -> None:
        self._relay = relay
        self._scout = scout
        self._doubts = doubts

    def see_gap(self, gap: Gap) -> None:
        if ranges := self._doubts.take_gap(gap):
            self._relay.put(Doubted(ranges))

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        self._doubts.take_extent(extent, rejected)
        self._relay.put(_told(extent, rejected))

    def finish(self) -> None:
        self._relay.put(End(self._scout))


class Compared(HeaderVisitor):
    """A visitor of a comparison's walk that has it drawn what is compared.

    Args:
        relay: Is told.
        dev_ids: The devices that are compared.
    """

    def __init__(self, relay: Relay, dev_ids: Iterable[int]) -> None:
        self._relay = relay
        self._dev_ids = frozenset(dev_ids)

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Tell what is compared: all that the checker accepted."""
        runs = extent.accepted_runs(rejected)
        self._relay.put(Checked([run for run in runs if run[0] >> 32 & 0xFF in self._dev_ids]))

    def differ(self, dev_id: int, cluster: int, _blocks: int) -> None:
        """Tell that a target holds a cluster otherwise."""
        self._relay.put(Differing(dev_id, cluster))


class Written:
    """Has an archive drawn that is being created; hears of each of its extents.

    Args:
        relay: Is told.
        offset: Where the archive's first extent begins.
    """

    def __init__(self, relay: Relay, offset: int) -> None:
        self._relay = relay
        self._number = 0
        self._offset = offset

    def __call__(self, extent: NewExtent) -> None:
        """Tell of the next extent."""
        blocks, runs = sum(turn.blocks for turn in extent.turns), slot_runs(extent.slots)
        clusters = cluster_runs(runs)
        self._relay.put(Sound(self._number, self._offset, blocks, runs, clusters))
        self._number += 1
        self._offset += EXTENT_HEADER_SIZE + blocks * BLOCK_SIZE


def taking(relay: Relay) -> TakenFunction:
    """Return what has drawn what a salvage takes from all copies but the first."""
    return lambda runs, doubtful: relay.put(Taken(list(runs), list(doubtful)))


def _told(extent: Extent, rejected: Rejected) -> Sound | Odd:
    if (
        rejected
        or extent.faults
        or extent.holes
        or extent.doubts
        or extent.is_displaced
        or extent.proved
        or extent.rotten
    ):
        odd = copy.copy(extent)
        odd.buffer = None
        return Odd(odd, rejected)
    header = extent.header
    return Sound(extent.number, extent.offset, header.block_count, header.runs, header.clusters)
