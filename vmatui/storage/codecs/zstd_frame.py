"""What a zstd frame says of itself in its first bytes (RFC 8878, 3.1)."""

from __future__ import annotations

from typing import Final, NamedTuple

MAGIC = b"\x28\xb5\x2f\xfd"
LARGEST_HEADER = 18
LARGEST_BLOCK: Final = 1 << 17
"""Bytes: the most that one block holds."""
CHECKSUM: Final = 4
"""Bytes of it behind the last block."""

_LARGEST_WINDOW = 1 << 27
"""Bytes of history that the library allows a frame by default."""
_RLE_BLOCK: Final = 1
_SKIPPABLE_MAGIC = b"\x2a\x4d\x18"
"""Bytes 1 to 3 of a skippable frame; byte 0 is 0x50 to 0x5f."""


class FrameHeader(NamedTuple):
    """The header of a frame that holds data."""

    size: int
    """Bytes until the first block."""
    window: int
    """Bytes of decoded data that the decoder must keep."""
    has_checksum: bool
    content_size: int | None
    """Bytes of data in the frame, where it says so."""
    is_plausible: bool
    """Whether the reserved bit is clear and no dictionary is asked for, as with any archive."""


def is_skippable(head: bytes | memoryview) -> bool:
    """Whether a frame without data starts here; its length is at byte 4, in 4 bytes."""
    return head[1:4] == _SKIPPABLE_MAGIC and head[0] >> 4 == 5


def parse_header(head: bytes | memoryview) -> FrameHeader:
    """Read a frame header from up to `LARGEST_HEADER` bytes; missing ones count as 0."""
    descriptor, window_byte = bytes(head[4:6]).ljust(2, b"\0")
    is_single_segment = bool(descriptor & 0x20)
    dictionary_length = (0, 1, 2, 4)[descriptor & 3]
    size_length = (1 if is_single_segment else 0, 2, 4, 8)[descriptor >> 6]
    size_at = 5 + (0 if is_single_segment else 1) + dictionary_length
    content_size = None
    if size_length:
        content_size = int.from_bytes(head[size_at : size_at + size_length], "little")
        content_size += 256 if size_length == 2 else 0
    if is_single_segment:
        # All of such a frame's data are its history.
        window = content_size or 0
    else:
        exponent, mantissa = divmod(window_byte, 8)
        window = (8 + mantissa) << (7 + exponent)
    return FrameHeader(
        size_at + size_length,
        window,
        bool(descriptor & 4),
        content_size,
        is_plausible=not descriptor & 0x0B,
    )


def block_length(head: bytes | memoryview) -> int:
    """Return how many bytes a block takes that starts like this, its header of three included."""
    word = int.from_bytes(head[:3], "little")
    return 3 + (1 if word >> 1 & 3 == _RLE_BLOCK else word >> 3)


def refusal(head: bytes | memoryview) -> str | None:
    """Say why a file or frame that starts like this is not decoded; None if it is."""
    if head[:4] != MAGIC:
        return None
    window = parse_header(head).window
    if window <= _LARGEST_WINDOW:
        return None
    return (
        f"the zstd stream needs {-(-window >> 20)} MiB of memory to unpack, more than the "
        f"{_LARGEST_WINDOW >> 20} MiB allowed here: unpack it on the way with "
        "`zstd -dc --long=31 FILE | vmatui ... -`"
    )
