"""lzop: a header, then blocks of LZO1X data with their own checksums, then an end marker.

A block says how long it is, packed and unpacked, before its data, and leans on no other: so a
damaged one is passed and the data after it keep their place. Where the lengths themselves are
damaged, the next block whose checksum matches is looked for.
"""

from __future__ import annotations

import re
import struct
from contextlib import closing
from typing import Final

from vmatui.storage.codecs.fast_zlib import library
from vmatui.storage.codecs.intake import Damage, DamagedStreamError, Decoded, Intake, Mark
from vmatui.storage.codecs.lzop_ahead import BlocksAhead
from vmatui.storage.codecs.lzop_block import (
    LARGEST_BLOCK,
    LARGEST_HEADER,
    BlockHeader,
    has_checksums,
    has_lengths,
    parse_block,
)
from vmatui.storage.codecs.regain import Search, regained
from vmatui.storage.magic import LZOP

_LZO1X_METHODS = (1, 2, 3)
_FIRST_LONG_HEADER = 0x0940
"""The version since which the header says what it needs, the level and a 64-bit time."""
_EXTRA_FIELD, _FILTER, _HEADER_CRC32 = 0x40, 0x800, 0x1000
_END: Final = bytes(4)
_START: Final = re.compile(re.escape(LZOP) + rb"|\x00[\x00-\x10]..\x00[\x00-\x10]", re.DOTALL)
"""A part, or a block: two lengths up to `LARGEST_BLOCK`."""
_PATIENCE: Final = 1 << 14
"""Places that look like a block and are none, which a whole file may have."""


def decode(intake: Intake) -> Decoded:
    """Decode all parts; True at the end if every one of them carries checksums."""
    return (yield from _Stream(intake).decode())


