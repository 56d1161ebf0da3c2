"""Makes a block device read zero in the cheapest way that it knows.

Only whole logical blocks are given to the kernel; no byte at or past the size is touched.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
import sys
from collections.abc import Callable
from typing import Final

from vmatui.errors import CancelledError

_BLKSSZGET: Final = 0x1268
_BLKDISCARD: Final = 0x1277
_BLKZEROOUT: Final = 0x127F
_PUNCH_HOLE_KEEP_SIZE: Final = 3
CHUNK: Final = 64 << 20
"""Bytes between two looks at the cancel event: less than a second on a slow disk."""
_PIECE: Final = 1 << 20
_ZEROS: Final = bytes(_PIECE)


def logical_block_size(fd: int) -> int:
    """Return the smallest unit, in bytes, that a block device reads and writes."""
    answer = fcntl.ioctl(fd, _BLKSSZGET, bytes(4))
    return int.from_bytes(answer, sys.byteorder)


def zero_device(
    fd: int, size: int, tick: Callable[[int], None], cancelled: Callable[[], bool]
) -> None:
    """Make the first bytes of a block device read zero.

    Space is given back where the device can (so that a thin volume stays thin), zeros are written
    where it cannot.

    Args:
        fd: The block device, open for reading and writing without O_DIRECT.
        size: How many bytes, at most the device's size.
        tick: Gets the bytes that read zero so far, after each chunk.
        cancelled: Asked before each chunk.

    Raises:
        CancelledError: `cancelled` said so; part of the device is zero.
        OSError: the device cannot be written.
    """
    end = size - size % logical_block_size(fd)
    for start in range(0, end, CHUNK):
        if cancelled():
            raise CancelledError("stopped by the user")
        length = min(CHUNK, end - start)
        (
            _punch_hole(fd, start, length)
            or (discard(fd, start, length) and _reads_zero(fd, start, length))
            or _zero_out(fd, start, length)
            or write_zeros(fd, start, length)
        )
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


def write_zeros(fd: int, start: int, length: int) -> bool:
    """Write zeros from one small buffer, which works everywhere; always True.

    Raises:
        OSError: they cannot be written.
    """
    end = start + length
    while start < end:
        start += os.pwrite(fd, memoryview(_ZEROS)[: end - start], start)
    return True


def _punch_hole(fd: int, start: int, length: int) -> bool:
    """Give the range back; the kernel does it only where the device then surely reads zero."""
    if sys.maxsize < 1 << 32:  # offsets have another type there
        return False
    function = ctypes.CDLL(None).fallocate
    function.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    return bool(function(fd, _PUNCH_HOLE_KEEP_SIZE, start, length) == 0)


def _zero_out(fd: int, start: int, length: int) -> bool:
    return _range_ioctl(fd, _BLKZEROOUT, start, length)


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
