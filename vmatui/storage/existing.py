"""What targets share that are there already and stay what they are.

They are never truncated, renamed or removed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from vmatui.storage.destination import ZeroPolicy
from vmatui.storage.inplace import InPlace
from vmatui.storage.targets import size_problem, target_error
from vmatui.storage.writeout import WriteOut
from vmatui.storage.zeroing import make_zero

CLOSED: Final = -1
"""In place of a descriptor."""


class ExistingTarget(InPlace):
    """A file or block device that is there already; how it is opened and written is its own.

    Args:
        path: Where it is; symbolic links are followed.
        size: Bytes of the device to restore; what lies past them stays.
        zero: How it is made to read zero.
        allow_larger: Whether it may be more than `MAX_LARGER` larger.
    """

    is_threaded = True

    def __init__(
        self,
        path: Path,
        size: int,
        zero: ZeroPolicy = ZeroPolicy.DISCARD,
        *,
        allow_larger: bool = False,
    ) -> None:
        self.path = path
        self.place = str(path)
        self.size = size
        self._zero = zero
        self._allow_larger = allow_larger
        self._fd = CLOSED
        self._write_out = WriteOut()

    @property
    def identity(self) -> str:
        """The number of a file; the size of a device, whose name may change with every start."""
        status = os.fstat(self._fd)
        if stat.S_ISREG(status.st_mode):
            return str(status.st_ino)
        return str(os.lseek(self._fd, 0, os.SEEK_END))

    def prepare(self, tick: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        """Make it read zero up to the size."""
        try:
            make_zero(self._fd, self.size, self._zero, tick, cancelled)
        except OSError as error:
            raise target_error("write zeros to", self.place, error) from error

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes as they are now."""
        try:
            return os.pread(self._fd, length, offset)
        except OSError as error:
            raise target_error(f"read at offset {offset} of", self.place, error) from error

    def sync(self) -> None:
        """Wait until all bytes are on the disk, and not just in its cache."""
        try:
            self._write_out.sync(self._fd)
        except OSError as error:
            raise target_error("write all of", self.place, error) from error

    def discard(self) -> None:
        """Close it; what was there before cannot be brought back."""
        if self._fd != CLOSED:
            with suppress(OSError):
                os.close(self._fd)
            self._fd = CLOSED

    def _size_problem(self, room: int) -> str | None:
        return size_problem(room, self.size, allow_larger=self._allow_larger)
