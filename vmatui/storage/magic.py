"""How an archive is packed, told by its first bytes and never by its name."""

from __future__ import annotations

from vmatui.storage.codecs import zstd_frame
from vmatui.storage.faults import Compression

SNIFF_SIZE = 64
"""Bytes that are enough to tell, and to see what a zstd frame needs."""

GZIP = b"\x1f\x8b\x08"
"""The two bytes of gzip and the only method there is, deflate (RFC 1952)."""
LZOP = b"\x89LZO\0\r\n\x1a\n"
BZIP2 = b"BZh"
"""Followed by the block size, a digit from 1 to 9."""
XZ = b"\xfd7zXZ\0"

_MAGICS = (
    (zstd_frame.MAGIC, Compression.ZSTD),
    (GZIP, Compression.GZIP),
    (LZOP, Compression.LZOP),
    (XZ, Compression.XZ),
)


def detect(head: bytes) -> Compression:
    """Return the compression whose magic these bytes start with; NONE for anything unknown."""
    for magic, compression in _MAGICS:
        if head.startswith(magic):
            return compression
    if head.startswith(BZIP2) and b"1" <= head[3:4] <= b"9":
        return Compression.BZIP2
    return Compression.ZSTD if zstd_frame.is_skippable(head) else Compression.NONE
