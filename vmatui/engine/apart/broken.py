"""Faults of this program, on their way to somebody who can tell us of them."""

from __future__ import annotations

import traceback


class BrokenError(Exception):
    """A job in another process has ended with a fault; the message is that of `fault_of`."""


def fault_of(error: Exception) -> str:
    """Return what a fault of this program is, and where in it."""
    if isinstance(error, BrokenError):
        return str(error)
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{where.filename.rpartition('/')[2]}, line {where.lineno}"
    return f"{type(error).__name__}: {error} ({place})"
