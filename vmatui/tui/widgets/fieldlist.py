"""The fields of a header in a list, what is wrong with one right below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.message import Message

from vmatui.engine.inspecting.headerfields import HeaderField
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.palette import palette_of
from vmatui.tui.widgets.table import Table

COLUMNS: Final = (Column("", 1), Column("Field", 9), Column("Value", 4, share=1))
_NONE: Final = "\nNo header here."


class FieldList(Table):
    """Names and values; the one under the cursor is marked among the bytes."""

    HELP = """
# Fields

The header decoded: of the archive, or of the extent that the cursor is in. `✘` marks a field
that is wrong; the line below it says what it should be. Moving here moves among the bytes;
Enter on a slot goes to the data of its cluster. A slot is cluster, mask and device.
"""

    class FieldMessage(Message):
        """Something about one field."""

        def __init__(self, field: HeaderField) -> None:
            super().__init__()
            self.field = field

    class Pointed(FieldMessage):
        """The cursor stands on a field, moved by the user."""

    class Followed(FieldMessage):
        """Enter on a field."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(COLUMNS, empty=_NONE, id=id)
        self.fields: Sequence[HeaderField] = ()
        self._rows: list[tuple[int, bool]] = []
        """By row, which field it is of, and whether it tells what that should be."""

    def show_fields(self, fields: Sequence[HeaderField]) -> None:
        """Show the fields of a header."""
        if fields is self.fields:
            return
        self.fields = fields
        self._rows = []
        for number, field in enumerate(fields):
            self._rows.append((number, False))
            if field.expected:
                self._rows.append((number, True))
        self.show(len(self._rows), self._cells, cursor=0)

    def point_at(self, offset: int) -> HeaderField | None:
        """Put the cursor on the field at an archive offset; return it."""
        for row, (number, _) in enumerate(self._rows):
            field = self.fields[number]
            if field.start <= offset < field.end:
                self.cursor = row
                return field
        return None

    def watch_cursor(self, old: int, new: int) -> None:
        """Tell which field it is, if the user moved."""
        super().watch_cursor(old, new)
        if old != new and self.has_focus and self._rows:
            self.post_message(self.Pointed(self.fields[self._rows[new][0]]))

    def action_choose(self) -> None:
        """Tell that the field under the cursor is wanted."""
        if self._rows:
            self.post_message(self.Followed(self.fields[self._rows[self.cursor][0]]))

    def _cells(self, row: int) -> tuple[Cell, ...]:
        number, is_rightful = self._rows[row]
        field = self.fields[number]
        if is_rightful:
            return Cell(""), Cell("should be", "error"), Cell(field.expected, "success")
        if not field.problem:
            tone = "muted" if field.value == "empty" else ""
            return Cell(""), Cell(field.name, "muted"), Cell(field.value, tone)
        tone = "error" if field.is_error else "warning"
        is_ascii = palette_of(self).is_ascii
        glyph = ("x" if is_ascii else "✘") if field.is_error else ("!" if is_ascii else "▲")
        return Cell(glyph, tone), Cell(field.name, tone), Cell(field.value, tone)
