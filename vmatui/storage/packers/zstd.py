"""zstd in its seekable format: frames that know nothing of each other, and a table of them.

What is added together, an extent, is never split: so a frame begins with an extent's header, which
has a block of its own and is read without unpacking the rest. Any zstd reads the frames in a row.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from vmatui.errors import TargetError
from vmatui.format.layout import MAX_PAYLOAD
from vmatui.storage.codecs.seek_table import pack_seek_table
from vmatui.storage.packers.blocks import Packing
from vmatui.storage.packers.zstd_frame import Frame

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, ZstdCompressor, ZstdError
else:
    from backports.zstd import CompressionParameter, ZstdCompressor, ZstdError

DEFAULT_LEVEL: Final = 3
_FRAME: Final = 1 << 20
"""Bytes from which on a frame is large enough; smaller extents share one."""
_WINDOW_LOG: Final = 22
"""4 MiB hold the largest extent: in less, zstd would start over and search in two parts, slowly."""
_CHAIN_LOG: Final = 15
"""Half of the table that zstd takes for the default level: faster, and hardly larger."""
_FIRST_FAR_LEVEL: Final = 5
"""The level from which on zstd finds what was long before; short frames would cost it most."""
_FAR_FRAME: Final = 16 << 20


class _Own(threading.local):
    """What a thread keeps for itself: one's memory that grows in another leaves holes in both."""

    encoder: ZstdCompressor | None = None


class ZstdPacker:
    """Compresses one archive, a `vmatui.storage.compressors.Compressor`.

    Args:
        level: From 1 to 22.
        threads: How many compress.
    """

    def __init__(self, level: int, threads: int) -> None:
        self._level = level
        self._least = _FRAME if level < _FIRST_FAR_LEVEL else _FAR_FRAME
        # The frame that is added next waits for the thread that is done first.
        self._packing = Packing(self._pack, threads, most_pending=threads)
        self._own = _Own()
        self._written: list[Frame] = []
        """Those that nobody needs any more, and whose memory is for the next."""
        self._frame: Frame | None = None
        """What is not enough yet."""
        self._unpacked: list[int] = []
        """Bytes of each frame before it is packed."""
        self._packed: list[int] = []
        """Bytes of those that were packed."""

    def add(self, views: Sequence[memoryview]) -> Iterator[memoryview]:
        """Take bytes, waiting for the oldest frame when all threads are busy."""
        length = sum([len(view) for view in views])
        if self._frame is not None and length >= self._least:
            self._submit(self._frame)
        # First of all: where the views are, they wait without taking more memory.
        yield from self._counted(self._packing.take_surplus())
        self._frame = self._frame or self._empty_frame()
        self._frame.add(views, length)
        if self._frame.length >= self._least:
            self._submit(self._frame)

    def end(self) -> Iterator[bytes | memoryview]:
        """Pack the last frame, wait for all of them, and add the table."""
        if self._frame is not None or not self._unpacked:
            self._submit(self._frame or self._empty_frame())
        yield from self._counted(self._packing.take_all())
        yield pack_seek_table(self._packed, self._unpacked)
        self.stop()

    def stop(self) -> None:
        """End the threads once they are done with the frame in their hands."""
        self._packing.stop()

    def _submit(self, frame: Frame) -> None:
        self._unpacked.append(frame.length)
        self._packing.submit(frame)
        self._frame = None

    def _empty_frame(self) -> Frame:
        return self._written.pop() if self._written else Frame(self._least + MAX_PAYLOAD)

    def _counted(self, frames: Iterable[Frame]) -> Iterator[memoryview]:
        for frame in frames:
            self._packed.append(len(frame.packed))
            yield frame.packed
            frame.clear()
            self._written.append(frame)

    def _pack(self, frame: Frame) -> Frame:
        try:
            self._own.encoder = self._own.encoder or self._encoder()
            frame.pack(self._own.encoder)
        except (ZstdError, MemoryError) as error:
            raise TargetError(
                f"zstd cannot compress at level {self._level} ({error or 'out of memory'}): "
                "take a lower level or fewer threads"
            ) from error
        return frame

    def _encoder(self) -> ZstdCompressor:
        options: dict[int, int] = {
            CompressionParameter.compression_level: self._level,
            CompressionParameter.checksum_flag: 1,
        }
        if self._level < _FIRST_FAR_LEVEL:
            options[CompressionParameter.window_log] = _WINDOW_LOG
        if self._level == DEFAULT_LEVEL:
            options[CompressionParameter.chain_log] = _CHAIN_LOG
        return ZstdCompressor(options=options)
