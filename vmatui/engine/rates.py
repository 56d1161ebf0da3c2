"""What the words for a rate mean: bytes a second, with a unit."""

from __future__ import annotations

import re
from typing import Final

from vmatui.errors import UsageError

_RATE: Final = re.compile(r"([0-9]{1,15})([KMGT]?)", re.IGNORECASE)
_UNITS: Final = ("", "K", "M", "G", "T")


def parse_rate(word: str) -> int:
    """Return the bytes a second that `40M` or the like says; K is 1024.

    Raises:
        UsageError: it says none.
    """
    found = _RATE.fullmatch(word)
    if found is None or not int(found.group(1)):
        raise UsageError(f"{word!r} is no rate: write 40M or the like")
    return int(found.group(1)) << 10 * _UNITS.index(found.group(2).upper())


def rate_word(rate: int) -> str:
    """Return the shortest word that says a rate."""
    unit = 0
    while rate % 1024 == 0 and unit < len(_UNITS) - 1:
        rate //= 1024
        unit += 1
    return f"{rate}{_UNITS[unit]}"
