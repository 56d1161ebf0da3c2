"""Small files that are read and replaced whole: whoever looks finds the old one or the new one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from vmatui.storage.publishing import replace, sync_folder

_MODE = 0o600


def read_small(path: Path, most: int) -> bytes | None:
    """Return what is in a file.

    Args:
        path: The file.
        most: Bytes; a larger file is not one of ours.

    Returns:
        None if there is no such file, or it is too large.

    Raises:
        OSError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return data if len(data) <= most else None


def write_small(path: Path, data: bytes) -> None:
    """Put a file in the place of the one that is there, in one step and for good.

    Raises:
        OSError: it cannot be written; the old one is still there.
    """
    temporary = path.with_name(f".{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(temporary, flags, _MODE)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def remove_small(path: Path) -> None:
    """Remove a file for good, if it is there.

    Raises:
        OSError: it cannot be removed.
    """
    path.unlink(missing_ok=True)
    sync_folder(path.parent)
