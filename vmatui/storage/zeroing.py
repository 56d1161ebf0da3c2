"""Makes a block device or a file read zero in the cheapest way that it knows.

Only whole logical blocks are given to the kernel; no byte at or past the size is touched.
"""

from __future__ import annotations

import fcntl
import os
import stat
import struct
import sys
from collections.abc import Callable
from typing import Final

from vmatui.errors import CancelledError
from vmatui.storage.destination import ZeroPolicy

_BLKSSZGET: Final = 0x1268
_BLKDISCARD: Final = 0x1277
_BLKZEROOUT: Final = 0x127F
_PUNCH_HOLE_KEEP_SIZE: Final = 0x03
_ZERO_RANGE_KEEP_SIZE: Final = 0x11
CHUNK: Final = 64 << 20
"""Bytes between two looks at the cancel event: less than a second on a slow disk."""
_PIECE: Final = 1 << 20
_ZEROS: Final = bytes(_PIECE)


def logical_block_size(fd: int) -> int:
    """Return the smallest unit, in bytes, that a block device reads and writes."""
    answer = fcntl.ioctl(fd, _BLKSSZGET, bytes(4))
    return int.from_bytes(answer, sys.byteorder)


def make_zero(
    fd: int,
    size: int,
    policy: ZeroPolicy,
    tick: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> None:
    """Make the first bytes of a block device or a file read zero.

    Args:
        fd: Open for reading and writing without O_DIRECT.
        size: How many bytes, at most the size of what is open.
        policy: Whether space is given back where that can be (so that a thin volume stays thin)
            or kept; zeros are written where neither can be. Sparse does nothing.
        tick: Gets the bytes that read zero so far, after each chunk.
        cancelled: Asked before each chunk.

    Raises:
        CancelledError: `cancelled` said so; some of it is zero.
        OSError: it cannot be written.
    """
    if policy is ZeroPolicy.SPARSE:
        return
    is_device = stat.S_ISBLK(os.fstat(fd).st_mode)
    end = size - size % logical_block_size(fd) if is_device else size
    zero = _give_back if policy is ZeroPolicy.DISCARD else _keep
    for start in range(0, end, CHUNK):
        if cancelled():
            raise CancelledError("stopped by the user")
        length = min(CHUNK, end - start)
        if not zero(fd, start, length):
            write_zeros(fd, start, length)
        tick(start + length)
    write_zeros(fd, end, size - end)
    tick(size)


def discard(fd: int, start: int, length: int) -> bool:
    """Tell a block device that a range is not needed; what it reads afterwards is not defined.

    Args:
        fd: The block device, open for writing.
        start: First byte, a multiple of the logical block size.
        length: Bytes, likewise.

    Returns:
        False if the device cannot do it.
    """
    return _range_ioctl(fd, _BLKDISCARD, start, length)


def write_zeros(fd: int, start: int, length: int) -> None:
    """Write zeros from one small buffer, which works everywhere.

    Raises:
        OSError: they cannot be written.
    """
    end = start + length
    while start < end:
        start += os.pwrite(fd, memoryview(_ZEROS)[: end - start], start)


def _give_back(fd: int, start: int, length: int) -> bool:
    return (
        _punch_hole(fd, start, length)
        or (discard(fd, start, length) and _reads_zero(fd, start, length))
        or _keep(fd, start, length)
    )


def _keep(fd: int, start: int, length: int) -> bool:
    return _zero_range(fd, start, length) or _zero_out(fd, start, length)


def _punch_hole(fd: int, start: int, length: int) -> bool:
    """Give the range back; the kernel does it only where it then surely reads zero."""
    return _fallocate(fd, _PUNCH_HOLE_KEEP_SIZE, start, length)


def _zero_range(fd: int, start: int, length: int) -> bool:
    return _fallocate(fd, _ZERO_RANGE_KEEP_SIZE, start, length)


def _zero_out(fd: int, start: int, length: int) -> bool:
    return _range_ioctl(fd, _BLKZEROOUT, start, length)


def _fallocate(fd: int, mode: int, start: int, length: int) -> bool:
    if sys.maxsize < 1 << 32:  # offsets have another type there
        return False
    import ctypes  # slow to load, and a new file is not zeroed

    function = ctypes.CDLL(None).fallocate
    function.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    return bool(function(fd, mode, start, length) == 0)


def _range_ioctl(fd: int, request: int, start: int, length: int) -> bool:
    try:
        fcntl.ioctl(fd, request, struct.pack("=QQ", start, length))
    except OSError:  # not supported, or a fault that writing zeros will meet and name
        return False
    return True


def _reads_zero(fd: int, start: int, length: int) -> bool:
    end = start + length
    while start < end:
        data = os.pread(fd, min(_PIECE, end - start), start)
        if not data or not _ZEROS.startswith(data):
            return False
        start += len(data)
    return True
