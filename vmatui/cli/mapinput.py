"""Reads the lines of `extract -r` from a FIFO, a file or standard input.

Who writes them was told on standard output what there is. While nothing comes, that is watched:
if nobody reads it any more, nobody will write the map either.
"""

from __future__ import annotations

import os
import select
import stat
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Final

from vmatui.errors import UsageError
from vmatui.storage.descriptor import STANDARD_INPUT

_MOST: Final = 1 << 20
"""Bytes of a map; 254 devices with the longest paths there are need less."""
_PIECE: Final = 64 << 10


def read_lines(where: str) -> Generator[str, None, None]:
    """Yield lines without their ends, as they come; one without an end is the last.

    Args:
        where: A FIFO or a file, or `-` for standard input. A FIFO may get its writer later.

    Raises:
        UsageError: It cannot be opened or read, or is too long for a map.
        BrokenPipeError: Nobody reads standard output any more.
    """
    rest, total = b"", 0
    with _opened(where) as fd:
        while piece := _read(fd, where):
            total += len(piece)
            if total > _MOST:
                raise UsageError(f"{_name(where)} goes on for over 1 MiB: that is no map")
            *lines, rest = (rest + piece).split(b"\n")
            yield from map(os.fsdecode, lines)
    if rest:
        yield os.fsdecode(rest)


@contextmanager
def _opened(where: str) -> Iterator[int]:
    if where == STANDARD_INPUT:
        yield 0
        return
    try:
        # Without waiting for a writer: that is done below, where more can be watched.
        fd = os.open(where, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"unable to open fifo {where}: {reason}; name a FIFO, a file, or -"
        ) from error
    try:
        yield fd
    finally:
        os.close(fd)


def _read(fd: int, where: str) -> bytes:
    try:
        _wait(fd)
        return os.read(fd, _PIECE)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(
            f"{_name(where)} cannot be read: {error.strerror}; name another"
        ) from error


def _wait(fd: int) -> None:
    """Wait for bytes or their end; on a new FIFO Linux says neither before a writer has come."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    if sys.stdout is not None and _is_pipe(1):
        poll.register(1, 0)
    if [number for number, _ in poll.poll()] == [1]:
        raise BrokenPipeError


def _is_pipe(fd: int) -> bool:
    return stat.S_ISFIFO(os.fstat(fd).st_mode)


def _name(where: str) -> str:
    return "standard input" if where == STANDARD_INPUT else where
