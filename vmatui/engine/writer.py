"""Writes what a walk finds to the targets, as fast as it may."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from vmatui.engine.checker import Rejected
from vmatui.engine.gather import gather_writes
from vmatui.engine.limit import Limiter
from vmatui.engine.walk import Extent, Gap
from vmatui.storage.targets import Target

_Writev = Callable[[int, Sequence[memoryview]], None]


class Writer:
    """Writes what the checker accepts to the targets; a visitor of the walk.

    Args:
        targets: Open targets by dev_id.
        limits: Bytes a second by dev_id, for targets that are written at most so fast.
        cancel: Ends a wait for a limit.
    """

    def __init__(
        self, targets: Mapping[int, Target], limits: Mapping[int, int], cancel: threading.Event
    ) -> None:
        self._writes: dict[int, _Writev] = {
            dev_id: target.writev
            if dev_id not in limits
            else _limited(target.writev, Limiter(limits[dev_id]), cancel)
            for dev_id, target in targets.items()
        }

    def see_gap(self, gap: Gap) -> None:
        """A gap has nothing to write."""

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Write the stored blocks of an extent."""
        if extent.buffer is None:
            return
        payload = extent.buffer.view
        for write in gather_writes(extent.header, rejected):
            writev = self._writes.get(write.dev_id)
            if writev is not None:
                writev(write.offset, [payload[start:end] for start, end in write.pieces])

    def finish(self) -> None:
        """Syncing is a step of its own."""


class Pace:
    """Holds a walk up as a limiter says, by the payload that it reads; a visitor of the walk."""

    def __init__(self, limiter: Limiter, cancel: threading.Event) -> None:
        self._limiter = limiter
        self._cancel = cancel

    def see_gap(self, gap: Gap) -> None:
        """A gap is nothing to wait for."""

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Wait until the payload may be handled."""
        self._limiter.wait(extent.present, self._cancel)

    def finish(self) -> None:
        """There is nothing left to wait for."""


def _limited(writev: _Writev, limiter: Limiter, cancel: threading.Event) -> _Writev:
    def write(offset: int, views: Sequence[memoryview]) -> None:
        limiter.wait(sum(map(len, views)), cancel)
        writev(offset, views)

    return write
