"""Where an archive's bytes come from: any file, device or pipe, packed or not.

A source gives archive bytes in order and every one that can be had; what is wrong with them is
reported beside them, never raised.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from vmatui.errors import SourceError
from vmatui.storage.codecs.seek_table import read_seek_table
from vmatui.storage.codecs.zstd_frame import refusal
from vmatui.storage.decompressed import DecompressedSource
from vmatui.storage.descriptor import Descriptor, label, open_descriptor
from vmatui.storage.faults import Compression, SourceFault, StreamState
from vmatui.storage.magic import SNIFF_SIZE, detect
from vmatui.storage.plain import PlainFile, PlainPipe


class Source(Protocol):
    """An archive's bytes, after decompression; a context manager that closes itself."""

    @property
    def name(self) -> str:
        """The path as the user gave it, or "-" for standard input."""

    @property
    def compression(self) -> Compression:
        """How the archive is packed."""

    @property
    def seekable(self) -> bool:
        """Whether `seek` works: a regular file or block device, plain or with a seek table."""

    @property
    def archive_size(self) -> int | None:
        """Bytes of a seekable archive after decompression, as far as is known before all is read.

        None where it cannot be seeked.
        """

    @property
    def disk_size(self) -> int | None:
        """Bytes on disk, packed as they are; None for a pipe."""

    @property
    def disk_position(self) -> int:
        """Bytes consumed from the disk or pipe so far, for progress."""

    @property
    def position(self) -> int:
        """Archive offset in bytes of what `readv` gives next."""

    @property
    def settled(self) -> int:
        """Archive offset in bytes up to which no fault can cast doubt any more.

        The checksum of what stands before it was read; further on, it may still turn out wrong.
        """

    @property
    def stream(self) -> StreamState:
        """What is known of the stream: UNREAD until its end or a fault was met."""

    def begin(self) -> None:
        """Stand where the first call was made, as if nothing had been read since.

        Raises:
            SourceError: it is closed, or a pipe of which something was read.
        """

    def readv(self, views: Sequence[memoryview]) -> int:
        """Fill the views in turn and completely; return the bytes given.

        Fewer than asked come only where the data end, or where some are lost and nobody knows how
        many, which `resume` tells apart. Never raises for a fault in them.
        """

    def glance(self, view: memoryview) -> int:
        """Fill a view like `readv`, but unpack no more than that takes.

        If the bytes after it are not read either, no checksum vouches for these.
        """

    def touch(self, length: int) -> bool:
        """Go past bytes that are read and kept nowhere; False, and nothing done, if it cannot.

        Where something is wrong with them it cannot: `readv` tells what.
        """

    def back(self, offset: int) -> None:
        """Go back to where the last `touch` began, as if nothing had been read since."""

    def resume(self) -> bool:
        """Go past a loss at which `readv` ended; False where the data end.

        What follows has its place in the archive somewhere after the bytes before the loss;
        positions count on as if nothing were lost.
        """

    def seek(self, offset: int) -> None:
        """Make `offset` the position.

        Raises:
            SourceError: The source is not seekable.
        """

    def advise(self, offset: int, length: int) -> None:
        """Announce bytes that will be read soon."""

    def drain(self) -> None:
        """Read and discard what is left, so that a checksum at the end is seen."""

    def take_faults(self) -> list[SourceFault]:
        """Return the faults since the last call, in order, and forget them."""

    def close(self) -> None:
        """Close what was opened; standard input stays open."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


def open_source(path: str | os.PathLike[str]) -> Source:
    """Open an archive's bytes; how they are packed is told by their magic.

    Args:
        path: A file, block device or named pipe, or "-" for standard input.

    Raises:
        SourceError: It cannot be opened or read, is empty, or needs too much memory to unpack.
    """
    descriptor = open_descriptor(path)
    try:
        return _source_of(descriptor)
    except BaseException:
        descriptor.close()
        raise


def _source_of(descriptor: Descriptor) -> Source:
    name = label(descriptor.name)
    try:
        head = descriptor.sniff(SNIFF_SIZE)
    except OSError as error:
        raise SourceError(f"{name} cannot be read: {error.strerror}") from None
    if not head:
        raise SourceError(f"{name} is empty (0 bytes): name another archive")
    told = refusal(head)
    if told:
        raise SourceError(f"{name}: {told}")
    compression = detect(head)
    if compression is not Compression.NONE:
        table = (
            read_seek_table(descriptor.tail, descriptor.size)
            if compression is Compression.ZSTD
            else None
        )
        if table is not None and table.has_entries:
            # Loads zstd's library, which a plain archive can do without.
            from vmatui.storage.seekable import SeekableSource

            return SeekableSource(descriptor, table)
        return DecompressedSource(descriptor, compression)
    return PlainFile(descriptor) if descriptor.seekable else PlainPipe(descriptor)
