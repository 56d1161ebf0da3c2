"""What all targets behind an NBD server share: zeroing, writing and syncing an export."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from typing import Final

from vmatui.errors import CancelledError, TargetError
from vmatui.storage.destination import ZeroPolicy
from vmatui.storage.nbdstream import NbdError
from vmatui.storage.nbdwriter import MAX_PIECE, NbdRefusedError, NbdWriter
from vmatui.storage.writing import cut

_CHUNK: Final = 32 << 20
"""Bytes of one request for zeros; every server takes that many."""
_ZEROS: Final = memoryview(bytes(MAX_PIECE))
_NOT_SUPPORTED: Final = {errno.EINVAL, errno.ENOTSUP, errno.EPERM}
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class ExportWriting:
    """An export that a device is restored to.

    Args:
        place: The target, in words.
        size: Bytes of the device.
        writer: Connected.
        reason: Says why, where there is more to say than the error does.
    """

    def __init__(
        self,
        place: str,
        size: int,
        writer: NbdWriter,
        reason: Callable[[NbdError], str] = str,
    ) -> None:
        self.place = place
        self.size = size
        self.writer = writer
        self._reason = reason

    def make_zero(
        self, policy: ZeroPolicy, tick: Callable[[int], None], cancelled: Callable[[], bool]
    ) -> None:
        """Make it read zero up to the size; sparse does nothing.

        Raises:
            CancelledError: `cancelled` said so.
            TargetError: it cannot be written.
        """
        if policy is ZeroPolicy.SPARSE:
            return
        for start in range(0, self.size, _CHUNK):
            if cancelled():
                raise CancelledError("stopped by the user")
            length = min(_CHUNK, self.size - start)
            try:
                self._zero(start, length, keep_space=policy is ZeroPolicy.ZERO)
            except NbdError as error:
                raise self._error(f"write zeros at offset {start} of", error) from error
            tick(start + length)

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        """Write bytes from an offset on, up to the size.

        Raises:
            TargetError: these, or others before, cannot be written.
        """
        try:
            self.writer.write(offset, cut(views, self.size - offset))
        except NbdError as error:
            raise self._error(f"write at offset {offset} of", error) from error

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes of the export.

        Raises:
            TargetError: they cannot be read.
        """
        try:
            return self.writer.read(offset, length)
        except NbdError as error:
            raise self._error(f"read at offset {offset} of", error) from error

    def sync(self) -> None:
        """Wait until everything is on the server's disk.

        Raises:
            TargetError: it could not all be written.
        """
        try:
            self.writer.flush()
        except NbdError as error:
            raise self._error("write all of", error) from error

    def _zero(self, start: int, length: int, *, keep_space: bool) -> None:
        if self.writer.can_write_zeroes:
            try:
                self.writer.write_zeroes(start, length, keep_space=keep_space)
                self.writer.wait()
            except NbdRefusedError as error:
                if error.number not in _NOT_SUPPORTED:
                    raise
            else:
                return
        for at in range(0, length, MAX_PIECE):
            self.writer.write(start + at, [_ZEROS[: min(MAX_PIECE, length - at)]])
        self.writer.wait()

    def _error(self, action: str, error: NbdError) -> TargetError:
        if isinstance(error, NbdRefusedError) and error.offset is not None:
            action = f"write at offset {error.offset} of"
        is_full = isinstance(error, NbdRefusedError) and error.number in _FULL
        advice = "make room there or choose another place" if is_full else "choose another place"
        return TargetError(f"cannot {action} {self.place}: {self._reason(error)}; {advice}")
