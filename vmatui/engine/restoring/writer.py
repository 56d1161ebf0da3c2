"""Writes what a walk finds to the targets, as fast as it may."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import NamedTuple

from vmatui.engine.limit import Limiter
from vmatui.engine.restoring.gather import gather_writes
from vmatui.engine.restoring.parallelwrites import ParallelWrites, Writev
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.streamorder import InOrder
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import Rejected, Visitor
from vmatui.storage.blocktarget import BlockTarget
from vmatui.storage.streamtarget import StreamTarget
from vmatui.storage.targets import Target


class Writers(NamedTuple):
    """Who writes what a walk finds."""

    visitors: list[Visitor]
    parallel: ParallelWrites
    """What they have only begun to write when they have seen an extent."""


@contextmanager
def writing(
    plan: RestorePlan,
    targets: Mapping[int, Target],
    cancel: threading.Event,
    *,
    written: int = 0,
) -> Iterator[Writers]:
    """Write the devices of a walk to their targets.

    Args:
        plan: Says how fast each may be written.
        targets: Open, by dev_id.
        cancel: Ends a wait for a limit.
        written: How many extents an earlier restore has written already.

    Yields:
        Who does it.
    """
    with closing(ParallelWrites()) as parallel:
        yield Writers(_make_writers(plan, targets, cancel, written, parallel), parallel)


def _make_writers(
    plan: RestorePlan,
    targets: Mapping[int, Target],
    cancel: threading.Event,
    written: int,
    parallel: ParallelWrites,
) -> list[Visitor]:
    limiters = make_limiters(plan)
    writes: dict[int, Writev] = {}
    streams: list[Visitor] = []
    for planned in plan.restored:
        device, target = planned.device, targets[planned.device.dev_id]
        writev: Writev = target.writev
        if isinstance(target, BlockTarget):
            writev = parallel.of(writev)
        if (limiter := limiters.get(device.dev_id)) is not None:
            writev = _limited(writev, limiter, cancel)
        if isinstance(target, StreamTarget) and target.is_pipe:
            streams.append(InOrder(device, writev))
        else:
            writes[device.dev_id] = writev
    return [Writer(writes, parallel, written), *streams]


def make_limiters(plan: RestorePlan) -> dict[int, Limiter]:
    """Return what keeps the devices below their limits, by dev_id; a group shares one."""
    rates: dict[str | int, int] = {}
    groups: dict[int, str | int] = {}
    for planned in plan.restored:
        to, dev_id = planned.destination, planned.device.dev_id
        if to is not None:
            groups[dev_id] = group = to.group or dev_id
            if to.limit is not None:
                rates[group] = min(to.limit, rates.get(group, to.limit))
    limiters = {group: Limiter(rate) for group, rate in rates.items()}
    return {dev_id: limiters[group] for dev_id, group in groups.items() if group in limiters}


class Writer(Visitor):
    """Writes what the checker accepts to the targets; a visitor of the walk.

    Args:
        writes: How to write the stored bytes of each device, by dev_id.
        parallel: Goes on with those writes that were only begun.
        written: How many extents are left out, because they are written already.
    """

    def __init__(
        self, writes: Mapping[int, Writev], parallel: ParallelWrites, written: int = 0
    ) -> None:
        self._writes = writes
        self._parallel = parallel
        self._written = written

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Write the stored blocks of an extent, or begin to."""
        if extent.buffer is None or extent.number < self._written:
            return
        payload = extent.buffer.view
        for write in gather_writes(extent.header, rejected):
            writev = self._writes.get(write.dev_id)
            if writev is not None:
                writev(write.offset, [payload[start:end] for start, end in write.pieces])
        self._parallel.keep(extent.buffer)

    def finish(self) -> None:
        """Wait for the last writes."""
        self._parallel.settle()


class Pace(Visitor):
    """Holds a walk up as a limiter says, by the payload that it reads; a visitor of the walk."""

    def __init__(self, limiter: Limiter, cancel: threading.Event) -> None:
        self._limiter = limiter
        self._cancel = cancel

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Wait until the payload may be handled."""
        self._limiter.wait(extent.present if extent.buffer is not None else 0, self._cancel)


def _limited(writev: Writev, limiter: Limiter, cancel: threading.Event) -> Writev:
    def write(offset: int, views: Sequence[memoryview]) -> None:
        limiter.wait(sum(map(len, views)), cancel)
        writev(offset, views)

    return write
