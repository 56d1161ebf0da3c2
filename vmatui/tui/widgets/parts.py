"""The disks or the configs of a new archive: a field that adds one by its path, and their rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Button, Input, Label, Static

from vmatui.tui.widgets.partrow import PartRow
from vmatui.tui.widgets.pathfield import PathField

Row = TypeVar("Row", bound=PartRow)


class Parts(Vertical, Generic[Row]):
    """Some disks, or some configs.

    Args:
        title: What they are.
        row: Makes the row for a path.
        buttons: Ids and labels of what else adds one.
        empty: What is said while there is none.
        id: The widget's id.
    """

    DEFAULT_CSS = """
    Parts {
        height: auto;
        .adder {
            height: 1;
            padding: 0 1;
            margin-bottom: 1;
            Label { width: 9; text-style: bold; }
            Input { width: 1fr; }
            Button { margin-left: 1; min-width: 8; }
        }
        .empty { padding: 0 1 1 3; color: $foreground 60%; display: none; }
        &.-empty .empty { display: block; }
    }
    """

    class Changed(Message):
        """One was added or taken out."""

    def __init__(
        self,
        title: str,
        row: Callable[[Path], Row],
        buttons: dict[str, str],
        empty: str,
        *,
        id: str,
    ) -> None:
        super().__init__(id=id, classes="-empty")
        self._title = title
        self._row = row
        self._buttons = buttons
        self._empty = empty
        self.rows: list[Row] = []
        """In the order of the archive."""

    def compose(self) -> ComposeResult:
        """Lay out the field, the buttons, and what is said first."""
        with Horizontal(classes="adder"):
            yield Label(self._title)
            yield PathField()
            for name, label in self._buttons.items():
                yield Button(label, id=name, compact=True)
        yield Static(self._empty, classes="empty", markup=False)

    @property
    def pending(self) -> Input | None:
        """The field, if a path stands in it that was not added yet."""
        field = self.query_one(".adder Input", Input)
        return field if field.value.strip() else None

    async def add(self, path: Path) -> None:
        """Add the file or device at a path."""
        row = self._row(path)
        self.remove_class("-empty")
        await self.mount(row)
        self.rows.append(row)
        self.call_after_refresh(self._bring_into_sight, row)
        self.post_message(self.Changed())

    async def take_out(self) -> None:
        """Take out the one under the cursor."""
        for row in self.rows:
            if row.has_focus_within:
                await self._remove(row)
                return

    @on(PathField.Given)
    async def _add_typed(self, message: PathField.Given) -> None:
        message.stop()
        await self.add(message.path)

    @on(Input.Changed, ".adder Input")
    def _ignore(self, message: Input.Changed) -> None:
        """Say nothing of a path that is not added yet."""
        message.stop()

    @on(PartRow.TakenOut)
    async def _take_out_row(self, message: PartRow.TakenOut) -> None:
        message.stop()
        for row in self.rows:
            if row is message.row:
                await self._remove(row)
                return

    def _bring_into_sight(self, row: Row) -> None:
        """Scroll to a new row, but not so far that one would type where one does not look."""
        row.scroll_visible(animate=False, immediate=True)
        field = self.screen.focused
        if field is not None and self.has_focus_within:
            field.scroll_visible(animate=False, immediate=True)

    async def _remove(self, row: Row) -> None:
        """Remove a row; the cursor goes to the field above the rows."""
        self.rows.remove(row)
        self.set_class(not self.rows, "-empty")
        self.query_one(".adder Input").focus()
        await row.remove()
        self.post_message(self.Changed())
