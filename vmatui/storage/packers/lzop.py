"""lzop: a header as lzop 1.04 writes it, then blocks with the adler32 of their data."""

from __future__ import annotations

import struct
import time
import zlib
from typing import Final

from lzallright import LZOCompressor

from vmatui.storage.magic import LZOP
from vmatui.storage.packers.blocks import BlockPacker

_BLOCK: Final = 256 << 10
_HEADER: Final = struct.Struct(">HHHBBIIIIB")
"""version, of the library, needed to read it, method, level, flags, mode, time (low, high half),
length of the name."""
_VERSION, _LIBRARY_VERSION, _NEEDED_VERSION = 0x1040, 0x20A0, 0x0940
_LZO1X, _LEVEL = 1, 5
"""Method and level as `lzop` writes them without options."""
_ADLER32_OF_DATA, _FROM_STDIN, _TO_STDOUT, _UNIX = 0x1, 0x4, 0x8, 0x03000000
_BLOCK_HEADER: Final = struct.Struct(">III")
"""bytes unpacked, bytes packed, adler32 unpacked."""
_END: Final = bytes(4)


def packer(threads: int) -> BlockPacker:
    """Return a compressor for one archive; `threads` of them compress at once."""
    return BlockPacker(_pack_block, _BLOCK, threads, head=_pack_header(int(time.time())), tail=_END)


def _pack_header(created: int) -> bytes:
    fields = _HEADER.pack(
        _VERSION,
        _LIBRARY_VERSION,
        _NEEDED_VERSION,
        _LZO1X,
        _LEVEL,
        _ADLER32_OF_DATA | _FROM_STDIN | _TO_STDOUT | _UNIX,
        0,
        created & 0xFFFFFFFF,
        created >> 32,
        0,
    )
    return LZOP + fields + struct.pack(">I", zlib.adler32(fields))


def _pack_block(block: bytearray) -> bytes:
    packed = LZOCompressor().compress(block)
    # A block that does not become smaller is stored as it is.
    stored = packed if len(packed) < len(block) else block
    return _BLOCK_HEADER.pack(len(block), len(stored), zlib.adler32(block)) + stored
