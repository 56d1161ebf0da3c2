"""zstd in its seekable format: frames that know nothing of each other, and a table of them.

What is added together, an extent, is never split: so a frame begins with an extent's header, which
has a block of its own and is read without unpacking the rest. Any zstd reads the frames in a row.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Final

from vmatui.errors import TargetError
from vmatui.format.layout import EXTENT_HEADER_SIZE
from vmatui.storage.codecs.seek_table import pack_seek_table
from vmatui.storage.packers.blocks import Packing

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, ZstdCompressor, ZstdError
else:
    from backports.zstd import CompressionParameter, ZstdCompressor, ZstdError

DEFAULT_LEVEL: Final = 3
_FRAME: Final = 1 << 20
"""Bytes from which on a frame is large enough; smaller extents share one."""
_PIECE: Final = 1 << 19
"""Bytes of it that the library gets at once."""
_FIRST_FAR_LEVEL: Final = 5
"""The level from which on zstd finds what was long before; short frames would cost it most."""
_FAR_FRAME: Final = 16 << 20


class ZstdPacker:
    """Compresses one archive, a `vmatui.storage.compressors.Compressor`.

    Args:
        level: From 1 to 22.
        threads: How many compress.
    """

    def __init__(self, level: int, threads: int) -> None:
        self._level = level
        self._least = _FRAME if level < _FIRST_FAR_LEVEL else _FAR_FRAME
        self._packing = Packing(self._pack, threads)
        self._idle: list[ZstdCompressor] = []
        """Those that have packed a frame, and keep their memory for the next."""
        self._frame = bytearray()
        self._unpacked: list[int] = []
        """Bytes of each frame before it is packed."""
        self._packed: list[int] = []
        """Bytes of those that were packed."""

    def add(self, views: Sequence[memoryview]) -> Iterator[bytes]:
        """Take bytes, waiting for the oldest frame when all threads are busy."""
        length = sum([len(view) for view in views])
        if self._frame and length >= self._least:
            self._submit()
        # What grows bit by bit takes more memory than it has bytes.
        self._frame = bytearray().join([self._frame, *views])
        if len(self._frame) >= self._least:
            self._submit()
        yield from self._counted(self._packing.take_surplus())

    def end(self) -> Iterator[bytes]:
        """Pack the last frame, wait for all of them, and add the table."""
        if self._frame or not self._unpacked:
            self._submit()
        yield from self._counted(self._packing.take_all())
        yield pack_seek_table(self._packed, self._unpacked)
        self.stop()

    def stop(self) -> None:
        """End the threads once they are done with the frame in their hands."""
        self._packing.stop()

    def _submit(self) -> None:
        self._unpacked.append(len(self._frame))
        self._packing.submit(self._frame)
        self._frame = bytearray()

    def _counted(self, frames: Iterator[list[bytes]]) -> Iterator[bytes]:
        for pieces in frames:
            self._packed.append(sum([len(piece) for piece in pieces]))
            yield from pieces

    def _pack(self, frame: bytearray) -> list[bytes]:
        """Compress a frame in pieces: the library and Python would copy a whole one in memory."""
        try:
            encoder = self._idle.pop() if self._idle else self._encoder()
            encoder.set_pledged_input_size(len(frame))
            pieces = [encoder.compress(frame[:EXTENT_HEADER_SIZE], encoder.FLUSH_BLOCK)]
            rest = memoryview(frame)[EXTENT_HEADER_SIZE:]
            pieces += [
                encoder.compress(rest[at : at + _PIECE]) for at in range(0, len(rest), _PIECE)
            ]
            pieces.append(encoder.flush(encoder.FLUSH_FRAME))
        except (ZstdError, MemoryError) as error:
            raise TargetError(
                f"zstd cannot compress at level {self._level} ({error or 'out of memory'}): "
                "take a lower level or fewer threads"
            ) from error
        self._idle.append(encoder)
        return pieces

    def _encoder(self) -> ZstdCompressor:
        return ZstdCompressor(
            options={
                CompressionParameter.compression_level: self._level,
                CompressionParameter.checksum_flag: 1,
            }
        )
