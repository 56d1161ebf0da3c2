"""Gives a finished file its name, and never takes another file's name away by accident."""

from __future__ import annotations

import errno
import os
from itertools import count
from pathlib import Path


def publish(temporary: Path, final: Path) -> None:
    """Rename a file to a name that is free.

    Raises:
        FileExistsError: the name is taken; both files are as they were.
        OSError: it cannot be renamed.
    """
    try:
        final.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: look first, then rename
        if os.path.lexists(final):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), final) from None
        temporary.rename(final)
    else:
        temporary.unlink()
    sync_folder(final.parent)


def incomplete_path(final: Path) -> Path:
    """Return the name that an output has whose archive turned out faulty."""
    return final.with_name(f"{final.name}.incomplete")


def publish_incomplete(temporary: Path, final: Path) -> Path:
    """Rename a file to "FINAL.incomplete", or "FINAL.incomplete-2" ... where that is taken.

    Returns:
        Its new path.

    Raises:
        OSError: it cannot be renamed.
    """
    first = incomplete_path(final)
    names = (first.name + (f"-{n}" if n > 1 else "") for n in count(1))
    while True:
        path = final.with_name(next(names))
        try:
            publish(temporary, path)
        except FileExistsError:
            continue
        return path


def replace(temporary: Path, final: Path) -> None:
    """Rename a file to a name, in one step in place of the file that has it now.

    Raises:
        OSError: it cannot be renamed.
    """
    temporary.replace(final)
    sync_folder(final.parent)


def take_back(temporary: Path, final: Path, inode: int) -> None:
    """Give a file its temporary name again, if its job was ended while it got the final one.

    Raises:
        OSError: it cannot be renamed.
    """
    if _inode_of(final) != inode:
        return
    if _inode_of(temporary) == inode:
        final.unlink()
    elif not os.path.lexists(temporary):
        final.rename(temporary)


def _inode_of(path: Path) -> int | None:
    try:
        return path.lstat().st_ino
    except FileNotFoundError:
        return None


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the file system can do that.

    Raises:
        OSError: they could not be written.
    """
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(fd)
