"""The mapfile of GNU ddrescue: which bytes of an image are good, in doubt, or missing.

The stretches cover the image from its first byte to its last, without overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

Stretch = tuple[int, int, "MapStatus"]
"""Offset and length in bytes, and what is known of them."""


class MapStatus(StrEnum):
    """What ddrescue calls finished, non-scraped and bad; ddrescueview shows each in a colour."""

    FINISHED = "+"
    DOUBTFUL = "/"
    MISSING = "-"


def iter_mapfile(size: int, stretches: Iterable[Stretch]) -> Iterator[str]:
    """Yield the lines of a mapfile; neighbours of one status are joined, empty stretches left out.

    Args:
        size: Bytes of the image.
        stretches: In order, each beginning where the last one ends.
    """
    yield "# Mapfile. Made by vmatui"
    yield "# current_pos  current_status  current_pass"
    yield f"0x{size:08X}     +               1"
    yield "#      pos        size  status"
    for offset, length, status in _joined(stretches):
        yield f"0x{offset:08X}  0x{length:08X}  {status}"


def _joined(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    start, so_far, known = 0, 0, MapStatus.FINISHED
    for offset, length, status in stretches:
        if status is not known:
            if so_far:
                yield start, so_far, known
            start, so_far, known = offset, 0, status
        so_far += length
    if so_far:
        yield start, so_far, known
