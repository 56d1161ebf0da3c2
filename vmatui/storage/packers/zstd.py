"""zstd: one frame with a content checksum, compressed by the library's own threads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

from vmatui.errors import TargetError

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, ZstdCompressor, ZstdError
else:
    from backports.zstd import CompressionParameter, ZstdCompressor, ZstdError

DEFAULT_LEVEL: Final = 3
_MOST_WORKERS: Final = 256


class ZstdPacker:
    """Compresses one archive, a `vmatui.storage.compressors.Compressor`.

    Args:
        level: From 1 to 22.
        threads: How many compress.
    """

    def __init__(self, level: int, threads: int) -> None:
        self._level = level
        self._encoder = ZstdCompressor(
            options={
                CompressionParameter.compression_level: level,
                CompressionParameter.checksum_flag: 1,
                CompressionParameter.nb_workers: min(threads, _MOST_WORKERS),
            }
        )

    def add(self, view: memoryview) -> Iterator[bytes]:
        """Take bytes."""
        try:
            packed = self._encoder.compress(view)
        except (ZstdError, MemoryError) as error:
            raise self._error(error) from error
        if packed:
            yield packed

    def end(self) -> Iterator[bytes]:
        """End the frame with its checksum."""
        try:
            yield self._encoder.flush()
        except (ZstdError, MemoryError) as error:
            raise self._error(error) from error

    def stop(self) -> None:
        """Do nothing: the threads wait for work and end with the object."""

    def _error(self, error: ZstdError | MemoryError) -> TargetError:
        return TargetError(
            f"zstd cannot compress at level {self._level} ({error or 'out of memory'}): "
            "take a lower level or fewer threads"
        )
