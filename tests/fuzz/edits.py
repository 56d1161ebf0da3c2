"""Edits of bytes that know nothing of what they mean: flips, cuts, moves, splices, noise."""

from __future__ import annotations

import random
from collections.abc import Callable

Edit = Callable[[bytearray, random.Random, bytes], None]
"""Changes the data in place; the bytes at the end are another archive, to take parts from."""

_SIZES = (1, 2, 4, 8, 16, 64, 511, 512, 513, 4095, 4096, 4608, 20_000)
_BYTES = (0x00, 0xFF, 0x7F, 0x80, 0x01, 0x20)


def place(data: bytearray, chance: random.Random) -> int:
    """Return an offset: anywhere, near the start, on a block's border, or by an extent's header."""
    size = len(data)
    match chance.randrange(6):
        case 0:
            at = chance.randrange(64)
        case 1:
            at = chance.randrange(size // 512 + 1) * 512
        case 2:
            at = data.find(b"VMAE", chance.randrange(size + 1)) + chance.randrange(-4, 520)
        case _:
            at = chance.randrange(size + 1)
    return max(0, min(at, size))


def _region(data: bytearray, chance: random.Random) -> slice:
    start = place(data, chance)
    return slice(start, min(len(data), start + chance.choice(_SIZES)))


def flip_bits(data: bytearray, chance: random.Random, _: bytes) -> None:
    for _number in range(chance.choice((1, 1, 1, 2, 8))):
        at = place(data, chance)
        if at < len(data):
            data[at] ^= 1 << chance.randrange(8)


def set_byte(data: bytearray, chance: random.Random, _: bytes) -> None:
    at = place(data, chance)
    if at < len(data):
        data[at] = chance.choice((*_BYTES, chance.randrange(256)))


def cut(data: bytearray, chance: random.Random, _: bytes) -> None:
    del data[place(data, chance) :]


def remove(data: bytearray, chance: random.Random, _: bytes) -> None:
    del data[_region(data, chance)]


def insert(data: bytearray, chance: random.Random, other: bytes) -> None:
    size = chance.choice(_SIZES)
    start = chance.randrange(len(other) + 1)
    new = chance.choice((bytes(size), chance.randbytes(size), other[start : start + size]))
    at = place(data, chance)
    data[at:at] = new


def overwrite(data: bytearray, chance: random.Random, other: bytes) -> None:
    region = _region(data, chance)
    size = region.stop - region.start
    start = chance.randrange(len(other) + 1)
    byte = bytes([chance.choice(_BYTES)])
    data[region] = chance.choice(
        (bytes(size), byte * size, chance.randbytes(size), other[start : start + size])
    )


def duplicate(data: bytearray, chance: random.Random, _: bytes) -> None:
    region = data[_region(data, chance)]
    at = place(data, chance)
    data[at:at] = region


def swap(data: bytearray, chance: random.Random, _: bytes) -> None:
    first, second = sorted((place(data, chance), place(data, chance)))
    size = min(chance.choice(_SIZES), second - first, len(data) - second)
    one, other = slice(first, first + size), slice(second, second + size)
    data[one], data[other] = data[other], data[one]


def splice(data: bytearray, chance: random.Random, other: bytes) -> None:
    at = place(data, chance)
    data[at:] = other[place(bytearray(other), chance) :]


def append(data: bytearray, chance: random.Random, other: bytes) -> None:
    data += chance.choice((other, chance.randbytes(chance.choice(_SIZES)), bytes(600)))


EDITS: tuple[Edit, ...] = (
    *(flip_bits, flip_bits, set_byte, set_byte, cut, remove, insert),
    *(overwrite, overwrite, duplicate, swap, splice, append),
)
