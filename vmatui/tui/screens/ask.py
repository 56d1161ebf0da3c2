"""A question that is answered with a line of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from vmatui.errors import VmaError
from vmatui.tui.widgets.keyfooter import KeyFooter
from vmatui.tui.widgets.styles import ERROR, MUTED
from vmatui.tui.wording import shown


class AskScreen(ModalScreen[None]):
    """Asks until an answer is taken, or the user gives up.

    Args:
        question: In one line.
        hint: What an answer looks like.
        proposed: Stands in the field at first.
        take: Gets the answer; a `VmaError` says why it is none.
    """

    HELP = """
# A question

Enter takes what was typed, Escape changes nothing.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", tooltip="Change nothing"),
    ]

    def __init__(
        self, question: str, hint: str, proposed: str, take: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._question = question
        self._hint = hint
        self._proposed = proposed
        self._take = take

    def compose(self) -> ComposeResult:
        """Lay out the question, the field and the hint."""
        with Vertical(classes="dialog"):
            yield Static(Content.styled(self._question, "bold"), classes="dialog-title")
            yield Input(self._proposed, compact=True)
            yield Static(Content.styled(self._hint, MUTED), id="ask-hint")
        yield KeyFooter(has_palette=False)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Take the answer, or say what is wrong with it."""
        message.stop()
        try:
            self._take(message.value.strip())
        except VmaError as error:
            told = Content.styled(f"✘ {shown(str(error))}", ERROR)
            self.query_one("#ask-hint", Static).update(told)
        else:
            self.dismiss()

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss()
