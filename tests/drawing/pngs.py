"""Reads the PNG files that are written here: eight bits, RGB, no filters, sound checksums."""

from __future__ import annotations

import struct
import zlib

Pixel = tuple[int, ...]


def read_png(data: bytes) -> list[list[Pixel]]:
    """Return the rows of pixels."""
    assert data[:8] == bytes((137, 80, 78, 71, 13, 10, 26, 10))
    chunks = []
    at = 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length) == (zlib.crc32(kind + body),)
        chunks.append((kind, body))
        at += 12 + length
    assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
    width, height, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    assert rest == [8, 2, 0, 0, 0]
    lines = zlib.decompress(chunks[1][1])
    step = 1 + 3 * width
    assert len(lines) == step * height
    assert not any(lines[::step])
    return [
        [tuple(lines[place : place + 3]) for place in range(start + 1, start + step, 3)]
        for start in range(0, len(lines), step)
    ]
