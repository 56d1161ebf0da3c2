"""One of a few values in a word, changed with the arrow keys; calm where there is no choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from vmatui.tui.widgets.styles import FAINT, MUTED


class Stepper(Widget, can_focus=True):
    """A value that follows what it is shown until the user takes another.

    Args:
        width: Screen columns.
    """

    DEFAULT_CSS = """
    Stepper {
        height: 1;
        margin-left: 1;
        text-align: center;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        background: $surface;
        &:focus { background: $block-cursor-background; color: $block-cursor-foreground; }
        &:disabled { background: transparent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "take(-1)", "Choose", show=False),
        Binding("right,space,enter", "take(1)", "Choose", show=False),
    ]

    class Changed(Message):
        """The user took another value."""

    def __init__(self, width: int, *, classes: str) -> None:
        super().__init__(classes=classes, disabled=True)
        self.styles.width = width
        self.chosen: str | None = None
        """What the user took; None while nothing was."""
        self._values: Mapping[str, str] = {}
        self._value = ""

    def show(self, value: str, values: Mapping[str, str]) -> None:
        """Show what holds now.

        Args:
            value: One of the values, or nothing.
            values: What may be taken: the word for each. A single one is no choice.
        """
        self._value, self._values = value, values
        self.disabled = len(values) < 2
        self.refresh()

    def action_take(self, step: int) -> None:
        """Take the value before or after; the first follows the last."""
        values = list(self._values)
        number = values.index(self._value) if self._value in values else -step
        self.chosen = self._value = values[(number + step) % len(values)]
        self.refresh()
        self.post_message(self.Changed())

    def on_click(self) -> None:
        """Take the next value."""
        if not self.disabled:
            self.action_take(1)

    def render(self) -> Content:
        """Return the word, with a sign that there are others."""
        word = self._values.get(self._value, self._value)
        if self.disabled:
            return Content.styled(word, MUTED)
        sign = "" if self.has_focus else FAINT
        return Content.assemble(("‹ ", sign), word, (" ›", sign))
