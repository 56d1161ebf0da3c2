"""How values are said on screen: sizes, times, counts, and text that comes from outside.

Whatever an archive or a folder brings goes through `shown` before a terminal sees it.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final

import humanize

from vmatui.errors import printable

UNKNOWN: Final = "–"
"""Stands where nothing is known."""


def shown(text: str) -> str:
    """Return text from outside as one line without anything that a terminal would act on."""
    return printable(text)


def size_text(size: int | None) -> str:
    """Return a number of bytes as people say it, `32.0 GiB`."""
    if size is None:
        return UNKNOWN
    if size < 1024:
        return f"{size} B"
    return humanize.naturalsize(size, binary=True, format="%.1f")


def count_text(number: int) -> str:
    """Return a number with its thousands apart."""
    return humanize.intcomma(number)


def counted(number: int, noun: str) -> str:
    """Return `1 error`, `2 errors`."""
    return f"{count_text(number)} {noun}{'' if number == 1 else 's'}"


def time_text(seconds: float | None) -> str:
    """Return a moment in the local time zone, `2023-11-14 22:13`.

    Args:
        seconds: Since the epoch; an archive may claim any number.
    """
    if seconds is None:
        return UNKNOWN
    try:
        return datetime(*time.localtime(seconds)[:6]).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return "no such time"


def duration_text(seconds: float | None) -> str:
    """Return a span of time as a clock would show it, `1:02:03` or `0:41`."""
    if seconds is None:
        return UNKNOWN
    minutes, rest = divmod(round(min(seconds, 359_999_999)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def percent_text(part: float, whole: float) -> str:
    """Return a share in whole percent; 100 only when it is all, 0 only when it is none."""
    if whole <= 0:
        return UNKNOWN
    percent = round(100 * part / whole)
    if part < whole:
        percent = min(percent, 99)
    if part > 0:
        percent = max(percent, 1)
    return f"{percent} %"
