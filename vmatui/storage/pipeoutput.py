"""An archive on standard output or into a FIFO (or a character device such as a tape)."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from vmatui.errors import TargetError
from vmatui.storage.streaming import write_on

_STANDARD_OUTPUT: Final = 1
_CLOSED: Final = -1
_CANNOT_SYNC: Final = {errno.EINVAL, errno.ENOTSUP, errno.EROFS}
"""What the kernel says of a pipe."""


class PipeOutput:
    """Something that only goes forward, a `vmatui.storage.outputs.Output`.

    Args:
        path: A FIFO or character device, None for standard output.
    """

    def __init__(self, path: Path | None) -> None:
        self.name = "standard output" if path is None else str(path)
        self.written = 0
        self._path = path
        self._fd = _CLOSED

    def open(self) -> None:
        """Open it; a FIFO waits for its reader."""
        try:
            self._fd = _STANDARD_OUTPUT if self._path is None else _open(self._path)
            mode = os.fstat(self._fd).st_mode
        except OSError as error:
            self.discard()
            raise self._error("opened", error) from error
        if self._path is None and os.isatty(self._fd):
            raise TargetError("standard output is a terminal: pipe it on or redirect it to a file")
        if self._path is not None and not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)):
            self.discard()
            raise TargetError(f"{self.name} is not a FIFO any more; choose another name")

    def writev(self, views: Sequence[memoryview]) -> None:
        """Write, waiting for the reader."""
        try:
            self.written += write_on(self._fd, views)
        except OSError as error:
            raise self._error("written", error) from error

    def finish(self) -> None:
        """Sync what may be a file behind it, and close a FIFO."""
        try:
            _sync(self._fd)
        except OSError as error:
            raise self._error("written", error) from error
        self.discard()

    def discard(self) -> None:
        """Close a FIFO; standard output is not ours."""
        if self._fd not in (_CLOSED, _STANDARD_OUTPUT):
            with suppress(OSError):
                os.close(self._fd)
        self._fd = _CLOSED

    def _error(self, participle: str, error: OSError) -> TargetError:
        if isinstance(error, BrokenPipeError):
            return TargetError(
                f"{self.name} was closed by its reader before the end of the archive; "
                "look there for the reason"
            )
        return TargetError(
            f"{self.name} cannot be {participle}: {error.strerror}; choose another target"
        )


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)


def _sync(fd: int) -> None:
    try:
        os.fdatasync(fd)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
