"""A medium with bad places: reads that touch them fail as the kernel has them fail."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence

import pytest

from vmatui.storage.writing import cut


def break_medium(patch: pytest.MonkeyPatch, *bad: range) -> None:
    """Have all reads of some byte ranges fail with EIO, those by `os.sendfile` too.

    Like the kernel's, a read that begins before a bad place gives what stands before it.
    """
    real_read, real_pread, real_preadv = os.read, os.pread, os.preadv
    real_sendfile = os.sendfile

    def readable(offset: int, length: int) -> int:
        for place in bad:
            if offset < place.stop and place.start < offset + length:
                if offset >= place.start:
                    raise OSError(errno.EIO, os.strerror(errno.EIO))
                length = place.start - offset
        return length

    def read(fd: int, length: int) -> bytes:
        return real_read(fd, readable(os.lseek(fd, 0, os.SEEK_CUR), length))

    def pread(fd: int, length: int, offset: int) -> bytes:
        return real_pread(fd, readable(offset, length), offset)

    def preadv(fd: int, views: Sequence[memoryview], offset: int) -> int:
        length = readable(offset, sum(map(len, views)))
        return real_preadv(fd, cut(views, length), offset)

    def sendfile(out: int, fd: int, offset: int, length: int) -> int:
        return real_sendfile(out, fd, offset, readable(offset, length))

    patch.setattr(os, "sendfile", sendfile)
    patch.setattr(os, "read", read)
    patch.setattr(os, "preadv", preadv)
    patch.setattr(os, "pread", pread)
