"""Walks and restores that have come just as far as a picture wants."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from tests.tui.stepped import SteppedJob
from vmatui.engine.archivefacts import ArchiveFacts, reopen
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import Rejected, Visitor
from vmatui.errors import CancelledError
from vmatui.tui.jobs import JobFunction


class Halt(Visitor):
    """Ends a walk at an extent, as if the user had stopped it; a visitor."""

    def __init__(self, number: int) -> None:
        self._number = number

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """End the walk if this is the extent."""
        if extent.number == self._number:
            raise CancelledError("far enough")


def _paint(facts: ArchiveFacts, picture: Picture, stop_at: int) -> None:
    """Draw what a walk has drawn when it is at an extent."""
    with reopen(facts) as opened, suppress(CancelledError):
        verify(opened, visitors=(*picture.visitors, Halt(stop_at)))


def painting(job: SteppedJob, stop_at: int) -> Callable[..., JobFunction]:
    """Return what stands in for a walk or a restore that is at an extent."""

    def make(facts: ArchiveFacts, *arguments: object, **_options: object) -> JobFunction:
        for argument in arguments:
            if isinstance(argument, Picture):
                _paint(facts, argument, stop_at)
        return job()

    return make
