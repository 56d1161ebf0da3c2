"""The bytes of an archive or a device, a line of them after the other, one under the cursor.

Only the lines on screen are drawn, from pages that others read; what is not read yet is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from vmatui.engine.inspecting.bytepages import PAGE, BytePages
from vmatui.engine.inspecting.bytepieces import Flaw, Piece
from vmatui.tui.widgets import hexlines
from vmatui.tui.widgets.hexlines import Ground, HexBrush, Kind
from vmatui.tui.widgets.hexmarks import Headers, HexMarks, Span
from vmatui.tui.widgets.lineview import LineView
from vmatui.tui.widgets.palette import palette_of

_MOST_LINES: Final = 1000
"""Lines that are kept as they were drawn."""
_FLAWS: Final = {
    Flaw.ZERO: Kind.NOT_STORED,
    Flaw.MISSING: Kind.MISSING,
    Flaw.UNREADABLE: Kind.UNREADABLE,
    Flaw.DOUBTFUL: Kind.DOUBTFUL,
}


class HexCanvas(LineView, can_focus=True):
    """Draws bytes with their offsets, as digits and as text."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "hexdump--offset",
        *(f"hexdump--{kind.name.lower().replace('_', '-')}" for kind in Kind),
        *(f"hexdump--on-{ground.name.lower()}" for ground in Ground),
        "hexdump--on-blurred",
        "hexdump--mark",
    }
    DEFAULT_CSS = """
    HexCanvas {
        height: 1fr;
        width: 1fr;
        padding-left: 1;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        .hexdump--offset { color: $text-muted; }
        .hexdump--mark { color: $text-error; text-style: bold; }
        .hexdump--zero { color: $foreground 45%; }
        .hexdump--text { color: $foreground; }
        .hexdump--other { color: $text-primary; }
        .hexdump--not-stored { color: $foreground 22%; }
        .hexdump--missing, .hexdump--unreadable { color: $text-error; }
        .hexdump--doubtful { color: $text-warning; }
        .hexdump--unread { color: $foreground 22%; }
        .hexdump--on-header { background: $foreground 9%; }
        .hexdump--on-field { background: $primary 35%; text-style: bold; }
        .hexdump--on-found { background: $success 35%; text-style: bold; }
        .hexdump--on-wrong { color: $text; background: $error 60%; text-style: bold; }
        .hexdump--on-cursor { color: $text; text-style: bold reverse; }
        .hexdump--on-blurred { color: $text; text-style: underline; }
    }
    """
    cursor: var[int] = var(0)
    """The offset of the byte under the cursor."""

    class Moved(Message):
        """The cursor is on another byte."""

    class Wanted(Message):
        """Pages are on screen that have not been read."""

        def can_replace(self, message: Message) -> bool:
            """Ask once for all that is missing."""
            return isinstance(message, HexCanvas.Wanted)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.bytes = 0
        """How many there are, as far as is known."""
        self.is_final = True
        """Whether there are no more than that."""
        self.columns = 8
        """Bytes of a line."""
        self.digits = 8
        """Digits of an offset."""
        self.marks = HexMarks()
        self._pages = BytePages()
        self._lines: dict[int, Strip] = {}
        self._brush: HexBrush | None = None

    def show(self, size: int, *, is_final: bool, headers: Headers, cursor: int) -> None:
        """Show other bytes.

        Args:
            size: How many there are.
            is_final: Whether there may be no more.
            headers: Gives the headers of extents among them.
            cursor: The byte to stand on.
        """
        self._pages.clear()
        self.marks = HexMarks(headers)
        self.bytes, self.is_final = size, is_final
        self._arrange()
        self.set_reactive(HexCanvas.cursor, max(0, min(cursor, size - 1)))
        self._scroll_to_cursor(is_jump=True)
        self.post_message(self.Moved())
        self._ask()

    def take(self, pages: Sequence[Piece], size: int, *, is_final: bool) -> None:
        """Take in pages that were read, and how many bytes there are by now."""
        self._pages.take(pages)
        if (size, is_final) != (self.bytes, self.is_final):
            self.bytes, self.is_final = size, is_final
            self._arrange()
            self.cursor = max(0, min(self.cursor, size - 1))
        self._redraw()

    def mark(self, field: Span, wrong: Sequence[Span]) -> None:
        """Mark a field, and those that are wrong."""
        marks = self.marks
        if (field, wrong) != (marks.field, marks.wrong):
            marks.field, marks.wrong = field, wrong
            self._redraw()

    def mark_found(self, found: Span) -> None:
        """Mark what a search has found."""
        self.marks.found = found
        self._redraw()

    def go_to(self, offset: int) -> None:
        """Put the cursor on a byte; past either end is the end."""
        self.cursor = max(0, min(offset, self.bytes - 1))

    def bytes_at(self, offset: int, length: int) -> bytes:
        """Return some bytes of one page, as far as they were read."""
        return self._pages.data(offset, length)

    def flaw(self, offset: int) -> Flaw | None:
        """Return what is the matter with a byte, if it was read and anything is."""
        flaws = self._pages.flaws(offset, offset + 1)
        return flaws[0][2] if flaws else None

    def wanted(self) -> list[int]:
        """Return the offsets of the pages that are on screen and not at hand."""
        top = self.scroll_offset.y * self.columns
        end = min(top + self.size.height * self.columns, self.bytes)
        return self._pages.lacking([self.cursor, *range(top, end, PAGE), max(end - 1, 0)])

    def neighbours(self) -> list[int]:
        """Return the offsets of the pages beside the cursor's that are not at hand."""
        beside = (self.cursor + PAGE, self.cursor - PAGE)
        return self._pages.lacking(offset for offset in beside if 0 <= offset < self.bytes)

    def on_resize(self, _event: Resize) -> None:
        """Lay the lines out anew."""
        self._arrange()
        self._scroll_to_cursor()
        self._ask()

    def notify_style_update(self) -> None:
        """Forget the styles, which the theme may have changed."""
        super().notify_style_update()
        self._brush = None
        self._lines.clear()

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the cursor's old and new line, and bring the new one into view."""
        if old != new:
            for offset in (old, new):
                self.refresh_line(offset // self.columns)
            self._scroll_to_cursor()
            self.post_message(self.Moved())
            self._ask()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for what comes into view."""
        super().watch_scroll_y(old_value, new_value)
        self._ask()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Draw the cursor bright or pale."""
        super().watch_has_focus(_has_focus)
        self._brush = None
        self.refresh_line(self.cursor // self.columns)

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen."""
        width = self.size.width
        line = y + self.scroll_offset.y
        start = line * self.columns
        if start >= self.bytes:
            return Strip.blank(width, self.rich_style)
        if start <= self.cursor < start + self.columns:
            return self._draw(start, width)
        strip = self._lines.get(line)
        if strip is None:
            if len(self._lines) >= _MOST_LINES:
                self._lines.clear()
            strip = self._lines[line] = self._draw(start, width)
        return strip

    def _draw(self, start: int, width: int) -> Strip:
        """Draw the line that starts at an offset."""
        brush = self._brush
        if brush is None:
            brush = self._brush = HexBrush(self._styles(), self.columns)
        end = min(start + self.columns, self.bytes)
        data, looks = self._read(start, end)
        self.marks.lay(looks, start, end)
        hexlines.lay_ground(looks, self.cursor - start, self.cursor + 1 - start, Ground.CURSOR)
        digits, mark = f"{start:0{self.digits}x}", f"{self._gutter_mark(start, end)} "
        # Telling how long the line is costs less than having it counted.
        length = hexlines.width_of(self.columns, len(digits)) - self.columns + len(data)
        strip = Strip(
            [
                Segment(digits, self._part("offset")),
                Segment(mark, self._part("mark")),
                *brush.paint(data, bytes(looks)),
                Segment(" " * max(width - length, 0), brush.ground),
            ],
            max(width, length),
        )
        return strip if length <= width else strip.crop(0, width)

    def _read(self, start: int, end: int) -> tuple[bytes, bytearray]:
        """Return bytes of one page, and their looks on plain ground."""
        data = self._pages.data(start, end - start)
        looks = hexlines.looks_of(data)
        for low, high, flaw in self._pages.flaws(start, end):
            hexlines.lay_kind(looks, low - start, high - start, _FLAWS[flaw])
        unread = end - start - len(data)
        return data + bytes(unread), looks + bytes([Kind.UNREAD]) * unread

    def _gutter_mark(self, start: int, end: int) -> str:
        """Return the glyph of what is wrong in a line."""
        if self.marks.has_wrong(start, end):
            return "!" if palette_of(self).is_ascii else "✘"
        flaws = {flaw for _, _, flaw in self._pages.flaws(start, end)}
        return "~" if Flaw.DOUBTFUL in flaws else " "

    def _styles(self) -> list[Style]:
        kinds = [self._part(kind.name.lower().replace("_", "-")) for kind in Kind]
        styles = list[Style]()
        for ground in Ground:
            name = ground.name.lower()
            if ground is Ground.CURSOR and not self.has_focus:
                name = "blurred"
            on = self._part(f"on-{name}")
            keeps_colour = ground < Ground.WRONG
            over = Style(bgcolor=on.bgcolor, bold=on.bold) if keeps_colour else on
            styles += [kind if ground is Ground.PLAIN else kind + over for kind in kinds]
        return styles

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"hexdump--{name}")

    def _redraw(self) -> None:
        self._lines.clear()
        self.refresh()

    def _arrange(self) -> None:
        self._brush = None
        self.digits = max(8, len(f"{max(self.bytes - 1, 0):x}"))
        self.columns = hexlines.columns_in(self.scrollable_size.width, self.digits)
        lines = -(-self.bytes // self.columns)
        self.virtual_size = Size(self.scrollable_size.width, lines)
        self._redraw()

    def _ask(self) -> None:
        if self.is_mounted and self.size and self.wanted():
            self.post_message(self.Wanted())

    def _scroll_to_cursor(self, *, is_jump: bool = False) -> None:
        row, height, top = self.cursor // self.columns, self.size.height, self.scroll_offset.y
        if not height or (top <= row < top + height and not is_jump):
            return
        is_near = top - 1 <= row <= top + height and not is_jump
        near = row if row < top else row - height + 1
        self.scroll_to(y=near if is_near else row - height // 3, animate=False, force=True)
