"""The user's cache folder: small files that only save time, private and bounded together.

Whatever goes wrong with it goes unsaid: what is not found is made again, and what cannot be kept is
left.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

NO_CACHE: Final = "VMATUI_NO_CACHE"
"""Of the environment: anything in it keeps the cache from being read and written."""
MOST_KEPT: Final = 256 << 20
"""Bytes of all files together; those that were not used for longest go."""
MOST_OF_ONE: Final = 64 << 20
"""Bytes of one file."""

_UNFINISHED: Final = "tmp-"
_STALE: Final = 24 * 3600
"""Seconds after which a file that was never finished is left over from a crash."""
_WRITABLE_BY_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH


class CacheFolder:
    """A folder of files by name.

    Args:
        path: The folder; made when something is written.
        most: Bytes of all files together.
    """

    def __init__(self, path: Path, most: int = MOST_KEPT) -> None:
        self.path = path
        self._most = most

    def read(self, name: str) -> bytes | None:
        """Return what is in a file; None if there is none that this user has written."""
        try:
            if not _is_own(os.lstat(self.path), stat.S_ISDIR):
                return None
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            with open(os.open(self.path / name, flags), "rb") as file:  # noqa: PTH123
                if not _is_own(os.fstat(file.fileno()), stat.S_ISREG):
                    return None
                data = file.read(MOST_OF_ONE + 1)
                with suppress(OSError):
                    os.utime(file.fileno())
        except OSError:
            return None
        return data if len(data) <= MOST_OF_ONE else None

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Put a file in the place of the one that is there, if it is not too large.

        Args:
            name: Of the file.
            pieces: What it holds; they are no longer asked for when it becomes too large.
        """
        with suppress(OSError):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_own(os.lstat(self.path), stat.S_ISDIR):
                self._write(name, pieces)
                self._prune()

    def _write(self, name: str, pieces: Iterable[bytes]) -> None:
        from tempfile import mkstemp  # only who writes waits for it

        fd, temporary = mkstemp(prefix=_UNFINISHED, dir=self.path)
        try:
            with os.fdopen(fd, "wb") as file:
                for piece in pieces:
                    if file.tell() + len(piece) > min(MOST_OF_ONE, self._most):
                        raise OSError("too large to be kept")
                    file.write(piece)
            Path(temporary).replace(self.path / name)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise

    def _prune(self) -> None:
        """Remove what was not used for longest, and what was left over."""
        now = time.time()
        found: list[tuple[float, int, str]] = []
        with os.scandir(self.path) as files:
            for file in files:
                status = file.stat(follow_symlinks=False)
                if not file.name.startswith(_UNFINISHED):
                    found.append((status.st_mtime, status.st_size, file.path))
                elif now - status.st_mtime > _STALE:
                    Path(file.path).unlink(missing_ok=True)
        room = self._most
        for _, size, path in sorted(found, reverse=True):
            room -= size
            if room < 0:
                Path(path).unlink(missing_ok=True)


def cache_folder(environment: Mapping[str, str]) -> CacheFolder | None:
    """Return the folder that the environment names; None if there is to be none.

    Args:
        environment: As `os.environ`; of it `VMATUI_NO_CACHE`, `XDG_CACHE_HOME` and `HOME`.
    """
    if environment.get(NO_CACHE):
        return None
    base, home = Path(environment.get("XDG_CACHE_HOME", "")), Path(environment.get("HOME", ""))
    if not base.is_absolute():
        base = home / ".cache"
    return CacheFolder(base / "vmatui") if base.is_absolute() else None


def _is_own(status: os.stat_result, is_kind: Callable[[int], bool]) -> bool:
    """Whether it is of a kind, belongs to this user, and nobody else may write it."""
    mode = status.st_mode
    return is_kind(mode) and status.st_uid == os.geteuid() and not mode & _WRITABLE_BY_OTHERS
