"""zstd: frames in a row, skippable ones between them, a checksum at a frame's end or none.

The blocks of a frame are told apart here (RFC 8878, 3.1.1.2) and handed to the library one by
one: so every block before a damaged one, and all data before a wrong checksum, are given.
"""

from __future__ import annotations

import sys

from vmatui.storage.codecs.intake import Damage, DamagedStreamError, Decoded, Intake
from vmatui.storage.codecs.zstd_frame import (
    LARGEST_HEADER,
    MAGIC,
    is_skippable,
    parse_header,
    refusal,
)

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

_PIECE = 1 << 17
"""Bytes decoded at once: the most that one block holds."""
_RLE_BLOCK = 1


def decode(intake: Intake) -> Decoded:
    """Decode all frames; True at the end if every one of them carries a checksum."""
    has_checksums = True
    while not intake.is_at_end():
        head = intake.look(LARGEST_HEADER)
        if is_skippable(head):
            _skip_frame(intake)
        elif head[:4] == MAGIC:
            has_checksums &= yield from _decode_frame(intake)
        else:
            raise intake.damaged("no zstd frame starts here")
    return has_checksums


def _skip_frame(intake: Intake) -> None:
    left = int.from_bytes(intake.take(8)[4:], "little")
    while left:
        left -= len(intake.take(min(left, _PIECE)))


def _decode_frame(intake: Intake) -> Decoded:
    """Decode one frame; True at the end if it carries a checksum."""
    head = intake.look(LARGEST_HEADER)
    told = refusal(head)
    if told:
        raise DamagedStreamError(Damage("stream-error", told))
    header = parse_header(head)
    decoder = ZstdDecompressor()
    yield from _feed(decoder, intake, header.size)
    is_last = False
    while not is_last:
        word = int.from_bytes(intake.look(3), "little")
        is_last = bool(word & 1)
        size = 1 if word >> 1 & 3 == _RLE_BLOCK else word >> 3
        yield from _feed(decoder, intake, 3 + size)
    if header.has_checksum:
        yield from _check(decoder, intake)
    return header.has_checksum


def _feed(decoder: ZstdDecompressor, intake: Intake, length: int) -> Decoded:
    """Decode one part of a frame; of a cut one as much as is there."""
    packed = intake.look(length)
    left = packed
    try:
        while True:
            piece = decoder.decompress(left, _PIECE)
            if piece:
                yield piece
            if decoder.needs_input or decoder.eof:
                break
            left = packed[:0]
    except ZstdError as error:
        raise intake.damaged(str(error)) from None
    if len(packed) < length:
        raise intake.cut()
    intake.skip(length)
    return True


def _check(decoder: ZstdDecompressor, intake: Intake) -> Decoded:
    """Have the library compare the checksum behind the last block."""
    checksum = intake.take(4)
    try:
        decoder.decompress(checksum)
    except ZstdError:
        yield Damage(
            "stream-checksum",
            f"the checksum of the zstd frame that ends at byte {intake.offset} of the file "
            "does not match its data",
        )
    return True
