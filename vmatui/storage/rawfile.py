"""A device restored as a raw file, sparse and of the exact size.

Until it is complete it has a temporary name: the final name is never that of half a disk, and a
file that was there before stays untouched to the end.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from vmatui.errors import TargetError
from vmatui.storage.blockdev import inspect
from vmatui.storage.publishing import publish, publish_incomplete, replace
from vmatui.storage.targets import target_error
from vmatui.storage.writing import cut, write_all

_MODE: Final = 0o600
"""What is on a disk is nobody else's business."""
_CLOSED: Final = -1


def temporary_path(path: Path) -> Path:
    """Return the name that an output has until it is complete, beside its final one."""
    return path.with_name(f"tmp-{path.name}")


class RawFileTarget:
    """A new raw file, a `vmatui.storage.targets.Target`.

    Args:
        path: Its final place; a symbolic link there is refused.
        size: Bytes of the device.
        overwrite: A file at `path` may be replaced, once the new one is complete. It hands its
            owner and rights down; a file without predecessor is for its owner only.
    """

    def __init__(self, path: Path, size: int, *, overwrite: bool = False) -> None:
        self.path = path
        self.place = str(path)
        self.size = size
        self._overwrite = overwrite
        self._temporary = temporary_path(path)
        self._fd = _CLOSED
        self._owns_temporary = False

    def open(self) -> None:
        """Create the file under its temporary name, all zero."""
        if os.path.lexists(self.path):
            self._check_existing()
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._fd = os.open(self._temporary, flags, _MODE)
            self._owns_temporary = True
            os.ftruncate(self._fd, self.size)
        except FileExistsError:
            raise TargetError(
                "an unfinished output of an earlier restore is in the way: "
                f"{self._temporary}; remove it or choose another place"
            ) from None
        except (OSError, ValueError) as error:
            self.discard()
            raise target_error("create", self.path, error) from error

    def prepare(self, tick: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        """Do nothing: a new file reads zero."""

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        """Write bytes from an offset on, up to the size."""
        try:
            write_all(self._fd, offset, cut(views, self.size - offset))
        except OSError as error:
            raise target_error(f"write at offset {offset} of", self.path, error) from error

    def sync(self) -> None:
        """Wait until all bytes are on the disk."""
        try:
            os.fdatasync(self._fd)
        except OSError as error:
            raise target_error("write all of", self.path, error) from error

    def finish(self) -> None:
        """Sync and close the file and give it its final name."""
        try:
            if self._overwrite:
                self._inherit()
            self._sync_and_close()
            (replace if self._overwrite else publish)(self._temporary, self.path)
        except FileExistsError:
            raise TargetError(self._already_exists()) from None
        except OSError as error:
            raise target_error("finish", self.path, error) from error
        self._owns_temporary = False

    def discard(self) -> None:
        """Close the file and remove it, unless it is finished or kept."""
        with suppress(OSError):
            self._close()
        if self._owns_temporary:
            with suppress(OSError):
                self._temporary.unlink()
            self._owns_temporary = False

    def keep_incomplete(self) -> str:
        """Sync and close the file and call it incomplete; return its path."""
        try:
            self._sync_and_close()
            kept = publish_incomplete(self._temporary, self.path)
        except OSError as error:
            raise target_error("keep what there is of", self.path, error) from error
        self._owns_temporary = False
        return str(kept)

    def _check_existing(self) -> None:
        if not self._overwrite:
            raise TargetError(self._already_exists())
        facts = inspect(self.path)
        if self.path.is_symlink() or facts.kind != "file":
            raise TargetError(f"{self.path} is not a regular file; choose another place")
        if facts.occupation:
            raise TargetError(
                f"{self.path} is {facts.occupation}; release it or choose another place"
            )

    def _already_exists(self) -> str:
        return f"{self.path} exists already; choose another place or agree to overwrite it"

    def _inherit(self) -> None:
        """Take owner and rights of the file that is to be replaced, or stay private."""
        with suppress(OSError):
            old = self.path.lstat()
            os.fchown(self._fd, old.st_uid, old.st_gid)
            os.fchmod(self._fd, stat.S_IMODE(old.st_mode))

    def _sync_and_close(self) -> None:
        self.sync()
        self._close()

    def _close(self) -> None:
        if self._fd != _CLOSED:
            fd, self._fd = self._fd, _CLOSED
            os.close(fd)
