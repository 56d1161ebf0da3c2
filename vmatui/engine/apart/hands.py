"""Other processes for what is long, as far as there can be some."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from vmatui.engine.apart.errand import Desk, Errand
from vmatui.engine.apart.relay import Relay
from vmatui.engine.apart.strokes import Stroke
from vmatui.engine.indexing.picture import Picture

if TYPE_CHECKING:
    from vmatui.engine.apart.worker import Worker

Report = TypeVar("Report")


class Hands:
    """Has a process ready when one is wanted, because starting one takes a while."""

    def __init__(self) -> None:
        self._spare: Worker | None = None

    def prepare(self) -> None:
        """Start a process, unless one is waiting already or there can be none."""
        if self._spare is None:
            self._spare = _started()

    def take(self) -> Worker | None:
        """Return a process, or None if there can be none."""
        worker, self._spare = self._spare, None
        if worker is not None and not worker.is_waiting:
            worker.close()
            worker = None
        return worker or _started()


def carry_out(errand: Errand[Report], picture: Picture, desk: Desk, hands: Hands) -> Report:
    """Have an errand done in another process if there can be one, else in this one.

    Args:
        errand: What to do.
        picture: Is drawn meanwhile.
        desk: Says what the user wants, and hears of the progress.
        hands: Gives the process.

    Raises:
        VmaError: as the errand raises it, or the process was killed.
        BrokenError: the job has a fault.
    """
    worker = hands.take()
    if worker is None:
        return _done_here(errand, picture, desk)
    try:
        return worker.do(errand, picture, desk)
    finally:
        worker.close()


def _done_here(errand: Errand[Report], picture: Picture, desk: Desk) -> Report:
    def draw(batch: list[Stroke]) -> None:
        for stroke in batch:
            stroke.draw(picture)

    return errand.run(desk, Relay(draw, interval=0))


def _started() -> Worker | None:
    # With it comes what starts programs: nothing that a first screen should wait for.
    from vmatui.engine.apart.worker import Worker

    try:
        return Worker()
    except OSError:
        return None
