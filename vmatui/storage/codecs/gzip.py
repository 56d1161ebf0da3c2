"""gzip: members in a row (RFC 1952).

The members' framing and checksums are read here and only raw deflate data reach the library:
so all data before a wrong checksum are given, whichever library decodes.
"""

from __future__ import annotations

import struct
import zlib

from vmatui.storage.codecs.fast_zlib import library
from vmatui.storage.codecs.intake import Damage, Decoded, Intake
from vmatui.storage.magic import GZIP

_HEADER_CHECKSUM, _EXTRA, _NAME, _COMMENT, _RESERVED = 0x02, 0x04, 0x08, 0x10, 0xE0
_TRAILER = struct.Struct("<II")
_SLICE = 1 << 15
_PIECE = 1 << 15


def decode(intake: Intake) -> Decoded:
    """Decode all members; zeros may follow the last one. Always True: gzip has checksums."""
    yield from _decode_member(intake)
    while not intake.is_at_end():
        if intake.look(3) == GZIP:
            yield from _decode_member(intake)
        else:
            _skip_padding(intake)
    return True


def _skip_padding(intake: Intake) -> None:
    while rest := intake.look(_PIECE):
        if bytes(rest).count(0) != len(rest):
            raise intake.damaged("what follows is neither gzip data nor padding with zeros")
        intake.skip(len(rest))


def _decode_member(intake: Intake) -> Decoded:
    _skip_header(intake)
    decoder = library.decompressobj(wbits=-15)
    checksum = size = 0
    while not decoder.eof:
        packed = intake.look(_SLICE)
        try:
            piece = decoder.decompress(packed, _PIECE)
        except (zlib.error, library.error) as error:
            raise intake.damaged(str(error)) from None
        left = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
        intake.skip(len(packed) - len(left))
        if piece:
            checksum = library.crc32(piece, checksum)
            size += len(piece)
            yield piece
        elif not packed:
            raise intake.cut()
    if _TRAILER.unpack(intake.take(8)) != (checksum, size & 0xFFFFFFFF):
        yield Damage(
            "stream-checksum",
            f"the checksum of the gzip member that ends at byte {intake.offset} of the file "
            "does not match its data",
        )
    return True


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
    while text := bytes(intake.look(_SLICE)):
        end = text.find(0)
        intake.skip(len(text) if end < 0 else end + 1)
        if end >= 0:
            return
    raise intake.cut()
