"""The line below a map that takes a place to go to."""

from __future__ import annotations

from textual.message import Message
from textual.widgets import Input

from vmatui.drawing.place import parse_place
from vmatui.errors import UsageError


class PlaceField(Input):
    """Asks for a place, and is there only while it does."""

    DEFAULT_CSS = """
    PlaceField {
        display: none;
        &.-asking { display: block; height: 1; border: none; padding: 0 1; background: $panel; }
    }
    """

    class Given(Message):
        """A place was typed.

        Args:
            number: Of a unit, or of a byte.
            is_offset: Whether it is of a byte.
        """

        def __init__(self, number: int, *, is_offset: bool) -> None:
            super().__init__()
            self.number = number
            self.is_offset = is_offset

    def __init__(self) -> None:
        super().__init__(placeholder="cluster, 0x offset, or 10G; Enter goes there")

    @property
    def is_asking(self) -> bool:
        """Whether it is there."""
        return self.has_class("-asking")

    def ask(self) -> None:
        """Ask anew, and take the keys."""
        self.add_class("-asking")
        self.value = ""
        self.focus()

    def leave(self) -> None:
        """Ask no more; whoever asked takes the keys."""
        self.remove_class("-asking")

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Tell the place that was typed; what is none is asked again."""
        message.stop()
        try:
            number, is_offset = parse_place(message.value)
        except UsageError as error:
            self.notify(str(error), severity="warning", markup=False)
        else:
            self.post_message(self.Given(number, is_offset=is_offset))
