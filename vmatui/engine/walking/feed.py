"""The archive's bytes in order, with a way to give some back.

Where an extent turns out to end elsewhere than its header says, the walk has read too far; what it
gives back here is read again, from a pipe as from a file.
"""

from __future__ import annotations

import mmap
from queue import SimpleQueue
from typing import Final

from vmatui.format.layout import MAX_PAYLOAD
from vmatui.storage.source import Source

BUFFER_SIZE: Final = 4 << 20
assert BUFFER_SIZE > MAX_PAYLOAD


class Buffer:
    """Page-aligned memory for the payload of one extent, used over and over."""

    def __init__(self, pool: BufferPool) -> None:
        self.memory = mmap.mmap(-1, BUFFER_SIZE)
        self.view = memoryview(self.memory)
        self._pool = pool
        self._holds = 1

    def hold(self) -> None:
        """Keep the buffer for somebody else too, who releases it as well.

        Holding and releasing are for one thread: the one that works on what the buffer holds.
        """
        self._holds += 1

    def release(self) -> None:
        """Give the buffer back when nobody holds it any more; its bytes are then another's."""
        self._holds -= 1
        if not self._holds:
            self._holds = 1
            self._pool.free.put(self)


class BufferPool:
    """A few buffers, so that memory does not grow with the archive.

    Args:
        count: Buffers there are; `take` waits until one is free.
    """

    def __init__(self, count: int) -> None:
        self.free: SimpleQueue[Buffer | None] = SimpleQueue()
        for _ in range(count):
            self.free.put(Buffer(self))

    def take(self) -> Buffer | None:
        """Return a free buffer, waiting for one; None when the pool was shut."""
        return self.free.get()

    def shut(self) -> None:
        """Wake up whoever waits for a buffer: there will be none."""
        self.free.put(None)


class Feed:
    """Reads a source from where it stands, and takes bytes back."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._returned = memoryview(b"")

    @property
    def offset(self) -> int:
        """Archive offset in bytes of the next byte."""
        return self.source.position - len(self._returned)

    def fill(self, *views: memoryview) -> int:
        """Fill the views in turn; fewer bytes than asked come only at the end or before a loss."""
        if not self._returned:
            return self.source.readv(views)
        filled = 0
        for view in views:
            piece = self._returned[: len(view)]
            view[: len(piece)] = piece
            self._returned = self._returned[len(piece) :]
            got = len(piece)
            if got < len(view):
                got += self.source.readv([view[got:]])
            filled += got
            if got < len(view):
                break
        return filled

    def glance(self, view: memoryview) -> int:
        """Fill a view like `fill`, unpacking no more of a seekable source than that takes."""
        return self.fill(view) if self._returned else self.source.glance(view)

    def touch(self, length: int) -> bool:
        """Read bytes for nobody; False, and nothing done, if the source cannot."""
        return not self._returned and self.source.touch(length)

    def back(self, offset: int) -> None:
        """Stand at an offset again from which bytes were touched."""
        self._returned = memoryview(b"")
        self.source.back(offset)

    def resume(self) -> bool:
        """Go past a loss of unknown length, where `fill` ended short; False where all ends."""
        return self.source.resume()

    def unread(self, data: bytes) -> None:
        """Give back the bytes that were read last; they come again first."""
        self._returned = memoryview(data + bytes(self._returned))

    def skip(self, length: int) -> None:
        """Go past bytes of a seekable source without reading them."""
        offset = self.offset + length
        self._returned = memoryview(b"")
        self.source.seek(offset)
