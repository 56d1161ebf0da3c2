"""Whose a file under a temporary name is: one process writes it, and holds its lock.

A lock ends with its process, so that what a killed one has left is nobody's.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import Final

from vmatui.errors import ReplacedError, TargetError
from vmatui.storage.inuse import identify, users_of

_NO_LOCKS: Final = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}
"""What a file system says that cannot lock: there only the names are compared in the end."""


def claim(fd: int) -> None:
    """Lock an open file for us alone, until it is closed.

    Raises:
        BlockingIOError: another one has it.
        OSError: it cannot be locked.
    """
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


def is_named(fd: int, path: Path) -> bool:
    """Whether a path still leads to the very file that is open."""
    try:
        there, ours = path.lstat(), os.fstat(fd)
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)


def check_named(fd: int, temporary: Path, final: Path) -> None:
    """Make sure that a file which is about to get its final name is the one that was written.

    Raises:
        ReplacedError: another one has its temporary name by now, or none.
    """
    if not is_named(fd, temporary):
        raise ReplacedError(
            f"{temporary} was removed or replaced while it was written, so {final} is not "
            "finished: see what else writes there, and begin anew"
        )


def remove_abandoned(path: Path) -> None:
    """Remove what nobody writes any more, if it is there.

    Raises:
        BlockingIOError: somebody does write it.
        OSError: it cannot be removed.
    """
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        fd = os.open(path, flags)
    except FileNotFoundError:
        return
    try:
        claim(fd)
        # Its writer may have given it its name, and another begun, before it was locked.
        if not is_named(fd, path):
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        path.unlink()
    finally:
        os.close(fd)


def busy(path: Path, job: str = "restore") -> str | None:
    """Return the sentence for a file that is being written or named, or None if it is not.

    Args:
        path: The file, or where none is.
        job: What may write it.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        fd = os.open(path, flags)
    except (OSError, ValueError):
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        # A file that was just given its final name is still known to the kernel by the other one.
        writers = users_of({identify(os.fstat(fd))}, os.path.realpath(path.parent))
        return _sentence(path, job, " and ".join(dict.fromkeys(writers)))
    except OSError:
        return None
    finally:
        os.close(fd)
    return None


def busy_error(path: Path) -> TargetError:
    """Return the sentence for a file that is locked by another restore."""
    return TargetError(busy(path) or _sentence(path, "restore", ""))


def _sentence(path: Path, job: str, who: str) -> str:
    return f"another {job} is writing to {path}: wait until {who or 'it'} has ended"
