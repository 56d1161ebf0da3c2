"""An open archive: its source, its header, and what was wrong with the header."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Final, NamedTuple, Self

from vmatui.errors import HeaderError, NotAnArchiveError
from vmatui.format import layout
from vmatui.format.codes import Fault
from vmatui.format.extent import first_extent
from vmatui.format.header import Header, parse_header, parse_header_size
from vmatui.storage.descriptor import label
from vmatui.storage.foreign import name_foreign
from vmatui.storage.source import Source, open_source

FOREIGN_HEAD: Final = 64 << 10
"""Bytes that are looked at to say what else it is; some magic numbers stand far in."""


class Archive(NamedTuple):
    """An archive whose header has been read; its source stands at the first extent.

    One job after the other may read it, from its first extent on; of a pipe only one.
    """

    source: Source
    header: Header
    faults: tuple[Fault, ...]
    """What is wrong with the header."""
    raw_header: bytes
    """The header as it stands in the archive."""

    @property
    def name(self) -> str:
        """The path as the user gave it, or `-` for standard input."""
        return self.source.name

    def close(self) -> None:
        """Close the source."""
        self.source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_archive(path: str | os.PathLike[str]) -> Archive:
    """Open an archive by what it holds, whatever its name.

    Args:
        path: A file, block device or FIFO, or `-` for standard input.

    Raises:
        SourceError: it cannot be opened or read.
        NotAnArchiveError: it is something else; the message says what.
        HeaderError: it is an archive, but its header is cut or makes no sense.
    """
    source = open_source(path)
    try:
        header, faults, raw = _read_header(source)
        source.begin()
    except BaseException:
        source.close()
        raise
    return Archive(source, header, faults, raw)


def _read_header(source: Source) -> tuple[Header, tuple[Fault, ...], bytes]:
    head = _read(source, layout.FIXED_HEADER_SIZE)
    try:
        size = parse_header_size(head)
        raw = head + _read(source, size - len(head))
        return *parse_header(raw), raw
    except NotAnArchiveError:
        raise _no_archive(source, head) from None
    except HeaderError as error:
        raise HeaderError(f"{label(source.name)}: {error}{_damage(source)}") from None


def _no_archive(source: Source, head: bytes) -> NotAnArchiveError:
    """Say what was opened instead of an archive, or why nothing could be read of it."""
    name, damage = label(source.name), _damage(source)
    if damage and len(head) < layout.FIXED_HEADER_SIZE:
        return NotAnArchiveError(f"{name}: nothing of an archive can be read{damage}")
    head += _read(source, FOREIGN_HEAD - len(head))
    what = name_foreign(head)
    told = f"this is {what}, not a VMA archive" if what else "this is not a VMA archive"
    error = NotAnArchiveError(f"{name}: {told} (wrong magic number){damage}")
    error.has_extents = first_extent(head) is not None
    return error


def _damage(source: Source) -> str:
    """Return what is wrong with the bytes, as the end of a sentence."""
    return "".join(f"; {fault.message}" for fault in source.take_faults())


def _read(source: Source, length: int) -> bytes:
    buffer = bytearray(length)
    return bytes(buffer[: source.readv([memoryview(buffer)])])
