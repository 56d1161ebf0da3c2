"""Containers that hold others and draw nothing of their own.

With each frame Textual looks at every line of every widget; at these it need not.
"""

from __future__ import annotations

from textual.containers import Container, Vertical


class Blank(Container):
    """A container that draws nothing."""

    BLANK = True


class BlankColumn(Vertical):
    """The same, one below the other."""

    BLANK = True
