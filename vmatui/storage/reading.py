"""Opens and reads files and block devices whose bytes go into an archive."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from vmatui.errors import SourceError
from vmatui.storage.descriptor import STANDARD_INPUT

_SECTOR: Final = 512


def whole_sectors(size: int) -> int:
    """Return a size in bytes as an archive carries it, rounded up (VMA format, device end)."""
    return -(-size // _SECTOR) * _SECTOR


def open_disk(path: Path) -> int:
    """Open a file or block device for reading and return its descriptor.

    Raises:
        SourceError: it is not there, may not be read, or is something else.
    """
    try:
        # Without O_NONBLOCK a FIFO would be waited for.
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        if str(path) == STANDARD_INPUT:
            what = "a disk cannot come from standard input"
            raise SourceError(f"{what}: name a file or a block device") from None
        raise SourceError(f"{path} does not exist: check the path") from None
    except PermissionError:
        raise SourceError(f"{path} may not be read by this user: try as root") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be opened: {error.strerror}") from None
    except ValueError:
        raise SourceError(f"{path} is no path that can exist: check it") from None
    mode = os.fstat(fd).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISBLK(mode)):
        os.close(fd)
        raise SourceError(f"{path} is neither a file nor a block device: name a disk image")
    return fd


def end_of(fd: int) -> int:
    """Return the size in bytes that a file or block device has now."""
    return os.lseek(fd, 0, os.SEEK_END)


def read_full(fd: int, offset: int, view: memoryview) -> int:
    """Read bytes from an offset on; return how many, fewer than asked only at the end.

    Raises:
        OSError: they cannot be read.
    """
    done = 0
    while done < len(view) and (got := os.preadv(fd, [view[done:]], offset + done)):
        done += got
    return done


def read_start(path: Path, length: int) -> bytes:
    """Read the first bytes of a file or block device, fewer than asked only at its end.

    Raises:
        SourceError: they cannot be read.
    """
    fd = open_disk(path)
    start = bytearray(length)
    try:
        got = read_full(fd, 0, memoryview(start))
    except OSError as error:
        raise read_error(path, 0, error.strerror) from error
    finally:
        os.close(fd)
    return bytes(start[:got])


def read_error(path: Path, offset: int, reason: str | None) -> SourceError:
    """Return the sentence for bytes of an image that cannot be read."""
    return SourceError(f"{path} cannot be read at offset {offset}: {reason}; check the disk")


def change_error(path: Path, before: int, after: int) -> SourceError:
    """Return the sentence for an image that became smaller or larger."""
    return SourceError(
        f"{path} changed from {before} to {after} bytes while it was read: "
        "stop whatever writes to it, or read a snapshot of it"
    )
