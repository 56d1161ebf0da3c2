"""The bytes of an archive at any place, whatever it is packed with.

What can be entered in its middle is; anything else is walked to from its start, and so a window of
what was read last is kept. Memory is bounded by that window.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Final, Self

from vmatui.engine.archive import Archive
from vmatui.engine.inspecting.bytepieces import Flaw, Flawed, Piece, within
from vmatui.engine.progress import Meter, Phase, Progress, ProgressFunction, ignore
from vmatui.errors import CancelledError
from vmatui.storage.faults import SourceFault

WINDOW: Final = 8 << 20
"""Bytes before the position of a packed archive that stay at hand."""
_STEP: Final = 1 << 20
"""Bytes between two looks at whether to stop."""
_MOST_FLAWS: Final = 1000


class ArchiveBytes:
    """Reads an archive at any place; for one thread at a time.

    Args:
        reopen: Opens the archive anew, which a packed one needs in order to go back.
    """

    def __init__(self, reopen: Callable[[], Archive]) -> None:
        self._reopen = reopen
        self._archive: Archive | None = None
        self._window = bytearray()
        """What was read last of a packed archive, up to its position."""
        self._flaws: dict[Flawed, None] = {}
        self.size: int | None = None
        """Bytes after decompression; None until that is known."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the archive; reading opens it again."""
        archive, self._archive = self._archive, None
        self._window.clear()
        if archive is not None:
            archive.close()

    def is_near(self, offset: int, length: int) -> bool:
        """Whether reading there takes no time that a person would notice."""
        if self._archive is None:
            return False
        source = self._archive.source
        start = source.position - len(self._window)
        return source.seekable or start <= offset <= source.position + WINDOW - length

    def read_at(
        self,
        offset: int,
        length: int,
        *,
        progress: ProgressFunction = ignore,
        cancel: threading.Event | None = None,
    ) -> Piece:
        """Return the bytes at a place, fewer only at the end of the archive.

        Args:
            offset: After decompression, in bytes.
            length: How many bytes.
            progress: Hears how far the way to the place is, where it is long.
            cancel: Ends it early.

        Raises:
            SourceError: the archive cannot be opened, or is not the same any more.
            CancelledError: `cancel` was set.
        """
        archive = self._opened()
        if archive.source.seekable:
            archive.source.seek(offset)
            data = bytes(self._take(archive, length))
        else:
            data = self._walk_to(offset, length, progress, cancel)
        flaws = within(self._flaws, offset, offset + len(data))
        return Piece(offset, data, flaws)

    def _opened(self) -> Archive:
        if self._archive is None:
            self._archive = self._reopen()
            source = self._archive.source
            if source.seekable:
                self.size = source.archive_size
            else:
                self._window += self._archive.raw_header
        return self._archive

    def _walk_to(
        self, offset: int, length: int, progress: ProgressFunction, cancel: threading.Event | None
    ) -> bytes:
        """Read a packed archive on up to the end of what is wanted, from its start if need be."""
        archive = self._opened()
        if offset < archive.source.position - len(self._window):
            self.close()
            archive = self._opened()
        end, meter = offset + length, Meter(progress)
        while archive.source.position < end:
            if cancel is not None and cancel.is_set():
                raise CancelledError("stopped by the user")
            done = archive.source.position
            meter.tick(partial(_progress, done, offset))
            piece = self._take(archive, min(_STEP, end - done))
            if not piece:
                self.size = archive.source.position
                break
            self._keep(piece)
        start = archive.source.position - len(self._window)
        return bytes(self._window[offset - start : end - start])

    def _keep(self, piece: memoryview) -> None:
        self._window += piece
        if len(self._window) > 2 * WINDOW:
            del self._window[:-WINDOW]

    def _take(self, archive: Archive, length: int) -> memoryview:
        """Read on, past losses of unknown length too."""
        source, view = archive.source, memoryview(bytearray(length))
        got = source.readv([view])
        while got < length and source.resume():
            got += source.readv([view[got:]])
        for fault in source.take_faults():
            self._note(fault)
        return view[:got]

    def _note(self, fault: SourceFault) -> None:
        if len(self._flaws) >= _MOST_FLAWS:
            del self._flaws[next(iter(self._flaws))]
        if fault.length:
            self._flaws[fault.offset, fault.offset + fault.length, Flaw.UNREADABLE] = None
        elif fault.doubt:
            self._flaws[fault.offset - fault.doubt, fault.offset, Flaw.DOUBTFUL] = None


def _progress(done: int, target: int, elapsed: float) -> Progress:
    return Progress(Phase.READING, done, max(target, done), elapsed=elapsed)
