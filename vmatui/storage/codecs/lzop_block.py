"""One block of an lzop file: its header, its checksums, its data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from lzallright import LZOCompressor, LZOError

from vmatui.storage.codecs.fast_zlib import library

LARGEST_BLOCK: Final = 1 << 20
"""Four times what lzop writes. The format allows 64 MiB, but a hostile block grows up to
255 times its packed size before the library gives up on it."""
LARGEST_HEADER: Final = 24
"""Bytes of two lengths and four checksums."""
_DATA_ADLER32, _DATA_CRC32, _PACKED_ADLER32, _PACKED_CRC32 = 0x1, 0x100, 0x2, 0x200

_Checksum = Callable[[bytes | memoryview], int]
_DATA_CHECKSUMS: tuple[tuple[int, _Checksum], ...] = (
    (_DATA_ADLER32, library.adler32),
    (_DATA_CRC32, library.crc32),
)
_PACKED_CHECKSUMS: tuple[tuple[int, _Checksum], ...] = (
    (_PACKED_ADLER32, library.adler32),
    (_PACKED_CRC32, library.crc32),
)
_EVERY_CHECKSUM: Final = _DATA_ADLER32 | _DATA_CRC32 | _PACKED_ADLER32 | _PACKED_CRC32


def has_checksums(flags: int) -> bool:
    """Whether blocks of a part with these flags carry checksums."""
    return bool(flags & _EVERY_CHECKSUM)


class BlockHeader(NamedTuple):
    """What stands before a block's packed data."""

    size: int
    """Bytes of the header itself."""
    length: int
    """Bytes of the block's data."""
    packed_length: int
    checksums: tuple[int, ...]
    flags: int

    @property
    def end(self) -> int:
        """Bytes from the header's start to the next block's."""
        return self.size + self.packed_length

    def unpack(self, packed: memoryview) -> bytes | None:
        """Return the block's data, or None if they cannot be decoded."""
        if len(packed) == self.length:
            return bytes(packed)
        try:
            data = LZOCompressor.decompress(packed, self.length)
        except LZOError:
            return None
        return data if len(data) == self.length else None

    def proves(self, data: bytes, packed: memoryview) -> bool:
        """Whether the checksums match; those of the data alone decide where there are any."""
        computed = [compute(data) for flag, compute in _DATA_CHECKSUMS if self.flags & flag]
        if not computed:
            computed = [compute(packed) for flag, compute in _PACKED_CHECKSUMS if self.flags & flag]
        # A block that is stored as it is has no checksums of packed data.
        return list(self.checksums[: len(computed)]) == computed[: len(self.checksums)]


def has_lengths(head: memoryview) -> bool:
    """Whether the lengths with which a block starts make sense."""
    return 0 < _number(head, 4) <= _number(head, 0) <= LARGEST_BLOCK


def parse_block(head: memoryview, flags: int) -> BlockHeader | None:
    """Read a block's header from up to `LARGEST_HEADER` bytes; None if it makes no sense."""
    if not has_lengths(head):
        return None
    length, packed_length = _number(head, 0), _number(head, 4)
    kinds = _DATA_CHECKSUMS
    if packed_length < length:
        kinds += _PACKED_CHECKSUMS
    count = sum(1 for flag, _ in kinds if flags & flag)
    size = 8 + 4 * count
    if len(head) < size:
        return None
    checksums = tuple(_number(head, 8 + 4 * number) for number in range(count))
    return BlockHeader(size, length, packed_length, checksums, flags)


def _number(data: memoryview, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")
