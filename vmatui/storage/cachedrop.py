"""Makes the next reads of a disk image come from the medium instead of this machine's memory."""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from vmatui.errors import SourceError
from vmatui.storage.reading import open_disk

_BLKFLSBUF: Final = 0x1261


def drop_cache(path: Path) -> None:
    """Write out what the kernel holds back of a file or block device, then have it forget the rest.

    Afterwards the kernel has no copy of its bytes, so what is read is what the layer below gives.
    That layer may still answer from memory: a disk's or controller's own cache, the host of a
    virtual machine, a network file system's server, ZFS, the file behind a loop device. Pages that
    another program has mapped or is just writing stay, further files that an image is based on are
    not touched, and a file system in memory has no medium.

    Args:
        path: Symbolic links are followed.

    Raises:
        SourceError: it cannot be opened, or something written to it before never reached it.
    """
    fd = open_disk(path)
    try:
        os.fsync(fd)
        if stat.S_ISBLK(os.fstat(fd).st_mode):
            # Needs rights that reading does not; the advice below does nearly the same.
            with suppress(PermissionError):
                fcntl.ioctl(fd, _BLKFLSBUF, 0)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    except OSError as error:
        raise SourceError(
            f"{path} does not hold all that was written to it: {error.strerror}; check the disk"
        ) from error
    finally:
        os.close(fd)