class _Stream:
    """The parts of one file and their blocks."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._ahead = BlocksAhead(intake)
        self._flags = 0
        """Those of the last part."""
        self._is_in_part = False
        self._usual = 0
        """Length of the blocks of this file but the last of a part; 0 before the first one."""
        self._search = Search(intake, _START, len(LZOP), self._attempt, _PATIENCE)

    def decode(self) -> Decoded:
        with closing(self._ahead):
            return (yield from self._decode_all())

    def _decode_all(self) -> Decoded:
        are_checked = True
        while True:
            try:
                if self._is_in_part:
                    yield from self._decode_block()
                    if self._is_in_part and self._usual:
                        yield from self._ahead.decode(self._flags)
                elif self._intake.is_at_end():
                    return are_checked
                else:
                    yield from self._begin_part()
                    are_checked &= has_checksums(self._flags)
            except DamagedStreamError as error:
                yield from self._pass(error)

    def _begin_part(self) -> Decoded:
        intake = self._intake
        if intake.look(len(LZOP)) != LZOP:
            raise intake.damaged("no lzop header starts here")
        self._flags, is_sound = _read_header(intake)
        self._is_in_part = True
        if not is_sound:
            yield Damage(
                "stream-checksum",
                f"the lzop header that ends at byte {intake.offset} of the file "
                "does not match its checksum",
            )
        return True

    def _decode_block(self) -> Decoded:
        """Decode the next block, or take the end marker."""
        intake = self._intake
        head = intake.look(LARGEST_HEADER)
        if head[:4] == _END:
            intake.skip(4)
            self._is_in_part = False
            return True
        header = parse_block(head, self._flags)
        if header is None:
            raise _no_block(intake, head)
        packed = intake.look(header.end)[header.size :]
        if len(packed) < header.packed_length:
            yield from self._pass_unread_block(header)
            return True
        data = header.unpack(packed)
        if data is None or not header.proves(data, packed):
            yield from self._pass_block(header, data)
        else:
            self._usual = self._usual or header.length
            intake.skip(header.end)
            yield data
        yield Mark.SETTLED
        return True

    def _pass_block(self, header: BlockHeader, data: bytes | None) -> Decoded:
        """Go past a damaged block, if its header leads to another one.

        Args:
            header: The block's.
            data: What was decoded in spite of a wrong checksum, None if nothing was.

        Raises:
            DamagedStreamError: something else stands there.
        """
        intake = self._intake
        place = f"the lzop block at byte {intake.offset} of the file"
        following = intake.look(header.end + LARGEST_HEADER)[header.end :]
        is_last = not following or following[:4] == _END
        if not is_last and parse_block(following, self._flags) is None:
            raise intake.damaged("a block that cannot be decoded, and no other behind it")
        intake.skip(header.end)
        if data is not None:
            message = f"{place} does not match its checksum"
            yield Damage("stream-checksum", message, len(data))
            yield data
        elif is_last or header.length == (self._usual or header.length):
            message = f"{place} cannot be decoded: {header.length} bytes of zeros stand in for it"
            yield Damage("stream-error", message, header.length)
            yield bytes(header.length)
        else:
            damage = Damage("stream-error", f"{place} cannot be decoded")
            yield regained(damage, None, intake.offset)
        return True

    def _pass_unread_block(self, header: BlockHeader) -> Decoded:
        """Go past a block of which some bytes cannot be read, if its header leads to another one.

        Raises:
            DamagedStreamError: something else stands there, or nothing.
        """
        intake = self._intake
        error, end = intake.cut(), intake.offset + header.end
        if not intake.go_past_gap() or intake.offset > end:
            raise error
        following = intake.look(end - intake.offset + LARGEST_HEADER)[end - intake.offset :]
        is_usual = header.length == self._usual or following[:4] == _END
        if not is_usual or not (following[:4] == _END or parse_block(following, self._flags)):
            raise error
        intake.skip(end - intake.offset)
        yield regained(error.damage, header.length, end)
        yield bytes(header.length)
        yield Mark.SETTLED
        return True

    def _pass(self, error: DamagedStreamError) -> Decoded:
        """Report damage and go to the next block or part.

        Raises:
            DamagedStreamError: there is none.
        """
        is_block = self._search.next()
        if is_block is None:
            yield from self._search.gaps(error.damage)
            raise error
        self._is_in_part = is_block
        yield regained(error.damage, None, self._intake.offset)
        yield from self._search.gaps(error.damage)
        return True

    def _attempt(self) -> bool | None:
        """Whether a block starts here (True) or a part (False); None if neither does."""
        intake = self._intake
        head = intake.look(LARGEST_HEADER)
        if head[: len(LZOP)] == LZOP:
            return False
        header = parse_block(head, self._flags)
        if header is None:
            return None
        packed = intake.look(header.end)[header.size :]
        data = header.unpack(packed) if len(packed) == header.packed_length else None
        if data is None or not header.proves(data, packed):
            return None
        # Without a checksum only the length speaks for it.
        is_usual = header.packed_length < header.length == self._usual
        return True if header.checksums or is_usual else None


def _no_block(intake: Intake, head: memoryview) -> DamagedStreamError:
    if len(head) < LARGEST_HEADER and (len(head) < 8 or has_lengths(head)):
        return intake.cut()
    length, packed_length = struct.unpack_from(">II", head)
    return intake.damaged(
        f"a block of {packed_length} packed and {length} unpacked bytes; if `lzop -t FILE` "
        "has no objection, unpack it on the way with `lzop -dc FILE | vmatui ... -`"
    )


def _take_number(intake: Intake) -> int:
    return int.from_bytes(intake.take(4), "big")


def _read_header(intake: Intake) -> tuple[int, bool]:
    """Read a part's header; return its flags and whether its checksum matches."""
    intake.take(len(LZOP))
    fields = bytearray(intake.take(4))
    is_long = int.from_bytes(fields[:2], "big") >= _FIRST_LONG_HEADER
    fields += intake.take(8 if is_long else 5)
    method = fields[6] if is_long else fields[4]
    (flags,) = struct.unpack(">I", fields[-4:])
    if method not in _LZO1X_METHODS or flags & _FILTER:
        raise intake.damaged(f"lzop method {method} with flags {flags:#x} is not supported")
    # Mode, time, and the name with its length.
    fields += intake.take(12 if is_long else 8)
    fields += intake.take(1)
    fields += intake.take(fields[-1])
    compute = library.crc32 if flags & _HEADER_CRC32 else library.adler32
    is_sound = compute(fields) == _take_number(intake)
    if flags & _EXTRA_FIELD:
        _skip_extra_field(intake)
    return flags, is_sound


def _skip_extra_field(intake: Intake) -> None:
    left = _take_number(intake) + 4  # its checksum
    while left:
        left -= len(intake.take(min(left, LARGEST_BLOCK)))
