"""Has what was written go to the disk while more is written, so that little is left for the end."""

from __future__ import annotations

import os
import threading
from typing import Final

_STEP: Final = 64 << 20
"""Bytes that are worth a sync of their own."""


class WriteOut:
    """Syncs one file now and then, in a thread; for one thread that writes."""

    def __init__(self) -> None:
        self._pending = 0
        self._thread: threading.Thread | None = None
        self._error: OSError | None = None

    def add(self, fd: int, count: int) -> None:
        """Take note of bytes that were written.

        Raises:
            OSError: earlier ones cannot get to the disk.
        """
        self._pending += count
        if self._pending < _STEP or (self._thread is not None and self._thread.is_alive()):
            return
        self._check()
        self._pending = 0
        # The file may be closed meanwhile, and its number be given to another.
        own = os.dup(fd)
        self._thread = threading.Thread(target=self._sync, args=(own,), name="vmatui-out")
        self._thread.start()

    def settle(self) -> None:
        """Wait for the sync that runs.

        Raises:
            OSError: what it was about cannot get to the disk. The system tells that only once.
        """
        if self._thread is not None:
            self._thread.join()
        self._check()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _sync(self, fd: int) -> None:
        try:
            os.fdatasync(fd)
        except OSError as error:
            self._error = error
        finally:
            os.close(fd)
