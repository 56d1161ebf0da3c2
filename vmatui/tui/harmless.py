"""The last look at every line before the terminal gets it: nothing in it that would be obeyed.

Widgets show text from outside with its control characters escaped. This is for what they do not
draw themselves, such as fields that are typed into and dialogs.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter


class Harmless(LineFilter):
    """Puts blanks, as wide as they were taken for, in the place of what is not printable."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments of a line without anything that a terminal acts on."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            Segment(_harmless(segment.text), segment.style, segment.control) for segment in segments
        ]


def _harmless(text: str) -> str:
    return "".join(char if char.isprintable() else " " * cell_len(char) for char in text)
