"""Has what was written go to the disk while more is written, so that little is left for the end."""

from __future__ import annotations

import os
import threading
from typing import Final

_STEP: Final = 64 << 20
"""Bytes that are worth a sync of their own."""


class WriteOut:
    """Syncs one file: now and then while one thread writes it, and when anybody asks for it."""

    def __init__(self) -> None:
        self._pending = 0
        self._thread: threading.Thread | None = None
        self._turn = threading.Lock()
        """One sync at a time: of two, the system tells only one that something failed."""
        self._error: OSError | None = None

    def add(self, fd: int, count: int) -> None:
        """Take note of bytes that were written.

        Raises:
            OSError: earlier ones cannot get to the disk.
        """
        self._pending += count
        if self._pending < _STEP or (self._thread is not None and self._thread.is_alive()):
            return
        self._tell()
        self._pending = 0
        # The file may be closed meanwhile, and its number be given to another.
        own = os.dup(fd)
        self._thread = threading.Thread(target=self._sync_own, args=(own,), name="vmatui-out")
        self._thread.start()

    def sync(self, fd: int) -> None:
        """Wait until all that was written is on the disk.

        Raises:
            OSError: some of it cannot get there, now or earlier.
        """
        self._sync(fd)
        self._tell()

    def wait(self) -> None:
        """Wait for the sync that runs: until it ends, the file is open and locked."""
        if self._thread is not None:
            self._thread.join()

    def _tell(self) -> None:
        if self._error is not None:
            raise self._error

    def _sync_own(self, fd: int) -> None:
        try:
            self._sync(fd)
        finally:
            os.close(fd)

    def _sync(self, fd: int) -> None:
        with self._turn:
            try:
                os.fdatasync(fd)
            except OSError as error:
                self._error = error
