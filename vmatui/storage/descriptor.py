"""An open file, block device or pipe, read forward; what was sniffed from it is not lost."""

from __future__ import annotations

import os
import select
import stat
from collections.abc import Sequence

from vmatui.errors import SourceError
from vmatui.storage.unreadable import (
    STEP,
    UnreadableError,
    is_regional,
    reading_singly,
    unreadable_from,
)

STANDARD_INPUT = "-"
_MOST_VIEWS = 1024
"""Buffers that one system call takes (IOV_MAX)."""


class Descriptor:
    """A file descriptor that is read from where it stands."""

    def __init__(self, fd: int, name: str) -> None:
        """Take over a descriptor.

        Args:
            fd: Open for reading; closed with this object unless it is standard input.
            name: The path as the user gave it, or "-".

        Raises:
            OSError: It cannot be examined.
        """
        self.fd = fd
        self.name = name
        self.consumed = 0
        """Bytes read so far."""
        self.seekable, self.size = _measure(fd)
        self._head = b""

    def sniff(self, length: int) -> bytes:
        """Return the first bytes, which later reads give again; fewer only at the end."""
        while len(self._head) < length and (more := self._read(length - len(self._head))):
            self._head += more
        return self._head

    def read(self, length: int) -> bytes:
        """Read up to `length` bytes; nothing at the end."""
        if self._head:
            given, self._head = self._head[:length], self._head[length:]
            return given
        return self._read(length)

    def read_on(self, length: int) -> bytes:
        """Read like `read`, and go past what cannot be read.

        Raises:
            UnreadableError: bytes cannot be read; the next call gives those after them.
            OSError: nothing more can be read.
        """
        try:
            return self.read(length)
        except OSError as error:
            if not self.seekable or not is_regional(error):
                raise
            offset = os.lseek(self.fd, 0, os.SEEK_CUR)
            with reading_singly(self.fd, offset):
                lost = unreadable_from(self.fd, offset, self.end())
                os.lseek(self.fd, offset + lost, os.SEEK_SET)
                if not lost:
                    return self._read_steps(length)
            self.consumed += lost
            raise UnreadableError(error, lost) from None

    def seek(self, offset: int) -> None:
        """Have `read` go on at a place of a seekable file, and count from there."""
        self._head = b""
        self.consumed = offset
        os.lseek(self.fd, offset, os.SEEK_SET)

    def readv(self, views: Sequence[memoryview]) -> int:
        """Read into the views in turn; how many bytes, 0 at the end."""
        if self._head:
            given = self.read(len(views[0]))
            views[0][: len(given)] = given
            return len(given)
        while True:
            try:
                got = os.readv(self.fd, views[:_MOST_VIEWS])
            except BlockingIOError:
                self._wait()
            else:
                self.consumed += got
                return got

    def preadv(self, views: Sequence[memoryview], offset: int) -> int:
        """Read into the views in turn from a place of a seekable file."""
        return os.preadv(self.fd, views[:_MOST_VIEWS], offset)

    def read_at(self, offset: int, length: int) -> bytes:
        """Read up to `length` bytes from a place of a seekable file; nothing at its end."""
        data = os.pread(self.fd, length, offset)
        self.consumed += len(data)
        return data

    def end(self) -> int:
        """Return the size that a seekable file has now."""
        return os.lseek(self.fd, 0, os.SEEK_END)

    def tail(self, length: int) -> bytes:
        """Return up to `length` last bytes of a seekable file; none if they cannot be read."""
        if not self.seekable or self.size is None:
            return b""
        try:
            return os.pread(self.fd, length, max(0, self.size - length))
        except OSError:
            return b""

    def advise(self, offset: int, length: int, advice: int) -> None:
        """Tell the kernel what will be read, if that is a file or device."""
        if self.seekable:
            os.posix_fadvise(self.fd, offset, length, advice)

    def close(self) -> None:
        """Close the descriptor unless it is standard input; once is enough, twice does no harm."""
        _close(self.fd)
        self.fd = -1

    def _read_steps(self, length: int) -> bytes:
        """Read up to what cannot be read, and at least one step.

        Raises:
            OSError: that failed.
        """
        data = more = self._read(STEP)
        while more and len(data) < length:
            try:
                more = self._read(STEP)
            except OSError:
                break
            data += more
        return data

    def _read(self, length: int) -> bytes:
        while True:
            try:
                data = os.read(self.fd, length)
            except BlockingIOError:
                self._wait()
            else:
                self.consumed += len(data)
                return data

    def _wait(self) -> None:
        """Wait for bytes: standard input may have been made non-blocking by another process."""
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        poll.poll()


def remaining(views: Sequence[memoryview], done: int) -> list[memoryview]:
    """Return what is left of the views when their first `done` bytes are filled."""
    rest = []
    for view in views:
        if done < len(view):
            rest.append(view[done:])
        done = max(0, done - len(view))
    return rest


def open_descriptor(path: str | os.PathLike[str]) -> Descriptor:
    """Open a path for reading, or standard input for "-".

    Raises:
        SourceError: It is not there, may not be read, or is a folder or a terminal.
    """
    name = os.fsdecode(path)
    fd = 0 if name == STANDARD_INPUT else _open(name)
    try:
        _check_kind(fd, label(name))
        return Descriptor(fd, name)
    except OSError as error:
        _close(fd)
        raise SourceError(f"{label(name)} cannot be read: {error.strerror}") from None
    except SourceError:
        _close(fd)
        raise


def label(name: str) -> str:
    """Return a source's name as a message says it."""
    return "standard input" if name == STANDARD_INPUT else name


def _open(name: str) -> int:
    try:
        return os.open(name, os.O_RDONLY | os.O_NOCTTY)
    except FileNotFoundError:
        raise SourceError(f"{name or 'an empty path'} does not exist: check the path") from None
    except PermissionError:
        raise SourceError(f"{name} may not be read by this user: try as root") from None
    except OSError as error:
        raise SourceError(f"{name} cannot be opened: {error.strerror}") from None
    except ValueError:
        raise SourceError(f"{name} is no path that can exist: check it") from None


def _close(fd: int) -> None:
    """Close a descriptor, but never standard input, which is not ours."""
    if fd > 0:
        os.close(fd)


def _check_kind(fd: int, name: str) -> None:
    if stat.S_ISDIR(os.fstat(fd).st_mode):
        raise SourceError(f"{name} is a folder: name an archive in it")
    if os.isatty(fd):
        raise SourceError(f"{name} is a terminal: pipe an archive into it")


def _measure(fd: int) -> tuple[bool, int | None]:
    """Return whether the whole of it can be read in any order, and its size in bytes.

    A file that was handed over half read (standard input) is read on from there, like a pipe.
    """
    mode = os.fstat(fd).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISBLK(mode)):
        return False, None
    start = os.lseek(fd, 0, os.SEEK_CUR)
    size = os.lseek(fd, 0, os.SEEK_END) - start
    os.lseek(fd, start, os.SEEK_SET)
    return start == 0, size
