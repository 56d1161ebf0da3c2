"""The compressed bytes as a codec takes them: looked at ahead, taken exactly, counted.

A read that fails ends the bytes like a cut does, after everything read before it was given. Where
others follow what cannot be read, `go_past_gap` leads to them.
What a codec finds wrong is a `Damage`: yielded when it can go on, raised when it cannot.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from enum import Enum
from typing import NamedTuple, Protocol

from vmatui.storage.faults import SourceFaultKind
from vmatui.storage.unreadable import UnreadableError

READ_SIZE = 1 << 18
"""Bytes asked of the file first: many a reader wants no more than a header."""
_LARGEST_READ = 1 << 19
"""Bytes asked of it at once later."""


class Damage(NamedTuple):
    """What a codec found wrong at the place where it stands."""

    kind: SourceFaultKind
    message: str
    length: int = 0
    """Decoded bytes that follow and are not right: zeros, or ones that fail their checksum."""
    is_break: bool = False
    """Whether decoded bytes are lost here, nobody knows how many, and others follow."""


class Mark(Enum):
    """What a codec says of the bytes that it has given."""

    SETTLED = "settled"
    """They are decoded and checked as far as their checksum goes: what comes does not change it."""


class DamagedStreamError(Exception):
    """The stream cannot be decoded any further."""

    def __init__(self, damage: Damage) -> None:
        super().__init__(damage.message)
        self.damage = damage


class Run(Protocol):
    """Data that a codec unpacks straight to where they are wanted."""

    def readinto(self, view: memoryview) -> int:
        """Fill a view; return how many bytes, fewer than asked only where the run ends."""


Decoded = Generator[bytes | Run | Damage | Mark, None, bool]
"""What a codec gives: data, as pieces and as runs that are read to their end before the next, and
damage in order; then whether checksums covered it all."""


def _no_tail(length: int) -> bytes:
    return b""


class Intake:
    """Compressed bytes from a `read(n)` that gives up to n bytes, and nothing at the end.

    If that raises an `UnreadableError`, there is a gap: the next call gives what stands behind it.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        name: str,
        size: int | None = None,
        tail: Callable[[int], bytes] = _no_tail,
        start: int = 0,
        rewind: Callable[[int], None] | None = None,
    ) -> None:
        self.offset = start
        """The place in the file of the next byte."""
        self.size = size
        """Bytes of the file, where they are known."""
        self.tail = tail
        """Gives up to that many of the file's last bytes, none where they cannot be had."""
        self._read = read
        self._rewind = rewind
        self._length = READ_SIZE
        """Bytes that the next read asks for."""
        self._name = name
        self._buffer = memoryview(b"")
        self._at = 0
        self._behind = memoryview(b"")
        """What was read and is not in the buffer."""
        self._is_ended = False
        self._is_short = False
        """Whether fewer bytes were there than were looked for last."""
        self._error: OSError | None = None
        self._gap = 0
        """Bytes that cannot be read behind those that were."""

    @property
    def has_gap(self) -> bool:
        """Whether behind the bytes that were looked at some cannot be read."""
        return bool(self._gap)

    def look(self, length: int) -> memoryview:
        """Return the next bytes without taking them; fewer than asked only at the end or a gap."""
        if len(self._buffer) - self._at < length:
            self._join(length, sys.maxsize)
        found = self._buffer[self._at : self._at + length]
        self._is_short = len(found) < length
        return found

    def ahead(self, least: int) -> memoryview:
        """Look at so many bytes, and at more if that costs nothing."""
        if len(self._buffer) - self._at < least:
            self._join(least, least)
        self._is_short = len(self._buffer) - self._at < least
        return self._buffer[self._at :]

    @property
    def can_go_back(self) -> bool:
        """Whether `go_back` can be called."""
        return self._rewind is not None

    def go_back(self, offset: int) -> None:
        """Stand at a place of the file that was passed, as if nothing behind had been read."""
        assert self._rewind is not None
        self._rewind(offset)
        self.offset = offset
        self._drop()
        self._is_ended = self._is_short = False

    def skip(self, length: int) -> None:
        """Take bytes that were looked at."""
        self._at += length
        self.offset += length

    def give_back(self, data: bytes) -> None:
        """Have bytes come again that were taken last."""
        if data:
            self._buffer = memoryview(data + self._buffer[self._at :])
            self._at = 0
            self.offset -= len(data)

    def take(self, length: int) -> memoryview:
        """Return exactly this many bytes and go past them.

        Raises:
            DamagedStreamError: The bytes end before.
        """
        taken = self.look(length)
        if len(taken) < length:
            raise self.cut()
        self.skip(length)
        return taken

    def is_at_end(self) -> bool:
        """Whether every byte was taken.

        Raises:
            DamagedStreamError: What ended the bytes, here or up to a gap, was a read error.
        """
        if self.look(1):
            return False
        if self._error is not None:
            raise self.cut()
        return True

    def go_past_gap(self) -> bool:
        """Drop the bytes up to a gap and stand behind it; False if there is none before the end."""
        if not self._gap:
            return False
        self.offset = self._end + self._gap
        self._drop()
        return True

    def cut(self) -> DamagedStreamError:
        """Return the error for bytes that ended too early."""
        end = self._end
        if self._error is None:
            message = f"the {self._name} stream is cut before its end, at byte {end} of the file"
            return DamagedStreamError(Damage("stream-error", message))
        reason = self._error.strerror or type(self._error).__name__
        if self._gap:
            last = end + self._gap - 1
            message = f"bytes {end} to {last} of the file cannot be read ({reason})"
            return DamagedStreamError(Damage("read-error", message))
        message = f"the file cannot be read from byte {end} on: {reason}"
        return DamagedStreamError(Damage("read-error", message))

    def damaged(self, reason: str) -> DamagedStreamError:
        """Return the error for bytes here that make no sense, if only because some are unread."""
        if self._gap and self._is_short:
            return self.cut()
        return DamagedStreamError(
            Damage(
                "stream-error",
                f"the {self._name} stream is damaged at byte {self.offset} of the file: {reason}",
            )
        )

    @property
    def _end(self) -> int:
        """The place in the file behind what was read."""
        return self.offset + len(self._buffer) - self._at + len(self._behind)

    def _drop(self) -> None:
        self._buffer = self._behind = memoryview(b"")
        self._at = self._gap = 0
        self._error = None

    def _join(self, least: int, most: int) -> None:
        """Have the next bytes in one piece, `least` of them, copying no more than `most`."""
        rest = self._buffer[self._at :]
        parts = [rest] if rest else []
        have = len(rest)
        while have < least and (self._behind or self._read_some()):
            part = self._behind[: most - have] if parts else self._behind
            self._behind = self._behind[len(part) :]
            parts.append(part)
            have += len(part)
        self._buffer = parts[0] if len(parts) == 1 else memoryview(b"".join(parts))
        self._at = 0

    def _read_some(self) -> bool:
        """Read on; False where nothing more is to be had before the end or a gap."""
        if self._is_ended or self._gap:
            return False
        length, self._length = self._length, min(2 * self._length, _LARGEST_READ)
        try:
            self._behind = memoryview(self._read(length))
        except UnreadableError as error:
            self._error, self._gap = error, error.length
        except OSError as error:
            self._error = error
        self._is_ended = not (self._behind or self._gap)
        return bool(self._behind)
