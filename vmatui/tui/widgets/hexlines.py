"""How one line of a hex view looks: each byte has a kind and stands on a ground.

Bytes of equal looks are drawn in one piece. No byte of an archive reaches the terminal but as two
digits, or as itself if it is printable ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from rich.segment import Segment
from rich.style import Style

GROUP: Final = 8
"""Bytes between two wider gaps."""
_RUNS: Final = re.compile(rb"(.)\1*", re.DOTALL)


class Kind(IntEnum):
    """What a byte is; its colour."""

    ZERO = 0
    TEXT = 1
    OTHER = 2
    NOT_STORED = 3
    MISSING = 4
    UNREADABLE = 5
    DOUBTFUL = 6
    UNREAD = 7
    """Nobody has looked yet."""


class Ground(IntEnum):
    """What a byte stands on; its background."""

    PLAIN = 0
    HEADER = 1
    FIELD = 2
    FOUND = 3
    WRONG = 4
    CURSOR = 5


KINDS: Final = len(Kind)
_KINDS: Final = bytes(
    Kind.ZERO if not byte else Kind.TEXT if 0x20 <= byte < 0x7F else Kind.OTHER
    for byte in range(256)
)
_SHOWN: Final = bytes(byte if 0x20 <= byte < 0x7F else ord(".") for byte in range(256))
_DIGITS: Final[dict[int, str]] = {Kind.MISSING: "-- ", Kind.UNREADABLE: "?? ", Kind.UNREAD: "   "}
_ON: Final = {
    ground: bytes(code % KINDS + ground * KINDS if code < KINDS * len(Ground) else 0
                  for code in range(256))
    for ground in Ground
}  # fmt: skip
_AS: Final = {
    kind: bytes(code - code % KINDS + kind if code < KINDS * len(Ground) else 0
                for code in range(256))
    for kind in Kind
}  # fmt: skip


def looks_of(data: bytes) -> bytearray:
    """Return the looks of some bytes on plain ground, to be laid upon."""
    return bytearray(data.translate(_KINDS))


def lay_ground(looks: bytearray, start: int, end: int, ground: Ground) -> None:
    """Put bytes from `start` to `end` on a ground."""
    low, high = max(start, 0), max(end, 0)
    looks[low:high] = looks[low:high].translate(_ON[ground])


def lay_kind(looks: bytearray, start: int, end: int, kind: Kind) -> None:
    """Make bytes from `start` to `end` of a kind."""
    low, high = max(start, 0), max(end, 0)
    looks[low:high] = looks[low:high].translate(_AS[kind])


def width_of(columns: int, digits: int) -> int:
    """Return how wide a line is, with so many bytes, and digits of the offset."""
    return digits + 2 + 3 * columns + (columns - 1) // GROUP + 1 + columns


def columns_in(width: int, digits: int) -> int:
    """Return how many bytes a line of a width has."""
    return next((count for count in (32, 16) if width_of(count, digits) <= width), 8)


def byte_at(x: int, columns: int, digits: int) -> int | None:
    """Return which byte of a line stands at a screen column, be it as digits or as text."""
    start = digits + 2
    for byte in range(columns):
        at = start + 3 * byte + byte // GROUP
        if at <= x < at + 3:
            return byte
    text = x - (width_of(columns, digits) - columns)
    return text if 0 <= text < columns else None


class HexBrush:
    """Draws lines.

    Args:
        styles: By look, `Ground` times `KINDS` plus `Kind`.
        columns: Bytes of a line.
    """

    def __init__(self, styles: Sequence[Style], columns: int) -> None:
        self.ground = styles[Kind.OTHER]
        """What is drawn where no byte is."""
        self._styles = styles
        self._columns = columns

    def paint(self, data: bytes, looks: bytes) -> list[Segment]:
        """Return digits and text of a line; it may be shorter than others."""
        plain = self.ground
        digits, text = data.hex(" ") + " ", data.translate(_SHOWN).decode("ascii")
        segments, letters = list[Segment](), list[Segment]()
        for start in range(0, len(data), GROUP):
            for match in _RUNS.finditer(looks, start, min(start + GROUP, len(data))):
                low, high = match.span()
                ground, kind = divmod(looks[low], KINDS)
                style = self._styles[looks[low]]
                pairs, shown = digits[3 * low : 3 * high], text[low:high]
                if kind in _DIGITS:
                    pairs, shown = _DIGITS[kind] * (high - low), " " * (high - low)
                letters.append(Segment(shown, style))
                if ground == Ground.CURSOR:
                    segments += [Segment(pairs[:-1], style), Segment(" ", plain)]
                else:
                    segments.append(Segment(pairs, style))
            segments.append(Segment(" ", plain))
        rest = self._columns - len(data)
        if rest:
            gaps = (self._columns - 1) // GROUP - (len(data) - 1) // GROUP
            segments.append(Segment(" " * (3 * rest + gaps), plain))
        return segments + letters
