"""A raw disk to read: a file, of which holes are skipped, or a block device."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from vmatui.storage.reading import (
    change_error,
    end_of,
    open_disk,
    read_error,
    read_full,
    whole_sectors,
)

_CLOSED: Final = -1


class RawImage:
    """A file or block device that is the disk byte for byte, a `vmatui.storage.images.Image`.

    Args:
        path: Symbolic links are followed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self.lies_on: tuple[str, ...] = ()
        self._true_size = 0
        self._fd = _CLOSED

    def open(self) -> None:
        """Open it and take its size."""
        self._fd = open_disk(self.path)
        try:
            self._true_size = end_of(self._fd)
            os.posix_fadvise(self._fd, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        except OSError as error:
            self.close()
            raise read_error(self.path, 0, error.strerror) from error
        self.size = whole_sectors(self._true_size)

    def extents(self, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Yield data and holes; all is data where the file system or device tells no holes."""
        while start < end:
            data = self._find(start, os.SEEK_DATA, end)
            if data > start:
                yield start, min(data, end), False
            if data >= end:
                return
            start = self._find(data, os.SEEK_HOLE, end)
            yield data, min(start, end), True

    def read_into(self, offset: int, view: memoryview) -> None:
        """Fill the view."""
        wanted = max(0, min(len(view), self._true_size - offset))
        try:
            got = read_full(self._fd, offset, view[:wanted])
        except OSError as error:
            raise read_error(self.path, offset, error.strerror) from error
        if got < wanted:
            raise change_error(self.path, self._true_size, offset + got)
        view[wanted:] = bytes(len(view) - wanted)

    def check_unchanged(self) -> None:
        """Compare the size now with the one before."""
        try:
            now = end_of(self._fd)
        except OSError as error:
            raise read_error(self.path, self._true_size, error.strerror) from error
        if now != self._true_size:
            raise change_error(self.path, self._true_size, now)

    def close(self) -> None:
        """Close the descriptor."""
        if self._fd != _CLOSED:
            fd, self._fd = self._fd, _CLOSED
            with suppress(OSError):
                os.close(fd)

    def _find(self, offset: int, what: int, end: int) -> int:
        """Return where the next data start or the next hole; where there is none, `end`.

        Only a hole makes a difference for what is read, so a place that cannot be looked at is
        data: reading it names the fault.
        """
        try:
            found = os.lseek(self._fd, offset, what)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return end
            return offset if what == os.SEEK_DATA else end
        # The last data reach into the sector that the size was rounded up to.
        return end if found >= self._true_size else found
