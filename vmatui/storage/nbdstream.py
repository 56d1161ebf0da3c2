"""The bytes of an NBD connection, and what can go wrong with them."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from vmatui.storage.writing import MAX_PIECES, without

MAX_TEXT: Final = 4096
"""Bytes of the longest message or name that is taken from a server."""


class NbdError(Exception):
    """The server refused something, broke the protocol or went away; a phrase for a sentence."""


class NbdClosedError(NbdError):
    """The connection is gone."""


class NbdStream:
    """A connected socket that is read exactly.

    Args:
        connection: Closed with this object.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def send(self, data: bytes | bytearray) -> None:
        """Send all of it.

        Raises:
            NbdClosedError: the server went away.
        """
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise _gone(error) from error

    def send_all(self, views: Sequence[memoryview]) -> None:
        """Send all bytes of all views, without copying them together.

        Raises:
            NbdClosedError: the server went away.
        """
        pending = without(views, 0)
        try:
            while pending:
                pending = without(pending, self._socket.sendmsg(pending[:MAX_PIECES]))
        except OSError as error:
            raise _gone(error) from error

    def fill(self, view: memoryview) -> None:
        """Receive as many bytes as the view has.

        Raises:
            NbdClosedError: there are no more.
        """
        while view:
            try:
                got = self._socket.recv_into(view, 0, socket.MSG_WAITALL)
            except OSError as error:
                raise _gone(error) from error
            if not got:
                raise NbdClosedError("the connection was closed")
            view = view[got:]

    def take(self, length: int, most: int) -> bytes:
        """Receive so many bytes that the server announced, of which `most` are believable.

        Raises:
            NbdError: there are no more, or it announced too many.
        """
        if length > most:
            raise NbdError(f"an answer of {length} bytes where {most} are the most")
        data = bytearray(length)
        self.fill(memoryview(data))
        return bytes(data)

    def unpack(self, layout: struct.Struct) -> tuple[int, ...]:
        """Receive the numbers of a structure."""
        return layout.unpack(self.take(layout.size, layout.size))

    def close(self) -> None:
        """Close the connection, also under a thread that waits for bytes."""
        with suppress(OSError):  # it may be gone already
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _gone(error: OSError) -> NbdClosedError:
    return NbdClosedError(f"the connection is gone ({error.strerror or error})")
