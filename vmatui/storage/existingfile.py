"""A device restored into a raw file that is there already, as it is: same file, same size."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from vmatui.errors import TargetError
from vmatui.storage.blockdev import inspect
from vmatui.storage.destination import ZeroPolicy
from vmatui.storage.targets import size_problem, target_error
from vmatui.storage.writing import cut, write_all
from vmatui.storage.zeroing import make_zero

_CLOSED: Final = -1


class ExistingFileTarget:
    """A raw file that is never truncated, renamed or removed; a `vmatui.storage.targets.Target`.

    Args:
        path: The file; symbolic links are followed.
        size: Bytes of the device to restore; what lies past them in the file stays.
        zero: How it is made to read zero.
        allow_larger: Whether it may be more than `MAX_LARGER` larger.
    """

    def __init__(self, path: Path, size: int, zero: ZeroPolicy, *, allow_larger: bool) -> None:
        self.place = str(path)
        self.size = size
        self._path = path
        self._zero = zero
        self._allow_larger = allow_larger
        self._fd = _CLOSED

    def open(self) -> None:
        """Open the file."""
        if occupation := inspect(self._path).occupation:
            raise TargetError(f"{self.place} is {occupation}; release it or choose another place")
        try:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
            self._check_opened(os.fstat(self._fd))
        except OSError as error:
            raise target_error("open", self.place, error) from error
        except TargetError:
            self.discard()
            raise

    def prepare(self, tick: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        """Make the file read zero up to the size."""
        try:
            make_zero(self._fd, self.size, self._zero, tick, cancelled)
        except OSError as error:
            raise target_error("write zeros to", self.place, error) from error

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        """Write bytes from an offset on, up to the size."""
        try:
            write_all(self._fd, offset, cut(views, self.size - offset))
        except OSError as error:
            raise target_error(f"write at offset {offset} of", self.place, error) from error

    def sync(self) -> None:
        """Wait until all bytes are on the disk."""
        try:
            os.fdatasync(self._fd)
        except OSError as error:
            raise target_error("write all of", self.place, error) from error

    def finish(self) -> None:
        """Sync and close the file."""
        self.sync()
        self.discard()

    def discard(self) -> None:
        """Close the file; what was in it before cannot be brought back."""
        if self._fd != _CLOSED:
            with suppress(OSError):
                os.close(self._fd)
            self._fd = _CLOSED

    def keep_incomplete(self) -> str:
        """Sync and close the file, and return its path: it keeps its name."""
        self.finish()
        return self.place

    def _check_opened(self, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise TargetError(f"{self.place} is not a regular file; choose another place")
        if problem := size_problem(status.st_size, self.size, allow_larger=self._allow_larger):
            raise TargetError(f"{self.place} {problem}")
