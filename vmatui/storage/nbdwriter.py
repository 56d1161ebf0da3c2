"""A writing NBD client: several writes under way at once, answers in any order.

Structured replies are left out: all that a server then says after the handshake is sixteen bytes
for each request.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from vmatui.storage.nbdhandshake import shake_hands
from vmatui.storage.nbdstream import NbdError, NbdStream

_REQUEST: Final = struct.Struct(">IHHQQI")
_REQUEST_MAGIC: Final = 0x25609513
_REPLY: Final = struct.Struct(">IIQ")
_REPLY_MAGIC: Final = 0x67446698
_READ, _WRITE, _DISCONNECT, _FLUSH, _WRITE_ZEROES = 0, 1, 2, 3, 6
_NO_HOLE: Final = 1 << 1
_UNDER_WAY: Final = 16
"""Requests that qemu works at together."""
MAX_PIECE: Final = 1 << 20
"""Bytes of one write; every server takes that many."""


class NbdRefusedError(NbdError):
    """The server could not do something.

    Args:
        number: Of the error that the server had.
        offset: Where, in bytes from the start of the export; None if it was no place.
    """

    def __init__(self, number: int, offset: int | None) -> None:
        super().__init__(os.strerror(number))
        self.number = number
        self.offset = offset


class NbdWriter:
    """One export of a server, to be written.

    An error is raised by the next call that hears of it, at the latest by `wait` and `flush`.

    Args:
        stream: Connected; closed with this object.
        export: Its name; empty for the default one.

    Raises:
        NbdError: the handshake fails.
    """

    def __init__(self, stream: NbdStream, export: str = "") -> None:
        self._export = shake_hands(stream, export, can_read=False)
        self.size = self._export.size
        """Bytes."""
        self.is_read_only = self._export.is_read_only
        self._stream = stream
        self._pending: dict[int, int | None] = {}
        """Offsets of the requests under way, by handle."""
        self._handle = 0

    @property
    def can_write_zeroes(self) -> bool:
        """Whether `write_zeroes` may be called."""
        return self._export.can_write_zeroes

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes, once everything that was written before is done.

        Raises:
            NbdError: the server could not read them, or went away.
        """
        self.wait()
        self._ask(_READ, offset, length)
        self._receive()
        data = bytearray(length)
        self._stream.fill(memoryview(data))
        return bytes(data)

    def write(self, offset: int, views: Sequence[memoryview]) -> None:
        """Send bytes that go from an offset on; the views may be used anew afterwards.

        Raises:
            NbdError: the server could not write these or others before, or went away.
        """
        for view in views:
            for start in range(0, len(view), MAX_PIECE):
                piece = view[start : start + MAX_PIECE]
                self._ask(_WRITE, offset, len(piece), data=piece)
                offset += len(piece)

    def write_zeroes(self, offset: int, length: int, *, keep_space: bool) -> None:
        """Ask for zeros.

        Args:
            offset: First byte.
            length: Bytes, at most 2 GiB.
            keep_space: Whether the server must not give their space back.

        Raises:
            NbdError: the server could not do it, or went away.
        """
        self._ask(_WRITE_ZEROES, offset, length, flags=_NO_HOLE if keep_space else 0)

    def wait(self) -> None:
        """Wait until the server has done everything.

        Raises:
            NbdError: it could not, or went away.
        """
        while self._pending:
            self._receive()

    def flush(self) -> None:
        """Wait until the server has done everything and it is on its disk.

        Raises:
            NbdError: it could not, or went away.
        """
        self.wait()
        if self._export.can_flush:
            self._ask(_FLUSH, None, 0)
            self.wait()

    def close(self) -> None:
        """Say goodbye and close the connection; never raises, may be called twice."""
        with suppress(NbdError):
            self._send(_DISCONNECT, 0, 0)
        self._stream.close()

    def _ask(
        self,
        kind: int,
        offset: int | None,
        length: int,
        flags: int = 0,
        data: memoryview | None = None,
    ) -> None:
        while len(self._pending) >= _UNDER_WAY:
            self._receive()
        self._send(kind, offset or 0, length, flags, data)
        self._pending[self._handle] = offset

    def _send(
        self, kind: int, offset: int, length: int, flags: int = 0, data: memoryview | None = None
    ) -> None:
        self._handle += 1
        request = _REQUEST.pack(_REQUEST_MAGIC, flags, kind, self._handle, offset, length)
        self._stream.send_all(
            [memoryview(request)] if data is None else [memoryview(request), data]
        )

    def _receive(self) -> None:
        magic, number, handle = self._stream.unpack(_REPLY)
        if magic != _REPLY_MAGIC or handle not in self._pending:
            raise NbdError("an answer to something that was not asked")
        offset = self._pending.pop(handle)
        if number:
            raise NbdRefusedError(number if number in errno.errorcode else errno.EIO, offset)
