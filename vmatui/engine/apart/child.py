"""The process that does an errand: `python -m vmatui.engine.apart.child FD`.

It waits for one errand, does it, and ends. It does not outlive the process that it works for: what
a restore did so far can be taken up.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pickle import PicklingError

from vmatui.engine.apart.broken import fault_of
from vmatui.engine.apart.errand import Desk, Errand
from vmatui.engine.apart.relay import Relay
from vmatui.engine.apart.wire import Broke, Orders, Raised, Returned
from vmatui.engine.limit import Limiter
from vmatui.errors import VmaError


class _Office:
    """The end of the line here."""

    def __init__(self, line: Connection) -> None:
        self.limiter = Limiter()
        self.cancel = threading.Event()
        self._line = line
        self._relay = Relay(self.send)
        self._lock = threading.Lock()

    def do(self, errand: Errand[object]) -> Returned | Raised | Broke:
        """Do an errand."""
        desk = Desk(self.limiter, self.send, self.cancel)
        try:
            return Returned(errand.run(desk, self._relay))
        except VmaError as error:
            return Raised(error)
        except Exception as error:
            return Broke(fault_of(error))
        finally:
            self._relay.flush()

    def send(self, message: object) -> None:
        """Tell the other end something."""
        with self._lock:
            try:
                self._line.send(message)
            except OSError:
                os._exit(1)

    def answer(self, outcome: Returned | Raised | Broke) -> None:
        """Tell the other end how it went."""
        try:
            self.send(outcome)
        except (TypeError, AttributeError, PicklingError) as error:
            self.send(Broke(fault_of(error)))

    def listen(self) -> None:
        """Obey orders, and end at once when nobody can give any more."""
        while True:
            try:
                orders: Orders = self._line.recv()
            except (EOFError, OSError):
                os._exit(1)
            self.limiter.rate, self.limiter.is_paused = orders.rate, orders.is_paused
            if orders.is_cancelled:
                self.cancel.set()


def main(descriptor: int) -> None:
    """Do the errand that comes over a socket."""
    line = Connection(descriptor)
    office = _Office(line)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: office.cancel.set())
    try:
        errand: Errand[object] = line.recv()
    except (EOFError, OSError):
        return  # nothing was to be done
    threading.Thread(target=office.listen, daemon=True).start()
    office.answer(office.do(errand))


if __name__ == "__main__":
    main(int(sys.argv[1]))
