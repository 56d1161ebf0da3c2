"""The mapfile of GNU ddrescue: which bytes of an image are good, in doubt, or missing.

The stretches cover the image from its first byte to its last, without overlap.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

Stretch = tuple[int, int, "MapStatus"]
"""Offset and length in bytes, and what is known of them."""


class MapStatus(StrEnum):
    """What ddrescue calls finished, non-scraped and bad."""

    FINISHED = "+"
    DOUBTFUL = "/"
    MISSING = "-"


def pack_mapfile(stretches: Iterable[Stretch]) -> bytes:
    """Return a mapfile; neighbours of one status are joined, empty stretches left out.

    Args:
        stretches: In order, each beginning where the last one ends.
    """
    joined: list[Stretch] = []
    for offset, length, status in stretches:
        if joined and joined[-1][2] is status:
            start, so_far, _ = joined.pop()
            joined.append((start, so_far + length, status))
        elif length:
            joined.append((offset, length, status))
    end = sum(length for _, length, _ in joined)
    lines = ["# Mapfile. Made by vmatui", "# current_pos  current_status  current_pass"]
    lines += [f"0x{end:08X}     +               1", "#      pos        size  status"]
    lines += [f"0x{offset:08X}  0x{length:08X}  {status}" for offset, length, status in joined]
    return "\n".join([*lines, ""]).encode()
