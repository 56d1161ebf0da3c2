"""Writes to something that only goes forward: a pipe, standard output, a file from its start on."""

from __future__ import annotations

import os
import select
from collections.abc import Sequence

from vmatui.storage.writing import MAX_PIECES, without


def write_on(fd: int, views: Sequence[memoryview]) -> int:
    """Write all bytes of all views, one after the other, where the descriptor stands.

    Returns:
        How many bytes.

    Raises:
        OSError: some of them cannot be written; those before may have been.
    """
    total = 0
    pending = without(views, 0)
    while pending:
        try:
            done = os.writev(fd, pending[:MAX_PIECES])
        except BlockingIOError:  # another process may have made a shared pipe non-blocking
            _wait(fd)
        else:
            total += done
            pending = without(pending, done)
    return total


def _wait(fd: int) -> None:
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    poll.poll()
