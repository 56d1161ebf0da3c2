"""The file name that a vmdk image has in itself, which must be the one that it has outside."""

from __future__ import annotations

import os
import struct
from typing import Final

_HEADER: Final = struct.Struct("<4sIIQQQQ")
"""Magic, version, flags, capacity, grain size, and where the descriptor is and how long."""
_MAGIC: Final = b"KDMV"
_SECTOR: Final = 512
_LARGEST: Final = 1 << 20


def rename_in_vmdk(fd: int, old: str, new: str) -> None:
    """Change the name of the only extent in the descriptor of a sparse vmdk image.

    Args:
        fd: The image, open for reading and writing.
        old: Its name now.
        new: A name that is not longer.

    Raises:
        OSError: it cannot be read or written.
    """
    magic, _, _, _, _, start, length = _HEADER.unpack(os.pread(fd, _HEADER.size, 0))
    if magic != _MAGIC or not 0 < length * _SECTOR <= _LARGEST:
        return
    text = os.pread(fd, length * _SECTOR, start * _SECTOR)
    changed = text.replace(os.fsencode(f'"{old}"'), os.fsencode(f'"{new}"'))
    os.pwrite(fd, changed.ljust(len(text), b"\0"), start * _SECTOR)
