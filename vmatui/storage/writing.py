"""Writes many pieces to one place with as few system calls as the kernel allows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

MAX_PIECES: Final = os.sysconf("SC_IOV_MAX")
"""Most pieces that one system call takes; 1024 on Linux."""


def write_all(fd: int, offset: int, views: Sequence[memoryview]) -> int:
    """Write all bytes of all views, one after the other, from an offset in bytes on.

    Returns:
        How many bytes that were.

    Raises:
        OSError: the kernel refuses some of them; those before may have been written.
    """
    pending, end = without(views, 0), offset
    while pending:
        done = os.pwritev(fd, pending[:MAX_PIECES], end)
        end += done
        pending = without(pending, done)
    return end - offset


def without(views: Sequence[memoryview], count: int) -> list[memoryview]:
    """Return the views less their first `count` bytes; the first one left is not empty."""
    for index, view in enumerate(views):
        if count < len(view):
            return [view[count:], *views[index + 1 :]]
        count -= len(view)
    return []


def cut(views: Sequence[memoryview], length: int) -> list[memoryview]:
    """Return the views less what lies past their first `length` bytes (none if negative)."""
    kept = []
    for view in views:
        if length <= 0:
            break
        kept.append(view[:length])
        length -= len(view)
    return kept
