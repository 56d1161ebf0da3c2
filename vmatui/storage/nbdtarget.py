"""A device restored to the export of an NBD server, somewhere else or on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from vmatui.errors import TargetError
from vmatui.storage.destination import ZeroPolicy
from vmatui.storage.exportwriting import ExportWriting
from vmatui.storage.inplace import InPlace
from vmatui.storage.nbdstream import NbdError, NbdStream
from vmatui.storage.nbduri import parse_nbd_uri
from vmatui.storage.nbdwriter import NbdWriter
from vmatui.storage.targets import size_problem, target_error

_PATIENCE: Final = 300.0
"""Seconds without an answer after which a server is given up."""


def inspect_export(uri: str) -> tuple[int, bool]:
    """Return the size of an export in bytes, and whether it is read-only.

    Raises:
        TargetError: it cannot be had.
    """
    writer = _connected(uri)
    writer.close()
    return writer.size, writer.is_read_only


class NbdTarget(InPlace):
    """An export, a `vmatui.storage.targets.Target`.

    Args:
        uri: Where it is.
        size: Bytes of the device to restore.
        zero: How it is made to read zero.
        allow_larger: Whether the export may be more than `MAX_LARGER` larger.
    """

    is_threaded = False

    def __init__(self, uri: str, size: int, zero: ZeroPolicy, *, allow_larger: bool) -> None:
        self.place = uri
        self.size = size
        self._zero = zero
        self._allow_larger = allow_larger
        self._export: ExportWriting | None = None

    def open(self) -> None:
        """Connect to the server."""
        writer = _connected(self.place)
        problem = size_problem(writer.size, self.size, allow_larger=self._allow_larger)
        if writer.is_read_only:
            problem = "is read-only; choose another target"
        if problem:
            writer.close()
            raise TargetError(f"{self.place} {problem}")
        self._export = ExportWriting(self.place, self.size, writer)

    @property
    def identity(self) -> str:
        """The size of the export in bytes: a server tells nothing else of it."""
        return str(self._opened().writer.size)

    def prepare(self, tick: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        """Make the export read zero up to the size."""
        self._opened().make_zero(self._zero, tick, cancelled)

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        """Write bytes from an offset on, up to the size."""
        self._opened().writev(offset, views)

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes of the export."""
        return self._opened().read(offset, length)

    def sync(self) -> None:
        """Wait until everything is on the server's disk."""
        self._opened().sync()

    def discard(self) -> None:
        """Close the connection; what was there before cannot be brought back."""
        export, self._export = self._export, None
        if export is not None:
            export.writer.close()

    def _opened(self) -> ExportWriting:
        assert self._export is not None
        return self._export


def _connected(uri: str) -> NbdWriter:
    address = parse_nbd_uri(uri)
    try:
        connection = address.connect()
    except (OSError, ValueError) as error:
        raise target_error("connect to", uri, error) from error
    try:
        writer = NbdWriter(NbdStream(connection), address.export)
        connection.settimeout(_PATIENCE)
    except NbdError as error:
        connection.close()
        raise TargetError(f"cannot open {uri}: {error}; check the server and the name") from error
    except BaseException:
        connection.close()
        raise
    return writer
