"""A question that must be answered before something happens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from vmatui.tui.widgets.keyfooter import KeyFooter
from vmatui.tui.widgets.styles import WARNING
from vmatui.tui.wording import shown

_SUBJECT: Final = re.compile(r"^[^:]{1,40}:")
_GRAVE: Final = re.compile(r"\b(OVERWRITE|REPLACE)\b")
_GRAVE_STYLE: Final = f"bold {WARNING}"


class ConfirmScreen(ModalScreen[bool]):
    """Asks; its result is whether the user agreed.

    Args:
        question: The question in one line.
        lines: What will happen, a sentence each.
        yes: What agreeing does, as the button says it.
        no: What it does not.
        is_grave: Whether something would be lost; the other button has the focus then.
        to_type: What must be typed before it can be agreed to; empty asks for nothing.
    """

    HELP = """
# A question

Nothing happens before you answer. `y` agrees, `n` and Escape do not. Up and down show the
rest of what will happen. Where what is lost cannot be brought back, its name must be typed
first.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", tooltip="Agree"),
        Binding("n,escape", "answer(False)", "No", tooltip="Change nothing"),
        Binding("left,right", "app.focus_next", "Other button", show=False),
        Binding("up,pageup", "scroll(-1)", "Back in the text", show=False),
        Binding("down,pagedown", "scroll(1)", "On in the text", show=False),
    ]

    def __init__(
        self,
        question: str,
        lines: Sequence[str],
        *,
        yes: str,
        no: str,
        is_grave: bool,
        to_type: str = "",
    ) -> None:
        super().__init__()
        self._question = question
        # What is lost must be seen without a key.
        self._lines = sorted(lines, key=lambda line: not _GRAVE.search(line))
        self._labels = yes, no
        self._is_grave = is_grave
        self._to_type = shown(to_type).strip()

    def compose(self) -> ComposeResult:
        """Lay out the question, the sentences and two buttons."""
        yes, no = self._labels
        with Vertical(id="question", classes="grave" if self._is_grave else ""):
            yield Static(Content.styled(self._question, "bold"), id="question-title")
            with VerticalScroll(id="sentences", can_focus=False):
                yield Static(Content("\n").join([_sentence(line) for line in self._lines]))
            if self._to_type:
                with Horizontal(id="typing"):
                    yield Static(Content.assemble("Type ", (self._to_type, "bold")))
                    yield Input(placeholder="to agree", compact=True)
            with Horizontal(id="answers"):
                yield Button(no, id="no", compact=True)
                yield Button(yes, id="yes", compact=True, disabled=bool(self._to_type))
        yield KeyFooter(has_palette=False)

    def on_mount(self) -> None:
        """Let Enter do what loses nothing."""
        self.query_one("#typing Input" if self._to_type else self._safe_button).focus()

    def on_resize(self) -> None:
        """Give the sentences the room that the rest leaves."""
        self.call_after_refresh(self._fit)

    @property
    def _safe_button(self) -> str:
        return "#no" if self._is_grave else "#yes"

    def on_input_changed(self, message: Input.Changed) -> None:
        """Let who has typed what was asked for agree."""
        self.query_one("#yes", Button).disabled = message.value.strip() != self._to_type

    def on_input_submitted(self) -> None:
        """Agree by Enter, if it was typed in full."""
        self.action_answer(True)

    def on_button_pressed(self, message: Button.Pressed) -> None:
        """Answer by the button."""
        self.dismiss(message.button.id == "yes")

    def action_scroll(self, pages: int) -> None:
        """Show more of the sentences, all but a line of what is there."""
        sentences = self.query_one("#sentences")
        step = pages * max(sentences.size.height - 1, 1)
        sentences.scroll_to(y=sentences.scroll_offset.y + step, animate=False)

    def _fit(self) -> None:
        dialog, sentences = self.query_one("#question"), self.query_one("#sentences")
        rest = dialog.outer_size.height - sentences.outer_size.height
        sentences.styles.max_height = max(self.size.height - rest - 1, 1)

    def action_answer(self, answer: bool) -> None:
        """Answer by the key."""
        if answer and self.query_one("#yes", Button).disabled:
            self.notify(f"Type {self._to_type} to agree", severity="warning", markup=False)
        else:
            self.dismiss(answer)


def _sentence(line: str) -> Content:
    """Return a sentence with what it is about, and what is lost, standing out."""
    text = Content(shown(line)).highlight_regex(_SUBJECT, style="bold")
    return text.highlight_regex(_GRAVE, style=_GRAVE_STYLE)
