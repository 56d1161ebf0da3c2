"""Places of a medium that cannot be read: which errors are of one place, and where it ends."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

STEP: Final = 4096
"""Length and alignment, in bytes, of the pieces in which an unreadable region is searched."""
_LONGEST_STEP: Final = 64 << 20
_MOST_TRIES: Final = 256
"""Pieces tried in a row: a dead disk is given up in parts, each of them a fault."""
_REGIONAL_ERRORS: Final = frozenset(
    {
        errno.EIO,
        errno.ENODATA,
        errno.EILSEQ,
        errno.EBADMSG,
        errno.EUCLEAN,
        errno.EREMOTEIO,
        errno.ETIMEDOUT,
    }
)


class UnreadableError(OSError):
    """Some bytes of a file cannot be read, and others may follow.

    Args:
        error: What the system said.
        length: How many they are, from where reading stood.
    """

    def __init__(self, error: OSError, length: int) -> None:
        super().__init__(error.errno, error.strerror)
        self.length = length


def is_regional(error: OSError) -> bool:
    """Whether an error is of one place on a medium; after any other nothing more can be read."""
    return error.errno in _REGIONAL_ERRORS


@contextmanager
def reading_singly(fd: int, offset: int) -> Iterator[None]:
    """Have the kernel read no more than it is asked for, from an offset on.

    Else it reads ahead, and all of that fails together, good bytes before a bad place with it.
    """
    _advise(fd, offset, os.POSIX_FADV_DONTNEED)
    _advise(fd, 0, os.POSIX_FADV_RANDOM)
    try:
        yield
    finally:
        _advise(fd, 0, os.POSIX_FADV_NORMAL)


def unreadable_from(fd: int, offset: int, end: int) -> int:
    """Return how many bytes from an offset on cannot be read; 0 if the first ones can.

    The further it goes the longer are its steps, so that its end is found soon, if not exactly.

    Args:
        fd: Of a seekable file.
        offset: Where reading failed.
        end: The file's size.

    Raises:
        OSError: nothing more can be read.
    """
    at, step = offset, STEP
    for _ in range(_MOST_TRIES):
        stop = min(at - at % STEP + step, end)
        if at >= end or _is_readable(fd, at, min(stop - at, STEP)):
            break
        at = stop
        if at - offset >= 16 * step:
            step = min(2 * step, _LONGEST_STEP)
    return at - offset


def _advise(fd: int, offset: int, advice: int) -> None:
    # A hint that a file system refuses changes nothing.
    with suppress(OSError):
        os.posix_fadvise(fd, offset, 0, advice)


def _is_readable(fd: int, offset: int, length: int) -> bool:
    try:
        os.pread(fd, length, offset)
    except OSError as error:
        if is_regional(error):
            return False
        raise
    return True
