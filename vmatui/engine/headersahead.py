"""Asks the disk for the extent headers that come next, when only headers are walked."""

from __future__ import annotations

from typing import Final

from vmatui.format.layout import EXTENT_HEADER_SIZE
from vmatui.storage.source import Source

READ_AHEAD: Final = 128
"""Extent headers asked of the disk in advance."""


class HeadersAhead:
    """What was announced of one source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._announced = 0

    def announce(self, start: int, length: int) -> None:
        """Announce the next headers, guessing extents of one size.

        Args:
            start: Archive offset of a payload.
            length: Its bytes.
        """
        if start < self._announced:
            return
        step = EXTENT_HEADER_SIZE + length
        for number in range(1, READ_AHEAD + 1):
            self._source.advise(start - EXTENT_HEADER_SIZE + number * step, EXTENT_HEADER_SIZE)
        self._announced = start + (READ_AHEAD // 2) * step
