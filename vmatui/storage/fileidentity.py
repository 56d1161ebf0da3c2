"""Tells whether a file is still the one that was read: what the file system says, and samples."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from vmatui.format.digests import new_digest

_SAMPLE: Final = 64 << 10
"""Bytes from the start, and as many from the end, that are looked at."""


def identify(path: Path) -> bytes | None:
    """Return a digest that another file, or a changed one, does not have.

    Returns:
        32 bytes; None for what is no regular file, or cannot be read.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            return None
        size = status.st_size
        told = status.st_dev, status.st_ino, size, status.st_mtime_ns, status.st_ctime_ns
        digest = new_digest()
        digest.update(repr(told).encode())
        for offset in (0, max(size - _SAMPLE, 0)):
            digest.update(os.pread(fd, _SAMPLE, offset))
        return digest.digest()
    except OSError:
        return None
    finally:
        os.close(fd)
