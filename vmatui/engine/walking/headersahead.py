"""Asks the disk for the extent headers that come next, when only headers are walked."""

from __future__ import annotations

from typing import Final

from vmatui.format.layout import EXTENT_HEADER_SIZE
from vmatui.storage.source import Source

READ_AHEAD: Final = 128
"""Extent headers asked of the disk in advance."""


class HeadersAhead:
    """What was announced of one source.

    Args:
        source: Can be seeked.
        end: Its archive size in bytes; nothing behind is asked for.
    """

    def __init__(self, source: Source, end: int) -> None:
        self._source = source
        self._end = end
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
        for offset in range(start + length, self._end, step)[:READ_AHEAD]:
            self._source.advise(offset, EXTENT_HEADER_SIZE)
        self._announced = start + (READ_AHEAD // 2) * step
