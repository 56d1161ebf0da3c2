"""What the words for a rate mean: bytes a second, with a unit."""

from __future__ import annotations

import argparse
import re
from typing import Final

_RATE: Final = re.compile(r"(\d+)([KMGT]?)", re.IGNORECASE)
_UNITS: Final = ("", "K", "M", "G", "T")


def rate(word: str) -> int:
    """Return the bytes a second that `40M` or the like says.

    Raises:
        argparse.ArgumentTypeError: it says none.
    """
    found = _RATE.fullmatch(word)
    if found is None or not int(found.group(1)):
        raise argparse.ArgumentTypeError(f"{word!r} is no rate: write 40M or the like")
    return int(found.group(1)) << 10 * _UNITS.index(found.group(2).upper())
