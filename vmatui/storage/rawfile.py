"""A device restored as a raw file, sparse and of the exact size.

Until it is complete it has a temporary name: the final name is never that of half a disk, and a
file that was there before stays untouched to the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from vmatui.storage.newfile import NewFile
from vmatui.storage.targets import target_error
from vmatui.storage.writing import cut


class RawFileTarget:
    """A new raw file, a `vmatui.storage.targets.Target`.

    Args:
        path: Its final place; a symbolic link there is refused.
        size: Bytes of the device.
        overwrite: A file at `path` may be replaced, once the new one is complete. It hands its
            owner and rights down; a file without predecessor is for its owner only.
    """

    is_threaded = True

    def __init__(self, path: Path, size: int, *, overwrite: bool = False) -> None:
        self.place = str(path)
        self.size = size
        self._file = NewFile(path, overwrite=overwrite)

    def open(self) -> None:
        """Create the file under its temporary name, all zero."""
        self._file.create()
        self._set_size()

    def start_over(self) -> None:
        """Create the file in the place of the unfinished one."""
        self._file.create_again()
        self._set_size()

    def reopen(self, identity: str) -> None:
        """Open the unfinished file, if it is the one that was left."""
        self._file.reopen(identity)

    @property
    def identity(self) -> str:
        """The number of the file in its file system."""
        return self._file.identity

    def prepare(self, tick: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        """Do nothing: a new file reads zero."""

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        """Write bytes from an offset on, up to the size."""
        try:
            self._file.writev(offset, cut(views, self.size - offset))
        except OSError as error:
            raise target_error(f"write at offset {offset} of", self.place, error) from error

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes of the file."""
        try:
            return os.pread(self._file.fd, length, offset)
        except OSError as error:
            raise target_error(f"read at offset {offset} of", self.place, error) from error

    def sync(self) -> None:
        """Wait until all bytes are on the disk."""
        self._file.sync()

    def finish(self) -> None:
        """Sync the file and give it its final name; its lock stays until `discard`."""
        self._file.publish()

    def discard(self) -> None:
        """Close the file and remove it, unless it is finished or kept."""
        self._file.discard()

    def suspend(self) -> None:
        """Close the file and leave it under its temporary name."""
        self._file.suspend()

    def keep_incomplete(self) -> str:
        """Sync and close the file and call it incomplete; return its path."""
        return self._file.keep_incomplete()

    def _set_size(self) -> None:
        try:
            os.ftruncate(self._file.fd, self.size)
        except (OSError, ValueError) as error:
            self.discard()
            raise target_error("create", self.place, error) from error
