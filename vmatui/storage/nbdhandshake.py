"""The first half of NBD: what is exported, and what the server can do (fixed newstyle).

To read, structured replies are a must; block status (base:allocation) is used where it is there.
To write, neither is asked for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from vmatui.storage.nbdstream import MAX_TEXT, NbdError, NbdStream

_GREETING: Final = struct.Struct(">8sQH")
_INIT_MAGIC: Final = b"NBDMAGIC"
_OPTION_MAGIC: Final = 0x49484156454F5054
_FIXED_NEWSTYLE: Final = 1
_NO_ZEROES: Final = 2
_CLIENT_FLAGS: Final = struct.Struct(">I")

_OPTION: Final = struct.Struct(">QII")
_GO, _STRUCTURED_REPLY, _SET_META_CONTEXT = 7, 8, 10
_REPLY: Final = struct.Struct(">QIII")
_REPLY_MAGIC: Final = 0x3E889045565A9
_ACK, _INFO, _META_CONTEXT = 1, 3, 4
_REFUSAL: Final = 1 << 31
_MOST_REPLIES: Final = 64

_NUMBER: Final = struct.Struct(">I")
_SHORT: Final = struct.Struct(">H")
_EXPORT_INFO: Final = struct.Struct(">HQH")
_INFO_EXPORT: Final = 0
_READ_ONLY, _CAN_FLUSH, _CAN_WRITE_ZEROES, _CAN_READ_WHOLE = 1 << 1, 1 << 2, 1 << 6, 1 << 7
_ALLOCATION: Final = b"base:allocation"
_LARGEST: Final = (1 << 63) - 1


class Export(NamedTuple):
    """What a server offers."""

    size: int
    """Bytes."""
    status_id: int | None
    """What block status answers are marked with; None if the server gives none."""
    flags: int
    """What can be done with it, in the protocol's bits."""

    @property
    def is_read_only(self) -> bool:
        """Whether it cannot be written."""
        return bool(self.flags & _READ_ONLY)

    @property
    def can_flush(self) -> bool:
        """Whether it can be asked for everything to be on the disk; otherwise it always is."""
        return bool(self.flags & _CAN_FLUSH)

    @property
    def can_write_zeroes(self) -> bool:
        """Whether zeros can be asked for without sending them."""
        return bool(self.flags & _CAN_WRITE_ZEROES)

    @property
    def can_read_whole(self) -> bool:
        """Whether a read can be asked for in one piece, or its error instead."""
        return bool(self.flags & _CAN_READ_WHOLE)


def shake_hands(stream: NbdStream, export: str = "", *, can_read: bool = True) -> Export:
    """Go through the handshake for an export.

    Args:
        stream: Connected just now.
        export: Its name; empty for the default one.
        can_read: Whether it will be read: asks for structured replies and block status.

    Raises:
        NbdError: it fails, or the server cannot do what is needed.
    """
    magic, option_magic, flags = _GREETING.unpack(stream.take(_GREETING.size, _GREETING.size))
    if magic != _INIT_MAGIC or option_magic != _OPTION_MAGIC or not flags & _FIXED_NEWSTYLE:
        raise NbdError("this is no NBD server of today")
    stream.send(_CLIENT_FLAGS.pack(_FIXED_NEWSTYLE | flags & _NO_ZEROES))
    name = export.encode(errors="surrogateescape")
    status_id = None
    if can_read:
        if not _is_accepted(stream, _STRUCTURED_REPLY, b""):
            raise NbdError("the server has no structured replies")
        status_id = _ask_for_status(stream, name)
    size, flags = _go(stream, name)
    return Export(size, status_id, flags)


def _ask_for_status(stream: NbdStream, name: bytes) -> int | None:
    query = _text(name) + _NUMBER.pack(1) + _text(_ALLOCATION)
    status_id = None
    for kind, data in _ask(stream, _SET_META_CONTEXT, query):
        if kind == _META_CONTEXT and data[_NUMBER.size :] == _ALLOCATION:
            (status_id,) = _NUMBER.unpack_from(data)
    return status_id


def _go(stream: NbdStream, name: bytes) -> tuple[int, int]:
    """Enter the second half; return the export's size in bytes and its flags."""
    size = flags = None
    for kind, data in _ask(stream, _GO, _text(name) + _SHORT.pack(0)):
        if kind & _REFUSAL:
            raise NbdError(f"the server refuses: {data.decode(errors='replace')}")
        if kind == _INFO and data[: _SHORT.size] == _SHORT.pack(_INFO_EXPORT):
            if len(data) != _EXPORT_INFO.size:
                raise NbdError("an answer of the wrong size")
            _, size, flags = _EXPORT_INFO.unpack(data)
    if size is None or flags is None or size > _LARGEST:
        raise NbdError("the server gives no size that can be")
    return size, flags


def _is_accepted(stream: NbdStream, option: int, data: bytes) -> bool:
    return [kind for kind, _ in _ask(stream, option, data)] == [_ACK]


def _ask(stream: NbdStream, option: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    """Send an option and yield the answers: kind and data; the last is an ACK or a refusal."""
    stream.send(_OPTION.pack(_OPTION_MAGIC, option, len(data)) + data)
    for _ in range(_MOST_REPLIES):
        magic, answered, kind, length = stream.unpack(_REPLY)
        if magic != _REPLY_MAGIC or answered != option:
            raise NbdError("an answer to something else")
        yield kind, stream.take(length, MAX_TEXT)
        if kind == _ACK or kind & _REFUSAL:
            return
    raise NbdError("too many answers")


def _text(text: bytes) -> bytes:
    return _NUMBER.pack(len(text)) + text
