"""A process that does an errand, seen from the one that wants it done."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import Final, TypeVar, cast

from vmatui.engine.apart.broken import BrokenError
from vmatui.engine.apart.errand import Desk, Errand
from vmatui.engine.apart.wire import Broke, Orders, Raised, Returned
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.progress import Progress
from vmatui.errors import VmaError

Report = TypeVar("Report")

_LOOK: Final = 0.05
"""Seconds between two looks at whether the user wants something else."""
_CHILD: Final = ("-P", "-m", "vmatui.engine.apart.child")


class Worker:
    """A process that waits for an errand.

    Raises:
        OSError: there can be no other process.
    """

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self._process = subprocess.Popen(
                [sys.executable or "", *_CHILD, str(theirs.fileno())],
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                # What the terminal sends to all in front of it is for the screen alone.
                start_new_session=True,
            )
            self._line = Connection(ours.detach())

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_waiting(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def close(self) -> None:
        """Let the process end, and wait until it has."""
        self._line.close()
        self._process.wait()

    def do(self, errand: Errand[Report], picture: Picture, desk: Desk) -> Report:
        """Have an errand done and return its report; to be called once.

        Args:
            errand: What to do.
            picture: Is drawn meanwhile.
            desk: Says what the user wants, and hears of the progress.

        Raises:
            VmaError: as the errand raises it, or the process was killed.
            BrokenError: the job has a fault.
        """
        try:
            return self._do(errand, picture, desk)
        except (EOFError, OSError) as error:
            raise VmaError(
                f"the process that did the work (number {self.pid}) was killed: see whether the "
                "machine ran out of memory, and begin again"
            ) from error

    def _do(self, errand: Errand[Report], picture: Picture, desk: Desk) -> Report:
        self._line.send(errand)
        given = Orders(None, is_paused=False, is_cancelled=False)
        while True:
            orders = _orders(desk)
            if orders != given:
                self._line.send(orders)
                given = orders
            if not self._line.poll(_LOOK):
                continue
            match self._line.recv():
                case list() as batch:
                    for stroke in batch:
                        stroke.draw(picture)
                case Progress() as progress:
                    desk.progress(progress)
                case Returned(report):
                    return cast(Report, report)
                case Raised(error):
                    raise error
                case Broke(told):
                    raise BrokenError(told)


def _orders(desk: Desk) -> Orders:
    return Orders(desk.limiter.rate, desk.limiter.is_paused, desk.cancel.is_set())
