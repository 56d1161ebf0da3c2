"""The faults of a source, kept until the walk has gone past the bytes that they concern.

The source reads ahead of the extent that the walk looks at, by a header or by much more; a fault
counts for every extent that it touches, and is told when the last byte of it was passed.
"""

from __future__ import annotations

from typing import Final

from vmatui.storage.faults import SourceFault
from vmatui.storage.source import Source

Range = tuple[int, int]
"""First byte and the one behind the last."""

_CHECKSUM: Final = "stream-checksum"
"""The kind of a fault whose bytes are there, though a checksum says otherwise."""


class SpoiltBytes:
    """What is wrong with the bytes of a source around the place where the walk is.

    Args:
        source: Its faults are taken.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._faults: list[SourceFault] = []

    def look(self) -> bool:
        """Take what the source has found so far; return whether anything is known to be wrong."""
        self._faults += self._source.take_faults()
        return bool(self._faults)

    @property
    def settled(self) -> int:
        """Archive offset up to which no fault can cast doubt that was not told of."""
        doubtful = [fault.offset - fault.doubt for fault in self._faults]
        return min([self._source.settled, *doubtful])

    def holes(self, start: int, end: int) -> list[Range]:
        """Return the bytes that are not there, counted from `start`, an archive offset."""
        faults = [fault for fault in self._faults if fault.kind != _CHECKSUM]
        return _parts(faults, start, end)

    def doubts(self, start: int, header: int, end: int) -> list[Range]:
        """Return the payload bytes of an extent that are in doubt, counted from the first one.

        Where bytes of an extent are in doubt, so is the place of all that come after them in it;
        a block that is there and does not match its checksum casts doubt on itself alone.

        Args:
            start: Archive offset of the extent.
            header: Bytes of its header.
            end: Archive offset behind its payload.
        """
        lows = [
            fault.offset - fault.doubt
            for fault in self._faults
            if max(fault.offset - fault.doubt, start) < min(fault.offset, end)
        ]
        after = [(max(min(lows) - start - header, 0), end - start - header)] if lows else []
        blocks = [fault for fault in self._faults if fault.kind == _CHECKSUM]
        return after + _parts(blocks, start + header, end)

    def take_passed(self, offset: int | None) -> list[SourceFault]:
        """Return the faults that end before an archive offset, all of them for None; once."""
        told: list[SourceFault] = []
        left: list[SourceFault] = []
        for fault in self._faults:
            is_passed = offset is None or fault.offset + fault.length <= offset
            (told if is_passed else left).append(fault)
        self._faults = left
        return told


def _parts(faults: list[SourceFault], start: int, end: int) -> list[Range]:
    """Return the bytes of faults that lie in a stretch of the archive, counted from its start."""
    ranges = [(fault.offset, fault.offset + fault.length) for fault in faults]
    return [
        (max(low, start) - start, min(high, end) - start)
        for low, high in ranges
        if max(low, start) < min(high, end)
    ]
