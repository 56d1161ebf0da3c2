"""gzip: members in a row (RFC 1952).

The members' framing and checksums are read here and only raw deflate data reach the library:
so all data before a wrong checksum are given, whichever library decodes. Of damaged deflate data
the last 32 KiB before they stop making sense are lost too. Behind damage the next member is looked
for, or a flush inside the member: a place where the compressor began a block at a whole byte.
`pigz --independent` does not look back past it, so decoding can begin there; pigz without that and
`gzip --rsyncable` do, and the rest of their member is lost. How much was lost is never known.
"""

from __future__ import annotations

import re
from typing import Final

from vmatui.storage.codecs.inflater import PIECE, SLICE, TRAILER, Inflater
from vmatui.storage.codecs.intake import Damage, DamagedStreamError, Decoded, Intake, Mark
from vmatui.storage.codecs.regain import Search, regained
from vmatui.storage.magic import GZIP

_HEADER_CHECKSUM, _EXTRA, _NAME, _COMMENT, _RESERVED = 0x02, 0x04, 0x08, 0x10, 0xE0
_FLUSH: Final = b"\x00\x00\xff\xff"
"""The lengths of an empty stored block, which begins and ends at a whole byte (RFC 1951, 3.2.4)."""
_MEMBER: Final = re.compile(
    # No reserved flag, any time, the extra flags there are, the operating systems there are.
    re.escape(GZIP) + rb"[\x00-\x1f].{4}[\x00\x02\x04][\x00-\x0d\xff]",
    re.DOTALL,
)
_MEMBER_OR_FLUSH: Final = re.compile(re.escape(_FLUSH) + b"|" + _MEMBER.pattern, re.DOTALL)
_REACH: Final = 10
_PATIENCE: Final = 1024
"""Places of each kind that do not decode, which a whole file may have. At every flush of a member
that looks back decoding fails."""


def decode(intake: Intake) -> Decoded:
    """Decode all members; zeros may follow the last one. Always True: gzip has checksums."""
    return (yield from _Stream(intake).decode())


class _Stream:
    """The members of one file."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._found: Inflater | None = None
        """What was found behind damage, its first bytes decoded."""
        self._near = Search(intake, _MEMBER_OR_FLUSH, _REACH, self._attempt, _PATIENCE)
        self._far = Search(intake, _MEMBER, _REACH, self._attempt, _PATIENCE)

    def decode(self) -> Decoded:
        while True:
            try:
                if self._found is None and self._intake.is_at_end():
                    return True
                yield from self._decode_next()
            except DamagedStreamError as error:
                self._found = self._near.next() or self._far.next()
                if self._found is not None:
                    yield regained(error.damage, None, self._found.start)
                for search in (self._near, self._far):
                    yield from search.gaps(error.damage)
                if self._found is None:
                    raise

    def _decode_next(self) -> Decoded:
        """Decode what was found, the member that starts here, or padding."""
        intake = self._intake
        found, self._found = self._found, None
        if found is None:
            if intake.offset and intake.look(len(GZIP)) != GZIP:
                _skip_padding(intake)
                return True
            _skip_header(intake)
            found = Inflater(intake, is_whole=True)
        yield from found.decode()
        yield from _check(intake, found)
        yield Mark.SETTLED
        return True

    def _attempt(self) -> Inflater | None:
        """Decode the start of what seems to start here; None if it makes no sense."""
        intake = self._intake
        is_flush = bytes(intake.look(len(_FLUSH))) == _FLUSH
        length = len(_FLUSH) if is_flush else _header_length(bytes(intake.look(SLICE)))
        if length is None:
            return None
        inflater = Inflater(intake, is_whole=not is_flush)
        return inflater if inflater.attempt(length) else None


def _skip_padding(intake: Intake) -> None:
    while rest := intake.look(PIECE):
        if bytes(rest).count(0) != len(rest):
            raise intake.damaged("what follows is neither gzip data nor padding with zeros")
        intake.skip(len(rest))


def _check(intake: Intake, member: Inflater) -> Decoded:
    """Compare the checksum and the length at a member's end."""
    trailer = TRAILER.unpack(intake.take(TRAILER.size))
    name = f"the checksum of the gzip member that ends at byte {intake.offset} of the file "
    if not member.is_whole:
        yield Damage("stream-checksum", name + "cannot be compared: some of its data are lost")
    elif trailer != (member.checksum, member.given & 0xFFFFFFFF):
        yield Damage("stream-checksum", name + "does not match its data")
    return True


def _header_length(head: bytes) -> int | None:
    """Return the length of the member header that some bytes start with, if it ends in them."""
    at = 0

    def read(length: int) -> bytes:
        nonlocal at
        at += length
        return head[at - length : at]

    intake = Intake(read, "gzip")
    try:
        _skip_header(intake)
    except DamagedStreamError:
        return None
    return intake.offset


def _skip_header(intake: Intake) -> None:
    flags = intake.take(10)[3]
    if flags & _RESERVED:
        raise intake.damaged("the gzip header has reserved flags")
    if flags & _EXTRA:
        intake.take(int.from_bytes(intake.take(2), "little"))
    if flags & _NAME:
        _skip_text(intake)
    if flags & _COMMENT:
        _skip_text(intake)
    if flags & _HEADER_CHECKSUM:
        intake.take(2)


def _skip_text(intake: Intake) -> None:
    while text := bytes(intake.look(SLICE)):
        end = text.find(0)
        intake.skip(len(text) if end < 0 else end + 1)
        if end >= 0:
            return
    raise intake.cut()
