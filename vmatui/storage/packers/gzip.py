"""gzip: members in a row (RFC 1952), made at once, each with a checksum of its own."""

from __future__ import annotations

import zlib
from functools import partial
from typing import Final

from vmatui.storage.codecs.fast_zlib import library
from vmatui.storage.packers.blocks import BlockPacker

DEFAULT_LEVEL: Final = 1
"""Ten times as fast as zlib's 6 for files that are a sixth larger."""
_FAST_LEVELS: Final = 3
"""Highest level that the fast library has; the slow ones are zlib's."""
_MEMBER: Final = 1 << 20
_GZIP_FORMAT: Final = 31
"""The library's word for the largest window and gzip's header and trailer."""


def packer(level: int, threads: int) -> BlockPacker:
    """Return a compressor for one archive.

    Args:
        level: From 1 to 9.
        threads: How many compress.
    """
    return BlockPacker(partial(_member, level=level), _MEMBER, threads)


def _member(block: bytearray, level: int) -> bytes:
    chosen = library if level <= _FAST_LEVELS else zlib
    packed: bytes = chosen.compress(block, level, _GZIP_FORMAT)
    return packed
