"""The address of an NBD export, as its specification writes it."""

from __future__ import annotations

import os
import socket
from typing import Final, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from vmatui.errors import TargetError

_PORT: Final = 10809
_PATIENCE: Final = 10.0
"""Seconds that a server has to take a connection."""
_LONGEST: Final = 4096
"""Bytes of an export's name, as NBD has it."""


class NbdAddress(NamedTuple):
    """Where an export is; equal for two URIs that lead to the same one."""

    export: str
    """Its name; empty for the default one."""
    host: str | None = None
    port: int = _PORT
    socket_path: str | None = None
    """Path of a Unix socket, in place of host and port."""

    def connect(self) -> socket.socket:
        """Return a connection to the server, which is given time but not forever.

        Raises:
            OSError: there is none.
        """
        if self.socket_path is None:
            return socket.create_connection((self.host, self.port), _PATIENCE)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(_PATIENCE)
            connection.connect(self.socket_path)
        except BaseException:
            connection.close()
            raise
        return connection


def parse_nbd_uri(uri: str) -> NbdAddress:
    """Return what `nbd://HOST[:PORT]/[EXPORT]` or `nbd+unix:///[EXPORT]?socket=PATH` says.

    Raises:
        TargetError: it says something else.
    """
    try:
        parts = urlsplit(uri)
        port = parts.port or _PORT
    except ValueError as error:
        raise _malformed(uri) from error
    export = unquote(parts.path.removeprefix("/"))
    if len(export.encode(errors="replace")) > _LONGEST:
        raise _malformed(uri)
    if parts.scheme == "nbd" and parts.hostname and not parts.query:
        return NbdAddress(export, parts.hostname, port)
    query = parse_qs(parts.query)
    if parts.scheme == "nbd+unix" and not parts.netloc and len(query.get("socket", [])) == 1:
        return NbdAddress(export, socket_path=os.path.realpath(query["socket"][0]))
    raise _malformed(uri)


def _malformed(uri: str) -> TargetError:
    return TargetError(
        f"{uri} leads to no NBD export: write nbd://HOST[:PORT]/EXPORT "
        "or nbd+unix:///EXPORT?socket=PATH"
    )
