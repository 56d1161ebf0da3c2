"""A place as people type it: a number of a unit, or an offset in bytes."""

from __future__ import annotations

import re
from typing import Final

from vmatui.errors import UsageError, printable

_OFFSET: Final = re.compile(r"(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?", re.IGNORECASE)
_SHOWN: Final = 40
"""Characters of what was typed that a message repeats."""
_POWERS: Final = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}


def parse_place(text: str) -> tuple[int, bool]:
    """Return the number that was typed, and whether it is an offset in bytes.

    `170` is a unit's number; `0xaa0000`, `10G`, `1.5 TiB`, `4096B` are offsets in bytes.

    Raises:
        UsageError: it is neither.
    """
    typed = text.strip().replace("_", "").replace(",", "")
    if re.fullmatch(r"\d{1,18}", typed):
        return int(typed), False
    if re.fullmatch(r"0x[0-9a-fA-F]{1,16}", typed):
        return int(typed, 16), True
    match = _OFFSET.fullmatch(typed[:40])
    if match is None or not typed[-1].isalpha():
        told = printable(text.strip()[:_SHOWN]) or "nothing"
        raise UsageError(
            f"{told} is no place: type a number such as 170, or an offset in bytes such as "
            "0xaa0000 or 10G"
        )
    return int(float(match[1]) * (1 << _POWERS[match[2].lower()])), True
