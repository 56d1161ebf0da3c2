"""Raw deflate data, decoded in small pieces, from a member's start or from a flush inside it."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from vmatui.storage.codecs.fast_zlib import library
from vmatui.storage.codecs.intake import Decoded, Intake
from vmatui.storage.magic import GZIP

SLICE: Final = 1 << 15
"""Packed bytes handed to the library at once."""
PIECE: Final = 1 << 15
"""Most bytes decoded at once, and so the most that is lost before data that make no sense."""
TRAILER: Final = struct.Struct("<II")
"""CRC32 and length, modulo 4 GiB, of a member's data (RFC 1952, 2.3.1)."""
_PROOF: Final = 1 << 15
"""Decoded bytes that prove a place found behind damage: as far back as deflate data look, and more
than lies between a flush before the damage and the damage itself, when it was not given."""


class Inflater:
    """Decodes deflate data up to their end.

    Args:
        intake: Stands where they start, or will after `attempt`.
        is_whole: Whether they are all of a member, so that its checksum counts.
    """

    def __init__(self, intake: Intake, *, is_whole: bool) -> None:
        self.is_whole = is_whole
        self.start = intake.offset
        """Where in the file they start, with what comes before them."""
        self.checksum = self.given = 0
        self._intake = intake
        self._decoder = library.decompressobj(wbits=-15)
        self._first: list[bytes] = []

    def attempt(self, skipped: int) -> bool:
        """Decode enough to know that this is deflate data, and take it; False if it is not.

        Args:
            skipped: Bytes before the data.
        """
        packed = self._intake.look(skipped + 2 * SLICE)
        rest: bytes | memoryview = packed[skipped:]
        try:
            while rest and self.given < _PROOF and not self._decoder.eof:
                self._first.append(self._inflate(rest))
                rest = self._rest()
        except (zlib.error, library.error):
            return False
        taken = len(packed) - len(rest)
        if self.given < _PROOF and not (self._decoder.eof and self._is_end(taken)):
            return False
        self._intake.skip(taken)
        return True

    def decode(self) -> Decoded:
        """Decode all, from where `attempt` ended or from the start."""
        yield from self._first
        self._first = []
        while not self._decoder.eof:
            packed = self._intake.look(SLICE)
            try:
                piece = self._inflate(packed)
            except (zlib.error, library.error) as error:
                raise self._intake.damaged(str(error)) from None
            self._take(packed)
            if piece:
                yield piece
            elif not packed:
                raise self._intake.cut()
        return True

    def _inflate(self, packed: bytes | memoryview) -> bytes:
        piece: bytes = self._decoder.decompress(packed, PIECE)
        self.checksum = library.crc32(piece, self.checksum)
        self.given += len(piece)
        return piece

    def _take(self, packed: memoryview) -> None:
        """Go past what was decoded of the packed bytes handed over last."""
        rest = self._rest()
        # The library reads some bytes ahead, and may have done so when it had those before.
        before = max(len(rest) - len(packed), 0)
        self._intake.give_back(rest[:before])
        self._intake.skip(len(packed) + before - len(rest))

    def _rest(self) -> bytes:
        """Return what was not decoded of the packed bytes handed over last."""
        decoder = self._decoder
        rest: bytes = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
        return rest

    def _is_end(self, length: int) -> bool:
        """Whether deflate data of this length, short as they are, end a member."""
        rest = self._intake.look(length + TRAILER.size + len(GZIP))[length:]
        if len(rest) < TRAILER.size:
            return False
        if self.is_whole:
            return TRAILER.unpack_from(rest) == (self.checksum, self.given)
        following = rest[TRAILER.size :]
        return not following or following == GZIP or following == bytes(len(following))
