"""A disk image in a format that qemu reads: qcow2, vmdk, vhdx, vdi and others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vmatui.errors import SourceError
from vmatui.storage.imagecheck import check_whole
from vmatui.storage.imagefiles import layers_of, other_files
from vmatui.storage.nbd import MAX_STATUS, NbdClient
from vmatui.storage.nbdstream import NbdClosedError, NbdError, NbdStream
from vmatui.storage.qemuserver import QemuServer
from vmatui.storage.reading import change_error, end_of, open_disk, read_error, whole_sectors

_REQUEST: Final = 256 << 10
"""Bytes of one read; with several under way at once qemu does not wait for us."""
_UNDER_WAY: Final = 16
_WINDOW: Final = 1 << 30
"""Bytes that block status is asked for at once."""
_LOCKED: Final = ("Failed to get ", "Failed to lock ")
"""How qemu's words for an image begin that somebody writes to."""
assert _WINDOW <= MAX_STATUS


class QemuImage:
    """An image behind qemu's NBD server, a `vmatui.storage.images.Image`.

    Args:
        path: The image.
        format: In qemu's words.
    """

    def __init__(self, path: Path, format: str) -> None:
        self.path = path
        self.size = 0
        self.lies_on: tuple[str, ...] = ()
        self._format = format
        self._true_size = 0
        self._file_size = 0
        self._server: QemuServer | None = None
        self._client: NbdClient | None = None

    def open(self) -> None:
        """Start qemu and take the size that it tells."""
        self._file_size = _size_of(self.path)
        self._server = QemuServer(self.path, self._format)
        try:
            self._client = self._connect(self._server)
            layers = layers_of(self.path, self._format)
            check_whole(self.path, layers)
        except BaseException:
            self.close()
            raise
        self.lies_on = other_files(layers)
        self._true_size = self._client.size
        self.size = whole_sectors(self._true_size)

    def extents(self, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Yield what qemu knows to read zero, and what else there is."""
        known = min(end, self._true_size)
        while start < known:
            length = min(_WINDOW, known - start)
            try:
                ranges = self._connected().status(start, length)
            except NbdError as error:
                raise self._error(start, error) from error
            for size, is_zero in ranges:
                yield start, start + size, not is_zero
                start += size
        if start < end:
            yield start, end, False

    def read_into(self, offset: int, view: memoryview) -> None:
        """Fill the view."""
        wanted = max(0, min(len(view), self._true_size - offset))
        for start in range(0, wanted, _REQUEST * _UNDER_WAY):
            end = min(start + _REQUEST * _UNDER_WAY, wanted)
            self._read(offset + start, view[start:end])
        view[wanted:] = bytes(len(view) - wanted)

    def check_unchanged(self) -> None:
        """Compare the size of the file; that of the disk in it cannot change meanwhile."""
        now = _size_of(self.path)
        if now != self._file_size:
            raise change_error(self.path, self._file_size, now)

    def close(self) -> None:
        """Close the connection and end qemu."""
        client, self._client = self._client, None
        server, self._server = self._server, None
        if client is not None:
            client.close()
        if server is not None:
            server.close()

    def _connect(self, server: QemuServer) -> NbdClient:
        try:
            return NbdClient(NbdStream(server.connection))
        except NbdError as error:
            reason, *_ = [*server.said(), str(error)]
            raise _refusal(self.path, self._format, reason) from error

    def _read(self, offset: int, view: memoryview) -> None:
        starts = range(0, len(view), _REQUEST)
        client = self._connected()
        try:
            reads = client.start([(offset + at, view[at : at + _REQUEST]) for at in starts])
            for read in reads:
                offset = read.offset
                client.wait(read)
        except NbdError as error:
            raise self._error(offset, error) from error

    def _connected(self) -> NbdClient:
        assert self._client is not None
        return self._client

    def _error(self, offset: int, error: NbdError) -> SourceError:
        reason = str(error)
        if isinstance(error, NbdClosedError) and self._server is not None:
            reason = "; ".join(["qemu-nbd ended", *self._server.said()])
        return read_error(self.path, offset, reason)


def _size_of(path: Path) -> int:
    fd = open_disk(path)
    try:
        return end_of(fd)
    finally:
        os.close(fd)


def _refusal(path: Path, format: str, said: str) -> SourceError:
    """Return the sentence for an image that qemu does not open."""
    reason = said.removeprefix(f"Failed to blk_new_open '{path.absolute()}': ").rstrip(".")
    if reason.startswith(_LOCKED):
        return SourceError(
            f"{path} is in use by another program, perhaps a running VM: "
            "stop it, or read a snapshot or copy"
        )
    if reason == f"Unknown driver '{format}'":
        return SourceError(
            f"qemu knows no image format {format}: take raw, qcow2, vmdk, vhdx or vdi"
        )
    return SourceError(
        f"{path} cannot be read as {format}: {reason}; check the file, or name its true format"
    )
