"""A new file that gets its final name only when it is complete.

A file that was there before stays untouched to the end; it hands its owner and rights down.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from vmatui.errors import TargetError
from vmatui.storage.blockdev import inspect
from vmatui.storage.claim import (
    busy,
    busy_error,
    check_named,
    claim,
    is_named,
    remove_abandoned,
)
from vmatui.storage.names import TEMPORARY
from vmatui.storage.publishing import publish, publish_incomplete, replace, take_back
from vmatui.storage.targets import target_error
from vmatui.storage.writeout import WriteOut
from vmatui.storage.writing import write_all

_MODE: Final = 0o600
"""What is on a disk is nobody else's business."""
_CLOSED: Final = -1


def temporary_path(path: Path) -> Path:
    """Return the name that an output has until it is complete, beside its final one."""
    return path.with_name(f"{TEMPORARY}{path.name}")


class NewFile:
    """A file under a temporary name.

    Args:
        path: Its final place; a symbolic link there is refused.
        overwrite: A file at `path` may be replaced, once the new one is complete.
    """

    def __init__(self, path: Path, *, overwrite: bool) -> None:
        self.path = path
        self.temporary = temporary_path(path)
        self.fd = _CLOSED
        """Open for reading and writing from `create` on."""
        self._overwrite = overwrite
        self._write_out = WriteOut()
        self._owns_temporary = False

    def create(self) -> None:
        """Create the file, empty.

        Raises:
            TargetError: something is in the way, or it cannot be created.
        """
        if os.path.lexists(self.path):
            self._check_existing()
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self.fd = os.open(self.temporary, flags, _MODE)
            self._owns_temporary = True
            claim(self.fd)
        except FileExistsError:
            raise TargetError(
                busy(self.temporary)
                or "an unfinished output of an earlier restore is in the way: "
                f"{self.temporary}; remove it or choose another place"
            ) from None
        except (OSError, ValueError) as error:
            raise target_error("create", self.path, error) from error

    def create_again(self) -> None:
        """Create the file in the place of the unfinished one.

        Raises:
            TargetError: that cannot be removed, another restore is writing to it, or as from
                `create`.
        """
        try:
            remove_abandoned(self.temporary)
        except BlockingIOError:
            raise busy_error(self.temporary) from None
        except OSError as error:
            raise target_error("remove", self.temporary, error) from error
        self.create()

    def reopen(self, identity: str) -> None:
        """Open the unfinished file, if it is the one that was left.

        Raises:
            TargetError: it is not, or another restore is writing to it.
        """
        # Its writer may be giving it its final name right now: nothing is taken back from it.
        if told := busy(self.temporary) or busy(self.path):
            raise TargetError(told)
        try:
            take_back(self.temporary, self.path, int(identity))
            self.fd = os.open(self.temporary, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            claim(self.fd)
            if self.identity != identity or not is_named(self.fd, self.temporary):
                raise OSError(errno.ESTALE, "it is not the file that the unfinished restore left")
        except BlockingIOError:
            self.suspend()
            raise busy_error(self.temporary) from None
        except OSError as error:
            self.suspend()
            raise target_error("go on with", self.temporary, error) from error
        self._owns_temporary = True

    @property
    def identity(self) -> str:
        """The number of the file in its file system."""
        return str(os.fstat(self.fd).st_ino)

    def suspend(self) -> None:
        """Close the file and leave it under its temporary name; never raises."""
        self._write_out.wait()
        with suppress(OSError):
            self._close()
        self._owns_temporary = False

    def write(self, data: bytes) -> None:
        """Write bytes from the start of the file on.

        Raises:
            TargetError: they cannot be written.
        """
        try:
            self.writev(0, [memoryview(data)])
        except OSError as error:
            raise target_error("write", self.path, error) from error

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        """Write bytes from an offset on.

        Raises:
            OSError: they cannot be written, or earlier ones cannot get to the disk.
        """
        self._write_out.add(self.fd, write_all(self.fd, offset, views))

    def sync(self) -> None:
        """Wait until all bytes are on the disk.

        Raises:
            TargetError: they could not all be written.
        """
        try:
            self._write_out.sync(self.fd)
        except OSError as error:
            raise target_error("write all of", self.path, error) from error

    def publish(self) -> None:
        """Sync the file and give it its final name.

        It stays open, and so locked, until `discard`: others of the same job may have no name yet,
        and nobody else may take it back meanwhile.

        Raises:
            TargetError: it is not complete under that name.
        """
        try:
            if self._overwrite:
                self._inherit()
            self.sync()
            check_named(self.fd, self.temporary, self.path)
            (replace if self._overwrite else publish)(self.temporary, self.path)
            self._owns_temporary = False
        except FileExistsError:
            raise TargetError(self._already_exists()) from None
        except OSError as error:
            raise target_error("finish", self.path, error) from error

    def keep_incomplete(self) -> str:
        """Sync the file, call it incomplete and close it; return its path.

        Raises:
            TargetError: it could not be written or named.
        """
        try:
            self.sync()
            check_named(self.fd, self.temporary, self.path)
            kept = publish_incomplete(self.temporary, self.path)
            self._owns_temporary = False
            self._close()
        except OSError as error:
            raise target_error("keep what there is of", self.path, error) from error
        return str(kept)

    def discard(self) -> None:
        """Remove the file, unless it has another name by now, and close it; never raises."""
        with suppress(OSError):
            if self._owns_temporary and is_named(self.fd, self.temporary):
                self.temporary.unlink()
        self._owns_temporary = False
        with suppress(OSError):
            self._close()

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
            os.fchown(self.fd, old.st_uid, old.st_gid)
            os.fchmod(self.fd, stat.S_IMODE(old.st_mode))

    def _close(self) -> None:
        if self.fd != _CLOSED:
            fd, self.fd = self.fd, _CLOSED
            os.close(fd)
