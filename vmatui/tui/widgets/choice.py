"""A choice of one word among several: Enter shows them all, arrows go on to the next field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Select


class Choice(Select[str], inherit_bindings=False):
    """A field that holds one of some words.

    Args:
        options: What is shown and what it stands for.
        value: What it holds first.
        id: The widget's id.
    """

    DEFAULT_CSS = """
    Choice {
        width: 12;
        height: 1;
        & > SelectCurrent { padding: 0 1; }
        &:focus > SelectCurrent {
            border: none;
            background: $block-cursor-background;
            color: $block-cursor-foreground;
        }
        &:disabled { opacity: 40%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "show_overlay", "Choose", show=False)
    ]

    def __init__(
        self, options: Iterable[tuple[str, str]], value: str, *, id: str | None = None
    ) -> None:
        super().__init__(options, value=value, allow_blank=False, compact=True, id=id)

    @property
    def word(self) -> str:
        """What it holds."""
        return str(self.value)
