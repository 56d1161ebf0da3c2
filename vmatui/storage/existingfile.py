"""A device restored into a raw file that is there already, as it is: same file, same size."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

from vmatui.errors import TargetError
from vmatui.storage.blockdev import inspect
from vmatui.storage.existing import ExistingTarget
from vmatui.storage.targets import target_error
from vmatui.storage.writing import cut, write_all


class ExistingFileTarget(ExistingTarget):
    """A raw file that is written into, a `vmatui.storage.targets.Target`."""

    def open(self) -> None:
        """Open the file."""
        if occupation := inspect(self.path).occupation:
            raise TargetError(f"{self.place} is {occupation}; release it or choose another place")
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
            self._check_opened(os.fstat(self._fd))
        except OSError as error:
            raise target_error("open", self.place, error) from error
        except TargetError:
            self.discard()
            raise

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        """Write bytes from an offset on, up to the size."""
        try:
            count = write_all(self._fd, offset, cut(views, self.size - offset))
            self._write_out.add(self._fd, count)
        except OSError as error:
            raise target_error(f"write at offset {offset} of", self.place, error) from error

    def _check_opened(self, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise TargetError(f"{self.place} is not a regular file; choose another place")
        if problem := self._size_problem(status.st_size):
            raise TargetError(f"{self.place} {problem}")
