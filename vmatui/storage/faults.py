"""What can be wrong with an archive's bytes before anyone looks at what they mean.

A source never raises for a fault inside the data: it gives every byte it can and reports here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

SourceFaultKind = Literal["stream-checksum", "stream-error", "read-error"]


class Compression(StrEnum):
    """How an archive is packed, found by magic and never by name."""

    NONE = "none"
    ZSTD = "zstd"
    GZIP = "gzip"
    LZOP = "lzop"
    BZIP2 = "bzip2"
    XZ = "xz"


class StreamState(StrEnum):
    """What the compressor's own checksum says of the bytes."""

    UNREAD = "unread"
    """The end has not been reached, so nothing is known."""
    SOUND = "sound"
    """Every byte was read and every checksum matched."""
    ABSENT = "absent"
    """There is no checksum: a plain archive, or a stream written without one."""
    FAULTY = "faulty"
    """A checksum did not match, or the stream is cut or damaged."""


class SourceFault(NamedTuple):
    """One fault of the byte stream."""

    kind: SourceFaultKind
    offset: int
    """Archive offset in bytes (after decompression) at which the fault shows."""
    length: int
    """Bytes from `offset` on that are given but not right: zeros stand in for what could not be
    read, or a checksum of just these bytes is wrong. 0 if no byte is known to be wrong."""
    message: str
    """One sentence for a person."""
    doubt: int = 0
    """Bytes before `offset` that were given and that no checksum vouches for: the one that covers
    them is wrong, or was not reached."""
