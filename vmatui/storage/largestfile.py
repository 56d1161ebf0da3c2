"""Whether a file system can have a file as large as a disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

from vmatui.storage.paths import is_folder

_LARGE: Final = 1 << 40
"""Bytes; smaller files fit on every file system that can be asked."""


def holds_file_of(size: int, path: Path) -> bool:
    """Whether a file of so many bytes can be at a path; yes where that cannot be found out.

    A file without a name, which is gone at once, is given the size: it takes no space.

    Args:
        size: Bytes.
        path: Absolute; its folder need not be there yet.
    """
    if size < _LARGE:
        return True
    folder = next(parent for parent in path.parents if is_folder(parent))
    try:
        fd = os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600)
    except OSError:
        return True
    try:
        os.ftruncate(fd, size)
    except OSError as error:
        return error.errno != errno.EFBIG
    finally:
        os.close(fd)
    return True
