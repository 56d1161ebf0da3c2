"""A device restored onto a block device, which is opened for us alone or not at all.

The device is never unlinked, renamed or truncated. Each page of it is written either past the page
cache or through it, never both ways, so that everybody reads the same afterwards.
"""

from __future__ import annotations

import errno
import mmap
import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from vmatui.errors import TargetError
from vmatui.storage.blockdev import PathFacts, inspect
from vmatui.storage.destination import ZeroPolicy
from vmatui.storage.targets import size_problem, target_error
from vmatui.storage.writing import cut, write_all
from vmatui.storage.zeroing import logical_block_size, make_zero

_CLOSED: Final = -1


class BlockTarget:
    """A whole block device, a `vmatui.storage.targets.Target`.

    Writes that are aligned go past the page cache (several times faster on most devices), all
    others through it.

    Args:
        path: The device; symbolic links are followed.
        size: Bytes of the device to restore.
        zero: How it is made to read zero.
        allow_larger: Whether the block device may be more than `MAX_LARGER` larger.
    """

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
        self._fd = _CLOSED
        self._direct = _CLOSED
        self._alignment = mmap.PAGESIZE

    def open(self) -> None:
        """Open the device for us alone."""
        if problem := self._problem(inspect(self.path)):
            raise TargetError(f"{self.path} {problem}")
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_EXCL | os.O_CLOEXEC)
            self._check_opened()
            self._alignment = max(mmap.PAGESIZE, logical_block_size(self._fd))
            self._direct = _open_direct(self._fd)
        except OSError as error:
            self.discard()
            raise target_error("open", self.path, error) from error
        except TargetError:
            self.discard()
            raise

    def prepare(self, tick: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        """Make the device read zero up to the size; what lies past it stays."""
        try:
            make_zero(self._fd, self.size, self._zero, tick, cancelled)
        except OSError as error:
            raise target_error("write zeros to", self.path, error) from error

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        """Write bytes from an offset on, up to the size."""
        kept = cut(views, self.size - offset)
        length = sum(len(view) for view in kept)
        try:
            if (offset | length) % self._alignment or not self._write_direct(offset, kept):
                write_all(self._fd, offset, kept)
        except OSError as error:
            raise target_error(f"write at offset {offset} of", self.path, error) from error

    def sync(self) -> None:
        """Wait until all bytes are on the disk, and not just in its cache."""
        try:
            os.fdatasync(self._fd)
        except OSError as error:
            raise target_error("write all of", self.path, error) from error

    def finish(self) -> None:
        """Sync and close the device."""
        self.sync()
        self.discard()

    def discard(self) -> None:
        """Close the device; what was on it before cannot be brought back."""
        for fd in (self._direct, self._fd):
            if fd != _CLOSED:
                with suppress(OSError):
                    os.close(fd)
        self._fd = self._direct = _CLOSED

    def keep_incomplete(self) -> str:
        """Sync and close the device, and return its path: it cannot have another name."""
        self.finish()
        return self.place

    def _check_opened(self) -> None:
        """Look again at what was opened: the name may lead elsewhere by now."""
        if not stat.S_ISBLK(os.fstat(self._fd).st_mode):
            raise TargetError(f"{self.path} is not a block device any more; choose another target")
        room = os.lseek(self._fd, 0, os.SEEK_END)
        if problem := size_problem(room, self.size, allow_larger=self._allow_larger):
            raise TargetError(f"{self.path} {problem}")

    def _problem(self, facts: PathFacts) -> str | None:
        """Return why a path must not be written as a block device, to be said after its name."""
        if facts.kind != "block" or facts.size is None:
            return "is not a block device; choose another target"
        if facts.occupation:
            return f"is {facts.occupation}; release it or choose another target"
        if facts.read_only:
            return "is read-only or not ours to write; choose another target"
        return size_problem(facts.size, self.size, allow_larger=self._allow_larger)

    def _write_direct(self, offset: int, views: Sequence[memoryview]) -> bool:
        """Write past the page cache; False where that cannot be done with these buffers."""
        if self._direct == _CLOSED:
            return False
        try:
            write_all(self._direct, offset, views)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return False
        return True


def _open_direct(fd: int) -> int:
    """Open the device behind a descriptor once more, past the page cache if it allows that."""
    try:
        return os.open(f"/proc/self/fd/{fd}", os.O_WRONLY | os.O_DIRECT | os.O_CLOEXEC)
    except OSError:
        return _CLOSED
