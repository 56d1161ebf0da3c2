"""Compressors for archives: archive bytes in, compressed bytes with a checksum out.

They work in threads of their own, and hold a few blocks for each of them whatever the archive.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from vmatui.errors import UsageError
from vmatui.storage.faults import Compression

_LEVELS: Final = {
    Compression.ZSTD: range(1, 23),
    Compression.GZIP: range(1, 10),
    Compression.LZOP: range(1, 1),
}
"""Levels that may be asked for; the library for lzop has none."""


class Compressor(Protocol):
    """One stream that is being compressed."""

    def add(self, views: Sequence[memoryview]) -> Iterator[bytes | memoryview]:
        """Take an extent, or what else belongs together, and yield compressed bytes that are ready.

        To be iterated to its end; what it yields is there until the next is asked for.

        Raises:
            TargetError: the level needs more memory than there is.
        """

    def end(self) -> Iterator[bytes | memoryview]:
        """Yield all compressed bytes that are left, each until the next is asked for.

        Raises:
            TargetError: the level needs more memory than there is.
        """

    def stop(self) -> None:
        """End its threads; never raises, may be called twice."""


def check_level(compression: Compression, level: int | None) -> None:
    """Find out whether an archive can be written with this compression and level.

    Raises:
        UsageError: it cannot.
    """
    if compression is Compression.NONE:
        levels = range(0)
    elif compression in _LEVELS:
        levels = _LEVELS[compression]
    else:
        raise UsageError(f"archives are not written as {compression}: take zstd, gzip or lzop")
    if level is None or level in levels:
        return
    if not levels:
        raise UsageError(f"compression {compression} has no levels: leave the level out")
    raise UsageError(
        f"{compression} has no level {level}: take one from {levels[0]} to {levels[-1]}"
    )


def compressor_of(compression: Compression, level: int | None, threads: int) -> Compressor:
    """Return a new compressor, loading no other one's library.

    Args:
        compression: zstd, gzip or lzop.
        level: One that `check_level` allows; None is the default.
        threads: How many compress; 0 for one per core that we may use.

    Raises:
        ValueError: there is no such compressor.
    """
    workers = threads or len(os.sched_getaffinity(0))
    match compression:
        case Compression.ZSTD:
            from vmatui.storage.packers import zstd

            return zstd.ZstdPacker(zstd.DEFAULT_LEVEL if level is None else level, workers)
        case Compression.GZIP:
            from vmatui.storage.packers import gzip

            return gzip.packer(gzip.DEFAULT_LEVEL if level is None else level, workers)
        case Compression.LZOP:
            from vmatui.storage.packers import lzop

            return lzop.packer(workers)
        case _:
            raise ValueError(f"nothing compresses as {compression}")
