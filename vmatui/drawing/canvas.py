"""A picture of pixels: rectangles and text on it, and its bytes as a PNG (RFC 2083)."""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vmatui.drawing.font import HEIGHT, WIDTH, glyph
from vmatui.drawing.looks import channels

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEADER: Final = struct.Struct(">IIBBBBB")
_EIGHT_BITS, _RGB = 8, 2


class Canvas:
    """Pixels in one colour at first.

    Args:
        width: In pixels.
        height: In pixels.
        ground: `#rrggbb`, as all colours here.
    """

    def __init__(self, width: int, height: int, ground: str) -> None:
        self._pixels: NDArray[np.uint8] = np.empty((height, width, 3), np.uint8)
        self._pixels[:] = channels(ground)

    def fill(self, x: int, y: int, width: int, height: int, colour: str) -> None:
        """Fill a rectangle."""
        self._pixels[y : y + height, x : x + width] = channels(colour)

    def write(self, x: int, y: int, text: str, colour: str, scale: int) -> None:
        """Write text, its top left corner at a place; what does not fit in is cut off.

        Args:
            x: From the left.
            y: From the top.
            text: What the font does not have is a question mark.
            colour: Of the text.
            scale: Pixels of a dot of the font.
        """
        for number, char in enumerate(text):
            dots = np.repeat(np.repeat(glyph(char), scale, axis=0), scale, axis=1)
            left = x + number * advance(scale)
            part = self._pixels[y : y + HEIGHT * scale, left : left + WIDTH * scale]
            part[dots[: part.shape[0], : part.shape[1]]] = channels(colour)

    def png(self) -> bytes:
        """Return the picture as the bytes of a PNG file."""
        height, width, _ = self._pixels.shape
        lines = np.zeros((height, 1 + 3 * width), np.uint8)  # each after its filter: none
        lines[:, 1:] = self._pixels.reshape(height, 3 * width)
        return b"".join(
            [
                _SIGNATURE,
                _chunk(b"IHDR", _HEADER.pack(width, height, _EIGHT_BITS, _RGB, 0, 0, 0)),
                _chunk(b"IDAT", zlib.compress(lines.data, 6)),
                _chunk(b"IEND", b""),
            ]
        )


def advance(scale: int) -> int:
    """Return how many pixels a character takes with the gap behind it."""
    return (WIDTH + 1) * scale


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
