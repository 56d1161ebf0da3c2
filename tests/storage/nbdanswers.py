"""What an NBD server sends, written down from the protocol and independent of the client."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from vmatui.storage.nbd import NbdClient
from vmatui.storage.nbdstream import NbdStream

SIZE = 1 << 20
GREETING = b"NBDMAGIC" + b"IHAVEOPT" + struct.pack(">H", 3)
STATUS_ID = 77
STRUCTURED, META, GO = 8, 10, 7
DONE = 1
FLAGS = 0b10000011


def reply(option: int, kind: int, data: bytes = b"") -> bytes:
    """An answer to an option: 1 is ACK, 3 INFO, 4 META_CONTEXT, from 1 << 31 on refusals."""
    return struct.pack(">QIII", 0x3E889045565A9, option, kind, len(data)) + data


def export(size: int = SIZE) -> bytes:
    """The answer that tells the size."""
    return reply(GO, 3, struct.pack(">HQH", 0, size, FLAGS))


HANDSHAKE = (
    GREETING
    + reply(STRUCTURED, 1)
    + reply(META, 4, struct.pack(">I", STATUS_ID) + b"base:allocation")
    + reply(META, 1)
    + export()
    + reply(GO, 3, struct.pack(">HIII", 3, 1, 4096, 1 << 25))
    + reply(GO, 1)
)


def chunk(handle: int, kind: int, data: bytes = b"", flags: int = DONE) -> bytes:
    """A chunk of a structured reply."""
    return struct.pack(">IHHQI", 0x668E33EF, flags, kind, handle, len(data)) + data


def data_at(handle: int, offset: int, data: bytes, flags: int = DONE) -> bytes:
    """A chunk with bytes of a read."""
    return chunk(handle, 1, struct.pack(">Q", offset) + data, flags)


def hole_at(handle: int, offset: int, size: int, flags: int = DONE) -> bytes:
    """A chunk that says that bytes of a read are zeros."""
    return chunk(handle, 2, struct.pack(">QI", offset, size), flags)


def status_of(handle: int, *ranges: tuple[int, int], context: int = STATUS_ID) -> bytes:
    """A chunk of block status: lengths and flags, of which 1 is HOLE and 2 is ZERO."""
    packed = b"".join(struct.pack(">II", *each) for each in ranges)
    return chunk(handle, 5, struct.pack(">I", context) + packed)


def error(handle: int, number: int, message: bytes = b"", offset: int | None = None) -> bytes:
    """A chunk that says that something failed."""
    body = struct.pack(">IH", number, len(message)) + message
    if offset is None:
        return chunk(handle, 0x8001, body)
    return chunk(handle, 0x8002, body + struct.pack(">Q", offset))


@contextmanager
def client_of(answers: bytes, handshake: bytes = HANDSHAKE) -> Iterator[NbdClient]:
    """Yield a client of a server that says all this, whatever it is asked, and then hangs up."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        theirs.sendall(handshake + answers)
        theirs.shutdown(socket.SHUT_WR)
        client = NbdClient(NbdStream(ours))
        yield client
        client.close()
        client.close()
