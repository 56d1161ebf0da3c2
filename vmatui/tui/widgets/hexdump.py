"""How one moves over the bytes of a hex view: keys and mouse."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message

from vmatui.tui.widgets import hexlines
from vmatui.tui.widgets.hexcanvas import HexCanvas


class HexDump(HexCanvas):
    """Bytes under a cursor that obeys keys and mouse."""

    HELP = """
# Bytes

Offset, bytes, and the same as text where they are printable ASCII. The headers of extents
stand on a tinted ground, the field under the cursor on a stronger one, a wrong field on red
with `✘` before its line. Of a device, `--` is missing: no extent of the archive holds it;
`??` cannot be read; pale `00` are zeros that are not stored; `~` marks lines in doubt.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Byte to the left", show=False),
        Binding("right", "move(1)", "Byte to the right", show=False),
        Binding("up,k", "rows(-1)", "Line up", show=False),
        Binding("down,j", "rows(1)", "Line down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown,space", "page(1)", "Page down", show=False),
        Binding("home", "first", "The first byte", show=False),
        Binding("end", "last", "The last byte", show=False),
    ]

    class EndWanted(Message):
        """The last byte is to be shown, and nobody knows yet where it is."""

    def action_move(self, step: int) -> None:
        """Move the cursor some bytes."""
        self.go_to(self.cursor + step)

    def action_rows(self, rows: int) -> None:
        """Move the cursor some lines; it stays in its column."""
        target = self.cursor + rows * self.columns
        if 0 <= target < self.bytes:
            self.cursor = target

    def action_page(self, pages: int) -> None:
        """Move the cursor by what fits on the screen."""
        self.go_to(self.cursor + pages * self.columns * max(self.size.height - 1, 1))

    def action_first(self) -> None:
        """Go to the first byte."""
        self.go_to(0)

    def action_last(self) -> None:
        """Go to the last byte, wherever it is."""
        if self.is_final:
            self.go_to(self.bytes - 1)
        else:
            self.post_message(self.EndWanted())

    def on_click(self, event: Click) -> None:
        """Put the cursor on the byte that was clicked."""
        place = event.get_content_offset(self)
        if place is None:
            return
        byte = hexlines.byte_at(place.x, self.columns, self.digits)
        offset = (place.y + self.scroll_offset.y) * self.columns + (byte or 0)
        if byte is not None and offset < self.bytes:
            self.cursor = offset
