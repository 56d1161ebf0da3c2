"""A field that takes one path after another, however fast they are typed."""

from __future__ import annotations

from pathlib import Path

from textual.events import Key
from textual.message import Message
from textual.widgets import Input

from vmatui.tui.widgets.targetrow import typed_path


class PathField(Input):
    """Gives away each path at Enter, and is empty again."""

    class Given(Message):
        """A path was typed."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def __init__(self) -> None:
        super().__init__(placeholder="type a path, Enter adds it", compact=True)

    def on_key(self, event: Key) -> None:
        """Take the path at once; at Enter without one the cursor goes on.

        The action that is bound to Enter comes only after the key has gone through all that is
        around the field, and until then the letters of the next path would join this one.
        """
        path = typed_path(self.value) if event.key == "enter" else None
        if path is not None:
            event.stop()
            event.prevent_default()
            self.value = ""
            self.post_message(self.Given(path))
