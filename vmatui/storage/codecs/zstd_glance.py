"""A look into one zstd frame that unpacks no more of it than up to what is asked for.

Its checksum is not reached; whoever needs that decodes the frame.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

from vmatui.storage.codecs.zstd_frame import LARGEST_BLOCK, LARGEST_HEADER, MAGIC, parse_header

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

_FIRST_READ: Final = 4096
"""Bytes, more than an extent header takes in a block of its own."""


class Glance:
    """Looks into a frame, forward only.

    Args:
        read_at: Reads up to a number of bytes at a place in the file.
        frame: Number of the frame.
        place: Where in the file it starts.
        stop: Where it ends.
        length: Bytes of data that it shall hold.
    """

    def __init__(
        self,
        read_at: Callable[[int, int], bytes],
        frame: int,
        place: int,
        stop: int,
        length: int,
    ) -> None:
        self.frame = frame
        self.at = 0
        """Bytes of data that were passed."""
        self._read_at = read_at
        self._place, self._stop = place, stop
        self._length = length
        self._step = _FIRST_READ
        self._decoder = ZstdDecompressor()

    def read(self, at: int, length: int) -> bytes | None:
        """Return data of the frame; None if they cannot be had or the frame is another one.

        Args:
            at: Where in the data they start, not before `self.at`.
            length: How many bytes, not past the end.
        """
        data = bytearray()
        try:
            while self.at < at + length:
                skipped = max(at - self.at, 0)
                most = skipped or at + length - self.at
                piece = self._decode(min(most, LARGEST_BLOCK))
                if piece is None:
                    return None
                self.at += len(piece)
                data += piece if not skipped else b""
        except (ZstdError, OSError):
            return None
        return bytes(data)

    def _decode(self, most: int) -> bytes | None:
        packed = b""
        if self._decoder.needs_input:
            packed = self._read_at(self._place, min(self._step, self._stop - self._place))
            if not packed or not self._is_expected(packed):
                return None
            self._place += len(packed)
            self._step = LARGEST_BLOCK
        elif self._decoder.eof:
            return None
        piece: bytes = self._decoder.decompress(packed, most)
        return piece

    def _is_expected(self, packed: bytes) -> bool:
        """Whether a frame that starts like this holds as much as it shall."""
        if self._step != _FIRST_READ:
            return True
        said = parse_header(packed[:LARGEST_HEADER]).content_size
        return packed[:4] == MAGIC and said in (None, self._length)
