"""The blob buffer of the archive header: names and config data, found by their offset.

The length before each blob is the one little-endian number of the format, and the first byte of
the buffer is unused, so that offset 0 can mean "none".
"""

from __future__ import annotations

import struct
from collections.abc import Container, Iterator
from itertools import islice
from typing import Final

_LENGTH: Final = struct.Struct("<H")


class BlobTable:
    """The blobs of a buffer that somebody points to, by the offset at which each starts.

    A pointer counts only when it is the start of a blob; the reference demands the same. Blobs
    without a pointer are not kept, because a hostile buffer may hold millions.
    """

    def __init__(self, buffer: bytes, pointers: Container[int]) -> None:
        self._blobs = {offset: blob for offset, blob in _walk(buffer) if offset in pointers}

    def get(self, pointer: int) -> bytes | None:
        """Return the blob that starts at `pointer`, or None when none does."""
        return self._blobs.get(pointer)

    def name(self, pointer: int) -> str | None:
        """Return the NUL-terminated name that starts at `pointer`, or None.

        Bytes that are no UTF-8 become surrogate escapes, so that no two names fall together.
        """
        blob = self._blobs.get(pointer)
        if not blob or blob[-1] or len(blob) == 1:
            return None
        return blob[:-1].split(b"\0", 1)[0].decode("utf-8", "surrogateescape") or None


def blob_offsets(buffer: bytes, most: int = 1024) -> list[int]:
    """Return where the first blobs of a buffer start."""
    return [offset for offset, _ in islice(_walk(buffer), most)]


def _walk(buffer: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 1
    while offset + _LENGTH.size <= len(buffer):
        (length,) = _LENGTH.unpack_from(buffer, offset)
        start = offset + _LENGTH.size
        if start + length > len(buffer):
            return
        yield offset, buffer[start : start + length]
        offset = start + length
