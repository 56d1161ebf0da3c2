"""A device restored onto a block device, which is opened for us alone or not at all.

The device is never unlinked, renamed or truncated. Each page of it is written either past the page
cache or through it, never both ways, so that everybody reads the same afterwards.
"""

from __future__ import annotations

import errno
import mmap
import os
import stat
from collections.abc import Sequence
from contextlib import suppress

from vmatui.errors import TargetError
from vmatui.storage.blockdev import PathFacts, inspect
from vmatui.storage.existing import CLOSED, ExistingTarget
from vmatui.storage.targets import target_error
from vmatui.storage.writing import cut, write_all
from vmatui.storage.zeroing import logical_block_size


class BlockTarget(ExistingTarget):
    """A whole block device, a `vmatui.storage.targets.Target`.

    Writes that are aligned go past the page cache (several times faster on most devices), all
    others through it.
    """

    _direct = CLOSED
    _alignment = mmap.PAGESIZE

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

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        """Write bytes from an offset on, up to the size."""
        kept = cut(views, self.size - offset)
        length = sum(len(view) for view in kept)
        try:
            if (offset | length) % self._alignment or not self._write_direct(offset, kept):
                write_all(self._fd, offset, kept)
        except OSError as error:
            raise target_error(f"write at offset {offset} of", self.path, error) from error

    def discard(self) -> None:
        """Close the device; what was on it before cannot be brought back."""
        if self._direct != CLOSED:
            with suppress(OSError):
                os.close(self._direct)
            self._direct = CLOSED
        super().discard()

    def _check_opened(self) -> None:
        """Look again at what was opened: the name may lead elsewhere by now."""
        if not stat.S_ISBLK(os.fstat(self._fd).st_mode):
            raise TargetError(f"{self.path} is not a block device any more; choose another target")
        room = os.lseek(self._fd, 0, os.SEEK_END)
        if problem := self._size_problem(room):
            raise TargetError(f"{self.path} {problem}")

    def _problem(self, facts: PathFacts) -> str | None:
        """Return why a path must not be written as a block device, to be said after its name."""
        if facts.kind != "block" or facts.size is None:
            return "is not a block device; choose another target"
        if facts.occupation:
            return f"is {facts.occupation}; release it or choose another target"
        if facts.read_only:
            return "is read-only or not ours to write; choose another target"
        return self._size_problem(facts.size)

    def _write_direct(self, offset: int, views: Sequence[memoryview]) -> bool:
        """Write past the page cache; False where that cannot be done with these buffers."""
        if self._direct == CLOSED:
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
        return CLOSED
