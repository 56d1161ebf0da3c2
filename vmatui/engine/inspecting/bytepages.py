"""Pages of an archive or a device that were read, so many of them that memory stays bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from vmatui.engine.inspecting.bytepieces import Flawed, Piece, within

PAGE: Final = 64 << 10
"""Bytes of a page."""
_MOST: Final = 256
"""Pages that stay at hand, 16 MiB."""


class BytePages:
    """What is at hand; nothing that is asked for may reach over the end of a page."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, Piece] = OrderedDict()

    def take(self, pieces: Iterable[Piece]) -> None:
        """Take in pages, and forget those that came first if they become too many."""
        for piece in pieces:
            self._pages[piece.offset // PAGE] = piece
            self._pages.move_to_end(piece.offset // PAGE)
        while len(self._pages) > _MOST:
            self._pages.popitem(last=False)

    def clear(self) -> None:
        """Forget all pages."""
        self._pages.clear()

    def data(self, offset: int, length: int) -> bytes:
        """Return some bytes, fewer where they were not read."""
        piece = self._pages.get(offset // PAGE)
        at = offset % PAGE
        return piece.data[at : at + length] if piece is not None else b""

    def flaws(self, start: int, end: int) -> tuple[Flawed, ...]:
        """Return what is the matter with some bytes, as far as they were read."""
        piece = self._pages.get(start // PAGE)
        return within(piece.flaws, start, end) if piece is not None else ()

    def lacking(self, offsets: Iterable[int]) -> list[int]:
        """Return where the pages start that hold some offsets and are not at hand."""
        pages = sorted({offset // PAGE for offset in offsets})
        return [page * PAGE for page in pages if page not in self._pages]
