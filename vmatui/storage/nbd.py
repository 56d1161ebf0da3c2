"""A reading NBD client: several requests under way at once, answers in any order.

What the server sends is bounded and checked: it fills only the bytes that were asked for.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Sequence
from typing import Final

from vmatui.storage.nbdhandshake import shake_hands
from vmatui.storage.nbdstream import MAX_TEXT, NbdError, NbdStream

_REQUEST: Final = struct.Struct(">IHHQQI")
_REQUEST_MAGIC: Final = 0x25609513
_READ, _BLOCK_STATUS = 0, 7
_IN_ONE_PIECE: Final = 1 << 2
"""Asked for a read that fails so, qemu names the error; otherwise it may hang up."""
_CHUNK: Final = struct.Struct(">IHHQI")
_CHUNK_MAGIC: Final = 0x668E33EF
_DONE: Final = 1
_NONE, _OFFSET_DATA, _OFFSET_HOLE, _STATUS = 0, 1, 2, 5
_ERROR: Final = 1 << 15
_OFFSET: Final = struct.Struct(">Q")
_HOLE: Final = struct.Struct(">QI")
_FAILURE: Final = struct.Struct(">IH")
_NUMBER: Final = struct.Struct(">I")
_RANGE: Final = struct.Struct(">II")
_READS_ZERO: Final = 2
_MOST_RANGES: Final = 1 << 17
"""Ranges in one block status answer; qemu gives as many at most."""
MAX_STATUS: Final = 1 << 31
"""Bytes that one block status may be asked for."""


class Read:
    """A read under way."""

    def __init__(self, offset: int, view: memoryview) -> None:
        self.offset = offset
        self.view = view
        """Where the bytes go."""
        self.left = len(view)
        """Bytes that did not arrive yet."""
        self.is_done = False
        self.error = 0
        """Number of the error that the server had."""


class _Status:
    """A question for block status under way."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.ranges: list[tuple[int, bool]] = []
        self.is_done = False
        self.error = 0


class NbdClient:
    """One export of a server.

    Args:
        stream: Connected; closed with this object.

    Raises:
        NbdError: the handshake fails.
    """

    def __init__(self, stream: NbdStream) -> None:
        export = shake_hands(stream)
        self.size = export.size
        """Bytes."""
        self._status_id = export.status_id
        self._read_flags = _IN_ONE_PIECE if export.can_read_whole else 0
        self._stream = stream
        self._pending: dict[int, Read | _Status] = {}
        self._handle = 0

    def start(self, wanted: Sequence[tuple[int, memoryview]]) -> list[Read]:
        """Ask for bytes, each piece from its offset on; the server works at all of them at once.

        Raises:
            NbdError: the server went away.
        """
        reads = [Read(offset, view) for offset, view in wanted]
        requests = [self._request(_READ, read, read.offset, len(read.view)) for read in reads]
        self._stream.send(b"".join(requests))
        return reads

    def wait(self, read: Read) -> None:
        """Wait until a read has come.

        Raises:
            NbdError: the server could not read it, or went away.
        """
        while not read.is_done:
            self._receive()
        if read.error:
            raise NbdError(os.strerror(read.error))

    def status(self, offset: int, length: int) -> list[tuple[int, bool]]:
        """Ask what is known of the bytes from an offset on.

        Args:
            offset: First byte.
            length: Bytes, at most `MAX_STATUS`.

        Returns:
            Lengths in order and whether each reads zero; together at least one byte and at most
            as many as asked for.

        Raises:
            NbdError: the server cannot tell, or went away.
        """
        if self._status_id is None:
            return [(length, False)]
        status = _Status(length)
        self._stream.send(self._request(_BLOCK_STATUS, status, offset, length))
        while not status.is_done:
            self._receive()
        if status.error:
            raise NbdError(os.strerror(status.error))
        if not status.ranges:
            raise NbdError("no block status where there must be one")
        return status.ranges

    def close(self) -> None:
        """Close the connection; never raises, may be called twice."""
        self._stream.close()

    def _request(self, kind: int, asked: Read | _Status, offset: int, length: int) -> bytes:
        self._handle += 1
        self._pending[self._handle] = asked
        flags = self._read_flags if kind == _READ else 0
        return _REQUEST.pack(_REQUEST_MAGIC, flags, kind, self._handle, offset, length)

    def _receive(self) -> None:
        """Receive one chunk of an answer."""
        magic, flags, kind, handle, length = self._stream.unpack(_CHUNK)
        asked = self._pending.get(handle)
        if magic != _CHUNK_MAGIC or asked is None:
            raise NbdError("an answer to something that was not asked")
        if kind & _ERROR:
            asked.error = self._take_error(length)
        elif kind == _NONE and not length:
            pass
        elif isinstance(asked, _Status) and kind == _STATUS:
            self._take_status(asked, length)
        elif isinstance(asked, Read) and kind == _OFFSET_DATA:
            self._take_data(asked, length)
        elif isinstance(asked, Read) and kind == _OFFSET_HOLE and length == _HOLE.size:
            offset, size = self._stream.unpack(_HOLE)
            part = self._part(asked, offset, size)
            part[:] = bytes(len(part))
        else:
            raise NbdError("an answer of a kind that does not fit")
        if flags & _DONE:
            del self._pending[handle]
            if isinstance(asked, Read) and asked.left and not asked.error:
                raise NbdError("an answer with too few bytes")
            asked.is_done = True

    def _take_error(self, length: int) -> int:
        data = self._stream.take(length, MAX_TEXT)
        if length < _FAILURE.size:
            raise NbdError("an answer of the wrong size")
        number: int = _FAILURE.unpack_from(data)[0]
        return number or errno.EIO

    def _take_data(self, read: Read, length: int) -> None:
        if length < _OFFSET.size:
            raise NbdError("an answer of the wrong size")
        (offset,) = self._stream.unpack(_OFFSET)
        self._stream.fill(self._part(read, offset, length - _OFFSET.size))

    def _part(self, read: Read, offset: int, length: int) -> memoryview:
        """Return the place of some of the bytes, which now count as arrived."""
        start = offset - read.offset
        if length <= 0 or start < 0 or start + length > len(read.view) or length > read.left:
            raise NbdError("an answer with other bytes than those asked for")
        read.left -= length
        return read.view[start : start + length]

    def _take_status(self, status: _Status, length: int) -> None:
        data = self._stream.take(length, _NUMBER.size + _MOST_RANGES * _RANGE.size)
        if length < _NUMBER.size or (length - _NUMBER.size) % _RANGE.size:
            raise NbdError("an answer of the wrong size")
        if _NUMBER.unpack_from(data) != (self._status_id,):
            raise NbdError("block status of a kind that was not asked for")
        left = status.length
        for size, flags in _RANGE.iter_unpack(memoryview(data)[_NUMBER.size :]):
            size = min(size, left)
            if size:
                status.ranges.append((size, bool(flags & _READS_ZERO)))
                left -= size
