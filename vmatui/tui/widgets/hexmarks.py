"""What is marked among the bytes of a hex view, and the ground that each mark is drawn on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vmatui.tui.widgets import hexlines
from vmatui.tui.widgets.hexlines import Ground

Span = tuple[int, int]
"""Start and end of some bytes."""
Headers = Callable[[int, int], Sequence[Span]]
"""Gives the headers of extents that lie between two offsets."""


class HexMarks:
    """The spans of some bytes that stand out.

    Args:
        headers: Gives the headers of extents among them.
    """

    def __init__(self, headers: Headers = lambda _start, _end: ()) -> None:
        self.field: Span = (0, 0)
        """The field under the cursor; empty if there is none."""
        self.found: Span = (0, 0)
        """What a search has found; empty before."""
        self.wrong: Sequence[Span] = ()
        """The fields that are wrong."""
        self._headers = headers

    def lay(self, looks: bytearray, start: int, end: int) -> None:
        """Put the bytes of a line on their grounds; where marks overlap, the stronger one shows."""
        spans = [(span, Ground.HEADER) for span in self._headers(start, end)]
        spans += [(self.field, Ground.FIELD), (self.found, Ground.FOUND)]
        spans += [(span, Ground.WRONG) for span in self.wrong]
        for (low, high), ground in spans:
            if low < end and high > start:
                hexlines.lay_ground(looks, low - start, high - start, ground)

    def has_wrong(self, start: int, end: int) -> bool:
        """Return whether any byte of a line is wrong."""
        return any(low < end and high > start for low, high in self.wrong)
