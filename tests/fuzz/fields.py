"""Edits of one field of the archive header or an extent header, with the md5 made right again.

Without the repair nearly all of them would end at the checksum, and nothing behind it be tried.
"""

from __future__ import annotations

import hashlib
import random
import struct

_FIXED_HEADER = 12288
_LARGEST_HEADER = 1 << 20
_HEADER_FIELDS = ((0, 4), (4, 4), (8, 8), (24, 8), (48, 4), (52, 4), (56, 4), (60, 4), (4092, 4))
_EXTENT_FIELDS = ((0, 4), (4, 2), (6, 2), (8, 8), (40, 2))


def edit_header(data: bytearray, chance: random.Random, _: bytes) -> None:
    """Change a field of the archive header, mostly with its md5 repaired."""
    if len(data) < _FIXED_HEADER:
        return
    at, size = _header_field(data, chance)
    _set(data, at, size, chance)
    if chance.randrange(8):
        (length,) = struct.unpack_from(">I", data, 56)
        if length <= _LARGEST_HEADER:
            data[32:48] = bytes(16)
            data[32:48] = hashlib.md5(data[:length]).digest()


def edit_extent(data: bytearray, chance: random.Random, _: bytes) -> None:
    """Change a field of an extent's header, mostly with its md5 repaired."""
    at = data.find(b"VMAE", chance.randrange(len(data) + 1))
    at = data.find(b"VMAE") if at < 0 else at
    if at < 0 or at + 512 > len(data):
        return
    field, size = _extent_field(chance)
    _set(data, at + field, size, chance)
    if chance.randrange(8):
        md5 = slice(at + 24, at + 40)
        data[md5] = bytes(16)
        data[md5] = hashlib.md5(data[at : at + 512]).digest()


def _header_field(data: bytearray, chance: random.Random) -> tuple[int, int]:
    entry = chance.randrange(256 if chance.randrange(4) == 0 else 6)
    match chance.randrange(6):
        case 0:
            return 2044 + 4 * entry, 4
        case 1:
            return 3068 + 4 * entry, 4
        case 2:
            field, size = chance.choice(((0, 4), (4, 4), (8, 8), (16, 8)))
            return 4096 + 32 * entry + field, size
        case 3:
            return min(_FIXED_HEADER + chance.randrange(200), len(data) - 1), 1
        case _:
            return chance.choice(_HEADER_FIELDS)


def _extent_field(chance: random.Random) -> tuple[int, int]:
    if chance.randrange(3) == 0:
        return chance.choice(_EXTENT_FIELDS)
    slot = 40 + 8 * chance.randrange(59 if chance.randrange(3) == 0 else 4)
    field, size = chance.choice(((0, 2), (2, 1), (3, 1), (4, 4)))
    return slot + field, size


def _set(data: bytearray, at: int, size: int, chance: random.Random) -> None:
    """Give a field a value on one of the borders where readers go wrong, or any."""
    size = min(size, len(data) - at)
    top = (1 << 8 * size) - 1
    old = int.from_bytes(data[at : at + size], "big")
    new = chance.choice(
        (
            *(0, 1, top, top >> 1, (top >> 1) + 1, old + 1, old - 1, old ^ 1, 2 * old, ~old),
            *(1 << chance.randrange(8 * size), old ^ 1 << chance.randrange(8 * size)),
            *(chance.randrange(300), chance.randrange(top + 1), old + 4096, old + 65536),
        )
    )
    data[at : at + size] = (new & top).to_bytes(size, "big")
