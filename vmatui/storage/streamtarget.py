"""A device restored to standard output: a pipe from its start on, or a redirected file."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Sequence
from typing import Final

from vmatui.errors import TargetError
from vmatui.storage.streaming import write_on
from vmatui.storage.writing import cut, write_all

_STANDARD_OUTPUT: Final = 1
_ZEROS: Final = memoryview(bytes(1 << 20))


class StreamTarget:
    """Standard output, a `vmatui.storage.targets.Target`.

    Args:
        size: Bytes of the device.
        fd: What is written to; not closed.
    """

    def __init__(self, size: int, fd: int = _STANDARD_OUTPUT) -> None:
        self.place = "standard output"
        self.size = size
        self._fd = fd
        self._position = 0
        """Bytes of the device that have gone."""
        self._start: int | None = None
        """Where the device begins in a file that can be written in any order."""

    @property
    def is_pipe(self) -> bool:
        """Whether it must be written from its start on, once it is open."""
        return self._start is None

    def open(self) -> None:
        """Look at what it is; a redirected file gets the device's size."""
        try:
            if os.isatty(self._fd):
                raise TargetError("standard output is a terminal: pipe it on or redirect it")
            is_file = stat.S_ISREG(os.fstat(self._fd).st_mode)
            # What is opened to append writes at its end, whatever it is told.
            if is_file and not fcntl.fcntl(self._fd, fcntl.F_GETFL) & os.O_APPEND:
                self._start = os.lseek(self._fd, 0, os.SEEK_CUR)
        except OSError as error:
            raise self._error(error) from error

    def prepare(self, tick: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        """Cut off what a redirected file holds from here on; then it reads zero."""
        if self._start is not None:
            try:
                os.ftruncate(self._fd, self._start)
                os.ftruncate(self._fd, self._start + self.size)
            except OSError as error:
                raise self._error(error) from error

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        """Write bytes from an offset on, up to the size; a pipe gets zeros for what was left out.

        Raises:
            TargetError: they cannot be written, or come too late for a pipe.
        """
        kept = cut(views, self.size - offset)
        try:
            if self._start is not None:
                write_all(self._fd, self._start + offset, kept)
                return
            if offset < self._position:
                raise TargetError(
                    f"the bytes at offset {offset} come after those at {self._position}, which "
                    "standard output cannot take back; restore to a file"
                )
            self._fill(offset)
            self._position += write_on(self._fd, kept)
        except OSError as error:
            raise self._error(error) from error

    def sync(self) -> None:
        """Wait until everything is on the disk, if it is a file."""
        if self._start is not None:
            try:
                os.fdatasync(self._fd)
            except OSError as error:
                raise self._error(error) from error

    def finish(self) -> None:
        """Write what is left up to the size."""
        try:
            if self._start is None:
                self._fill(self.size)
            else:
                os.lseek(self._fd, self._start + self.size, os.SEEK_SET)
        except OSError as error:
            raise self._error(error) from error
        self.sync()

    def discard(self) -> None:
        """Do nothing: what has gone cannot be taken back, and standard output is not ours."""

    def keep_incomplete(self) -> str:
        """Leave a pipe short, so that its reader has a chance to see it."""
        self.sync()
        return self.place

    def _fill(self, end: int) -> None:
        while self._position < end:
            self._position += write_on(self._fd, [_ZEROS[: end - self._position]])

    def _error(self, error: OSError) -> TargetError:
        if isinstance(error, BrokenPipeError):
            return TargetError(
                f"standard output was closed by its reader at offset {self._position}; "
                "look there for the reason"
            )
        return TargetError(
            f"cannot write to standard output: {error.strerror}; choose another target"
        )
