"""lzop: a header, then blocks of LZO1X data with their own checksums, then an end marker.

A block says how long it is, packed and unpacked, before its data: so a damaged one is passed,
and the data after it keep their place.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from lzallright import LZOCompressor, LZOError

from vmatui.storage.codecs.fast_zlib import library
from vmatui.storage.codecs.intake import Damage, Decoded, Intake
from vmatui.storage.magic import LZOP

_LARGEST_BLOCK = 1 << 20
"""Four times what lzop writes. The format allows 64 MiB, but a hostile block grows up to
255 times its packed size before the library gives up on it."""
_LZO1X_METHODS = (1, 2, 3)
_FIRST_LONG_HEADER = 0x0940
"""The version since which the header says what it needs, the level and a 64-bit time."""
_EXTRA_FIELD, _FILTER, _HEADER_CRC32 = 0x40, 0x800, 0x1000
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


@dataclass(frozen=True, slots=True)
class _Block:
    """A block as it stands in the file: packed data, and what its checksums should be."""

    offset: int
    length: int
    packed: memoryview
    data_checksums: tuple[tuple[_Checksum, int], ...]
    packed_checksums: tuple[tuple[_Checksum, int], ...]

    def unpack(self) -> bytes | None:
        """Return the block's data, or None if they cannot be decoded."""
        if len(self.packed) == self.length:
            return bytes(self.packed)
        try:
            data = LZOCompressor.decompress(self.packed, self.length)
        except LZOError:
            return None
        return data if len(data) == self.length else None

    def is_sound(self, data: bytes) -> bool:
        """Whether the checksums match; those of the data alone decide where there are any."""
        if self.data_checksums:
            return all(compute(data) == value for compute, value in self.data_checksums)
        return all(compute(self.packed) == value for compute, value in self.packed_checksums)


def decode(intake: Intake) -> Decoded:
    """Decode all parts; True at the end if every one of them carries checksums."""
    has_checksums = True
    while not intake.is_at_end():
        if intake.look(len(LZOP)) != LZOP:
            raise intake.damaged("no lzop header starts here")
        flags, is_sound = _read_header(intake)
        if not is_sound:
            yield Damage(
                "stream-checksum",
                f"the lzop header that ends at byte {intake.offset} of the file "
                "does not match its checksum",
            )
        yield from _decode_blocks(intake, flags)
        checksums = (*_DATA_CHECKSUMS, *_PACKED_CHECKSUMS)
        has_checksums = has_checksums and any(flags & flag for flag, _ in checksums)
    return has_checksums


def _decode_blocks(intake: Intake, flags: int) -> Decoded:
    while block := _read_block(intake, flags):
        data = block.unpack()
        place = f"the lzop block at byte {block.offset} of the file"
        if data is None:
            message = f"{place} cannot be decoded: {block.length} bytes of zeros stand in for it"
            yield Damage("stream-error", message, block.length)
            yield bytes(block.length)
            continue
        if not block.is_sound(data):
            yield Damage("stream-checksum", f"{place} does not match its checksum")
        yield data
    return True


def _read_block(intake: Intake, flags: int) -> _Block | None:
    """Read a block with its header; None at the end marker."""
    offset = intake.offset
    length = _take_number(intake)
    if length == 0:
        return None
    packed_length = _take_number(intake)
    if not 0 < packed_length <= length <= _LARGEST_BLOCK:
        raise intake.damaged(
            f"a block of {packed_length} packed and {length} unpacked bytes; if `lzop -t FILE` "
            "has no objection, unpack it on the way with `lzop -dc FILE | vmatui ... -`"
        )
    data_checksums = _take_checksums(intake, _DATA_CHECKSUMS, flags)
    is_stored = packed_length == length
    packed_checksums = () if is_stored else _take_checksums(intake, _PACKED_CHECKSUMS, flags)
    return _Block(offset, length, intake.take(packed_length), data_checksums, packed_checksums)


def _take_checksums(
    intake: Intake, kinds: tuple[tuple[int, _Checksum], ...], flags: int
) -> tuple[tuple[_Checksum, int], ...]:
    return tuple((compute, _take_number(intake)) for flag, compute in kinds if flags & flag)


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
        left -= len(intake.take(min(left, _LARGEST_BLOCK)))
