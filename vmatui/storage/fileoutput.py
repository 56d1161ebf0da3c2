"""An archive as a new file: it has a temporary name until all of it is on the disk."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from vmatui.errors import TargetError
from vmatui.storage.claim import busy, check_named, claim, is_named
from vmatui.storage.newfile import temporary_path
from vmatui.storage.publishing import publish
from vmatui.storage.streaming import write_on
from vmatui.storage.targets import target_error
from vmatui.storage.writeout import WriteOut

_MODE: Final = 0o600
"""What is on a disk is nobody else's business."""
_CLOSED: Final = -1


class FileOutput:
    """A new file, a `vmatui.storage.outputs.Output`.

    Args:
        path: Its final place, where nothing may be.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self.written = 0
        self._path = path
        self._temporary = temporary_path(path)
        self._fd = _CLOSED
        self._owns_temporary = False
        self._write_out = WriteOut()

    def open(self) -> None:
        """Create the file under its temporary name."""
        if os.path.lexists(self._path):
            raise TargetError(self._already_exists())
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._fd = os.open(self._temporary, flags, _MODE)
            self._owns_temporary = True
            claim(self._fd)
        except FileExistsError:
            raise TargetError(
                busy(self._temporary, "create")
                or f"an unfinished archive is in the way: {self._temporary}; "
                "remove it or choose another name"
            ) from None
        except (OSError, ValueError) as error:
            raise target_error("create", self._path, error) from error

    def writev(self, views: Sequence[memoryview]) -> None:
        """Append to the file."""
        try:
            count = write_on(self._fd, views)
            self.written += count
            self._write_out.add(self._fd, count)
        except OSError as error:
            raise target_error("write", self._path, error) from error

    def finish(self) -> None:
        """Sync the file, give it its final name and close it."""
        try:
            self._write_out.sync(self._fd)
            check_named(self._fd, self._temporary, self._path)
            publish(self._temporary, self._path)
            self._owns_temporary = False
            # Not before: as long as it is open, its lock says that it is being written.
            self._close()
        except FileExistsError:
            raise TargetError(self._already_exists()) from None
        except OSError as error:
            raise target_error("finish", self._path, error) from error

    def discard(self) -> None:
        """Remove the file, unless it is finished, and close it."""
        with suppress(OSError):
            if self._owns_temporary and is_named(self._fd, self._temporary):
                self._temporary.unlink()
        self._owns_temporary = False
        with suppress(OSError):
            self._close()

    def _already_exists(self) -> str:
        return f"{self.name} exists already; archives are never overwritten, choose another name"

    def _close(self) -> None:
        if self._fd != _CLOSED:
            fd, self._fd = self._fd, _CLOSED
            os.close(fd)
