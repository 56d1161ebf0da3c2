"""zstd: frames in a row, skippable ones between them, a checksum at a frame's end or none.

The blocks of a frame are told apart; where something is wrong, and from a pipe, they are handed to
the library one by one: so every block before a damaged one, and all data before a wrong checksum,
are given. Blocks lean on those before them, so after damage the rest of its frame is lost and the
next frame is looked for. How much was lost is known where the frame says its length and its end is
there, or where a seek table tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from vmatui.storage.codecs.intake import Damage, DamagedStreamError, Decoded, Intake
from vmatui.storage.codecs.regain import Search, regained
from vmatui.storage.codecs.seek_table import SeekTable, read_seek_table
from vmatui.storage.codecs.zstd_blocks import Frame
from vmatui.storage.codecs.zstd_frame import (
    LARGEST_BLOCK,
    LARGEST_HEADER,
    MAGIC,
    is_skippable,
    refusal,
)

_PATIENCE: Final = 4096
"""Places that look like a frame and are none, which a whole file may have."""
_MAGIC_PATTERN: Final = re.compile(re.escape(MAGIC))


def decode(intake: Intake) -> Decoded:
    """Decode all frames; True at the end if every one of them carries a checksum."""
    return (yield from _Stream(intake).decode())


class _Stream:
    """The frames of one file."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._frame: Frame | None = None
        """The frame that is decoded."""
        self._found: Frame | None = None
        """A frame behind damage, its first block decoded."""
        self._search = Search(intake, _MAGIC_PATTERN, len(MAGIC), self._attempt, _PATIENCE)
        self._ways = _PATIENCE
        """How many damaged frames may still be followed to their end in vain."""

    def decode(self) -> Decoded:
        has_checksums = True
        while True:
            try:
                if self._found is None and self._intake.is_at_end():
                    return has_checksums
                has_checksums &= yield from self._decode_next()
            except DamagedStreamError as error:
                yield from self._pass(error)

    def _decode_next(self) -> Decoded:
        """Decode the frame that was found, or the one that starts here."""
        self._frame, self._found = self._found or self._next_frame(), None
        if self._frame is None:
            return True
        has_checksum = yield from self._frame.decode()
        self._frame = None
        return has_checksum

    def _next_frame(self) -> Frame | None:
        """Return the frame that starts here; None behind one that holds no data."""
        intake = self._intake
        head = intake.look(LARGEST_HEADER)
        if is_skippable(head):
            _skip_frame(intake)
            return None
        if head[:4] != MAGIC:
            raise intake.damaged("no zstd frame starts here")
        told = refusal(head)
        if told:
            raise DamagedStreamError(Damage("stream-error", told))
        return Frame(intake)

    def _pass(self, error: DamagedStreamError) -> Decoded:
        """Report damage and go to where decoding goes on.

        Raises:
            DamagedStreamError: nothing that can be decoded follows.
        """
        frame = self._frame
        start, given = (frame.start, frame.given) if frame else (self._intake.offset, 0)
        lost = frame.skip_rest() if frame and self._ways else None
        place = self._intake.offset
        if lost is None:
            self._ways = max(0, self._ways - 1)
            self._found = self._search.next()
            if self._found is None:
                yield from self._search.gaps(error.damage)
                raise error
            place = self._found.start
            lost = self._table_says(start, given, place)
        yield regained(error.damage, lost, place)
        yield from _zeros(lost or 0)
        yield from self._search.gaps(error.damage)
        self._frame = None
        return True

    def _attempt(self) -> Frame | None:
        frame = Frame(self._intake)
        return frame if frame.attempt() else None

    @cached_property
    def _table(self) -> SeekTable | None:
        return read_seek_table(self._intake.tail, self._intake.size)

    def _table_says(self, start: int, given: int, place: int) -> int | None:
        """Return how many archive bytes are lost, if a seek table tells.

        Args:
            start: Where in the file the damaged frame starts.
            given: Bytes of it that were decoded.
            place: Where in the file the next good frame starts.
        """
        if self._table is None:
            return None
        before, after = self._table.offset_of(start), self._table.offset_of(place)
        if before is None or after is None or after < before + given:
            return None
        return after - before - given


def _skip_frame(intake: Intake) -> None:
    left = int.from_bytes(intake.take(8)[4:], "little")
    while left:
        left -= len(intake.take(min(left, LARGEST_BLOCK)))


def _zeros(length: int) -> Iterator[bytes]:
    zeros = bytes(min(length, LARGEST_BLOCK))
    while length:
        piece = zeros[:length]
        length -= len(piece)
        yield piece
