"""Where an archive is written to: a new file, a pipe, a command; compressed or not.

An output is written from its start to its end. A file has a temporary name until all of it is on
the disk; nothing that exists is ever overwritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from vmatui.errors import UsageError
from vmatui.storage.compressedoutput import CompressedOutput
from vmatui.storage.compressors import check_level, compressor_of
from vmatui.storage.faults import Compression
from vmatui.storage.fileoutput import FileOutput
from vmatui.storage.paths import is_stream
from vmatui.storage.pipeoutput import PipeOutput

STANDARD_OUTPUT: Final = "-"
COMMAND: Final = "exec:"
_SUFFIXES: Final = {
    ".zst": Compression.ZSTD,
    ".gz": Compression.GZIP,
    ".lzo": Compression.LZOP,
}


class Output(Protocol):
    """A place that receives one archive."""

    name: str
    """As a message says it."""

    def open(self) -> None:
        """Create it, start it, or wait for its reader.

        Raises:
            TargetError: there is something in the way, or it cannot be written.
        """

    def writev(self, views: Sequence[memoryview]) -> None:
        """Write all bytes of the views after those before; they are free again afterwards.

        Raises:
            TargetError: they cannot be written.
        """

    def finish(self) -> None:
        """Write out what is left, wait until all is on the disk, and give it its final name.

        Raises:
            TargetError: the archive is not complete there.
        """

    def discard(self) -> None:
        """Give up what is unfinished and leave no trace of it; never raises, may be called twice.

        What a pipe or a command was given cannot be taken back.
        """

    @property
    def written(self) -> int:
        """Bytes that reached the output so far, compressed if it is."""


def open_output(
    target: str, *, compression: Compression | None, level: int | None, threads: int
) -> Output:
    """Return the output that a target names; it still has to be opened.

    Args:
        target: A path, `-` for standard output, or `exec:COMMAND` for a shell command that gets
            the archive on its standard input. A FIFO that exists is written, other things are not.
        compression: None goes by the suffix of a path.
        level: None is the compressor's default.
        threads: Threads that compress; 0 for one per core.

    Raises:
        UsageError: the compression cannot be written or has no such level, or `threads` is
            negative.
    """
    if threads < 0:
        raise UsageError(
            f"{threads} threads cannot compress: take 1 or more, or 0 for one per core"
        )
    chosen = _by_suffix(target) if compression is None else compression
    check_level(chosen, level)
    plain = _plain_output(target)
    if chosen is Compression.NONE:
        return plain
    return CompressedOutput(plain, compressor_of(chosen, level, threads))


def _by_suffix(target: str) -> Compression:
    if target == STANDARD_OUTPUT or target.startswith(COMMAND):
        return Compression.NONE
    return _SUFFIXES.get(Path(target).suffix, Compression.NONE)


def _plain_output(target: str) -> Output:
    if target == STANDARD_OUTPUT:
        return PipeOutput(None)
    if target.startswith(COMMAND):
        from vmatui.storage.commandoutput import CommandOutput  # loads what starts programs

        return CommandOutput(target.removeprefix(COMMAND))
    path = Path(target)
    return PipeOutput(path) if is_stream(path) else FileOutput(path)
