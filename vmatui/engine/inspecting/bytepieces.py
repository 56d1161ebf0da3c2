"""Bytes of an archive or a device with what is known against them.

A piece always has all its bytes; where there are none to be had, zeros stand in and a flaw says so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple, Protocol

from vmatui.engine.progress import ProgressFunction, ignore


class Flaw(StrEnum):
    """What bytes are that are not simply there."""

    ZERO = "zero"
    """Not stored, because they are zero."""
    MISSING = "missing"
    """In no extent of the archive."""
    UNREADABLE = "unreadable"
    """Lost: the medium does not give them, or the archive ends before them."""
    DOUBTFUL = "doubtful"
    """There, but a checksum that should vouch for them is wrong."""


Flawed = tuple[int, int, Flaw]
"""Start and end, as offsets in the archive or device, and what is the matter there."""


class Piece(NamedTuple):
    """Some bytes in a row."""

    offset: int
    """Of the first one."""
    data: bytes
    flaws: tuple[Flawed, ...] = ()

    @property
    def end(self) -> int:
        """Offset behind the last byte."""
        return self.offset + len(self.data)


class Reader(Protocol):
    """Reads an archive or a device at any place; used by one thread at a time."""

    @property
    def size(self) -> int | None:
        """Bytes there are in all, None while nobody knows."""

    def is_near(self, offset: int, length: int) -> bool:
        """Whether reading there takes no time that a person would notice."""

    def read_at(
        self,
        offset: int,
        length: int,
        *,
        progress: ProgressFunction = ignore,
        cancel: threading.Event | None = None,
    ) -> Piece:
        """Return the bytes at a place, fewer only at the end.

        Raises:
            SourceError: the archive cannot be opened or read any more.
            CancelledError: `cancel` was set.
        """


ExtentsOf = Callable[[int, int], Iterable[int]]
"""Gives the extents of so many clusters from one on, -1 where a cluster is in none."""


def within(flaws: Iterable[Flawed], start: int, end: int) -> tuple[Flawed, ...]:
    """Return the parts of flaws that lie between two offsets."""
    return tuple(
        (max(first, start), min(last, end), flaw)
        for first, last, flaw in flaws
        if first < end and last > start
    )
