"""What all open sources share: the descriptor they read, where they stand and their faults."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from vmatui.errors import SourceError
from vmatui.storage.descriptor import Descriptor, label
from vmatui.storage.faults import Compression, SourceFault, StreamState


class OpenedSource(ABC):
    """The base of the sources; `vmatui.storage.source.Source` says what each must do."""

    def __init__(self, descriptor: Descriptor, compression: Compression) -> None:
        self.name = descriptor.name
        self.compression = compression
        self.disk_size = descriptor.size
        self.position = 0
        self.stream = StreamState.UNREAD
        self._descriptor = descriptor
        self._faults: list[SourceFault] = []
        self._begin: tuple[int, StreamState, list[SourceFault]] | None = None
        """Where jobs begin, and what was known there."""

    @property
    def disk_position(self) -> int:
        """Bytes consumed from the file or pipe so far."""
        return self._descriptor.consumed

    @property
    def archive_size(self) -> int | None:
        """Bytes of the archive where that is known before they were read."""
        return None

    @property
    def settled(self) -> int:
        """Archive offset in bytes up to which no fault can cast doubt any more."""
        return self.position

    def begin(self) -> None:
        """Stand where the first call was made, as if nothing had been read since."""
        if self._descriptor.fd < 0:
            raise SourceError(f"{label(self.name)} was closed: open it anew")
        if self._begin is None:
            self._begin = self.position, self.stream, [*self._faults]
        start, stream, faults = self._begin
        if (self.position, self.stream, self._faults) == self._begin:
            return
        self._rewind(start)
        self.stream, self._faults = stream, [*faults]

    def resume(self) -> bool:
        """Say that nothing follows where `readv` ended short."""
        return False

    def glance(self, view: memoryview) -> int:
        """Read what stands here, with all that goes with it."""
        return self.readv([view])

    def touch(self, _length: int) -> bool:
        """Say that this is no cheaper than to read."""
        return False

    def back(self, offset: int) -> None:
        """Forget what was found since a touch began: it will be found again."""
        self.position = offset
        self.stream = StreamState.UNREAD
        self._faults.clear()

    @abstractmethod
    def _rewind(self, offset: int) -> None:
        """Go back to an offset, or raise SourceError: what was read before counts no more."""

    @abstractmethod
    def readv(self, views: Sequence[memoryview]) -> int:
        """Fill the views in turn; how it is done is up to the kind of source."""

    def take_faults(self) -> list[SourceFault]:
        """Return the faults since the last call, in order, and forget them."""
        faults, self._faults = self._faults, []
        return faults

    def close(self) -> None:
        """Close what was opened; standard input stays open."""
        self._descriptor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _record(self, fault: SourceFault) -> None:
        self._faults.append(fault)
        self.stream = StreamState.FAULTY

    def _reach_end(self, state: StreamState) -> None:
        """Note the end of the bytes; a fault that was found stays one."""
        if self.stream is StreamState.UNREAD:
            self.stream = state


def read_once(name: str) -> SourceError:
    """Return the sentence for a pipe that is to be read from its start again."""
    return SourceError(f"{label(name)} comes through a pipe and was read already: open it anew")
