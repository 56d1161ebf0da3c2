"""Archives that are not compressed: a file or block device, and a pipe.

Of a file, what cannot be read is given as zeros with a fault, and reading goes on after it; a
pipe ends at the first fault. Nothing is read that was not asked for.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from functools import cached_property

from vmatui.errors import SourceError
from vmatui.storage.descriptor import Descriptor, label, remaining
from vmatui.storage.faults import Compression, SourceFault, StreamState
from vmatui.storage.opened import OpenedSource, read_once
from vmatui.storage.unreadable import STEP, is_regional, reading_singly


class PlainFile(OpenedSource):
    """A plain archive in a file or on a block device, read at any place."""

    seekable = True

    def __init__(self, descriptor: Descriptor) -> None:
        super().__init__(descriptor, Compression.NONE)
        self._is_gone = False
        self._is_stepping = False

    @cached_property
    def _nowhere(self) -> int:
        return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)

    def close(self) -> None:
        """Close what was opened."""
        if "_nowhere" in self.__dict__:
            os.close(self.__dict__.pop("_nowhere"))
        super().close()

    @property
    def archive_size(self) -> int:
        """Bytes of the file now."""
        return self._descriptor.end()

    @property
    def disk_position(self) -> int:
        """Where reading stands in the file: of a plain one that is the archive offset."""
        return self.position

    def readv(self, views: Sequence[memoryview]) -> int:
        """Fill the views in turn, by one system call if all goes well."""
        got = 0
        rest = remaining(views, 0)
        while rest and not self._is_gone:
            count = self._read_step(rest[0]) if self._is_stepping else self._read(rest)
            if count == 0:
                self._reach_end(StreamState.ABSENT)
                break
            self.position += count
            got += count
            rest = remaining(rest, count)
        return got

    def touch(self, length: int) -> bool:
        """Have the kernel read bytes and hand them to nobody, which spares a copy."""
        if self.stream is not StreamState.UNREAD:
            return False
        done = 0
        try:
            while done < length:
                count = os.sendfile(
                    self._nowhere, self._descriptor.fd, self.position + done, length - done
                )
                if not count:
                    return False
                done += count
        except OSError:  # what cannot be read, or a file system that cannot do this
            return False
        self.position += length
        return True

    def seek(self, offset: int) -> None:
        """Go to an archive offset."""
        self.position = offset

    def advise(self, offset: int, length: int) -> None:
        """Have the kernel fetch what will be read soon."""
        # A hint that a file system refuses changes nothing.
        with contextlib.suppress(OSError):
            self._descriptor.advise(offset, length, os.POSIX_FADV_WILLNEED)

    def drain(self) -> None:
        """Go to the end: nothing there says anything of the bytes before."""
        self.position = self._descriptor.end()
        self._reach_end(StreamState.ABSENT)

    def _rewind(self, offset: int) -> None:
        self.position = offset
        self._is_gone = self._is_stepping = False

    def _read(self, views: list[memoryview]) -> int:
        try:
            return self._descriptor.preadv(views, self.position)
        except OSError:
            return self._read_step(views[0])

    def _read_step(self, view: memoryview) -> int:
        """Read up to the next step's start, or give zeros for what cannot be read."""
        left = self._descriptor.end() - self.position
        step = view[: max(0, min(STEP - self.position % STEP, left))]
        try:
            with reading_singly(self._descriptor.fd, self.position):
                count = self._descriptor.preadv([step], self.position)
        except OSError as error:
            if not is_regional(error) or not step:
                return self._end_at(error)
            self._is_stepping = True
            step[:] = bytes(len(step))
            self._record_unreadable(len(step), error)
            return len(step)
        self._is_stepping = False
        return count

    def _end_at(self, error: OSError) -> int:
        self._is_gone = True
        message = f"reading ended at byte {self.position} of the file: {error.strerror}"
        self._record(SourceFault("read-error", self.position, 0, message))
        return 0

    def _record_unreadable(self, length: int, error: OSError) -> None:
        """Add a fault, or make the last one longer if it ends here."""
        start = self.position
        last = self._faults[-1] if self._faults else None
        if last and last.length and last.offset + last.length == start:
            start = last.offset
            self._faults.pop()
        end = self.position + length
        message = (
            f"bytes {start} to {end - 1} of the file cannot be read ({error.strerror}): "
            "zeros stand in for them"
        )
        self._record(SourceFault("read-error", start, end - start, message))


class PlainPipe(OpenedSource):
    """A plain archive that comes in one pass."""

    seekable = False

    def __init__(self, descriptor: Descriptor) -> None:
        super().__init__(descriptor, Compression.NONE)

    def readv(self, views: Sequence[memoryview]) -> int:
        """Fill the views in turn; short only at the end."""
        got = 0
        rest = remaining(views, 0)
        while rest and self.stream is StreamState.UNREAD:
            count = self._read(rest)
            self.position += count
            got += count
            rest = remaining(rest, count)
        return got

    def seek(self, offset: int) -> None:
        """Refuse: a pipe has no other place to go to."""
        raise SourceError(f"{label(self.name)} is a pipe: save it to a file to read parts of it")

    def advise(self, offset: int, length: int) -> None:
        """Do nothing: a pipe gives what comes."""

    def drain(self) -> None:
        """Read and discard the rest, so that the writer can end well."""
        sink = memoryview(bytearray(1 << 16))
        while self.readv([sink]) == len(sink):
            pass

    def _rewind(self, _offset: int) -> None:
        raise read_once(self.name)

    def _read(self, views: list[memoryview]) -> int:
        try:
            count = self._descriptor.readv(views)
        except OSError as error:
            message = f"reading ended at byte {self.position}: {error.strerror}"
            self._record(SourceFault("read-error", self.position, 0, message))
            return 0
        if count == 0:
            self._reach_end(StreamState.ABSENT)
        return count
