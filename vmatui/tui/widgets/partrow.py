"""One disk or config in the form for a new archive: its name, what it is, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from vmatui.tui.draft import NewConfig, NewDisk, PartFacts
from vmatui.tui.widgets.choice import Choice
from vmatui.tui.widgets.styles import ERROR, MUTED, WARNING
from vmatui.tui.wording import shown

_FORMATS: Final = ("raw", "qcow2", "vmdk", "vhdx", "vdi")


class PartRow(Widget):
    """A file or device that goes into the archive.

    Args:
        path: Where it is.
        proposed: What it is called unless the user says otherwise.
    """

    DEFAULT_CSS = """
    PartRow {
        height: auto;
        padding: 0 1 0 3;
        margin-bottom: 1;
        .part-line { height: 1; }
        .part-name { width: 24; }
        .told { width: 1fr; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        .remove { min-width: 3; width: 3; margin-left: 1; }
        .path { height: auto; }
        .problems { height: auto; display: none; }
        &.-told .problems { display: block; }
    }
    """

    class TakenOut(Message):
        """The user does not want it any more."""

        def __init__(self, row: PartRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, path: Path, proposed: str = "") -> None:
        super().__init__()
        self.path = path
        self._proposed = proposed
        self._facts: PartFacts | None = None

    def compose(self) -> ComposeResult:
        """Lay out the name, what is known, and the problems."""
        with Horizontal(classes="part-line"):
            yield Input(
                self._proposed,
                placeholder=self._proposed,
                compact=True,
                select_on_focus=False,
                classes="part-name",
            )
            yield Static(Content.styled("looking …", MUTED), classes="told")
            yield from self.more_fields()
            yield Button("✕", classes="remove", compact=True, tooltip="Take it out")
        yield Static(shown(str(self.path)), classes="path", markup=False)
        yield Static(classes="problems", markup=False)

    def more_fields(self) -> Iterator[Widget]:
        """Yield what else can be said of it."""
        yield from ()

    @property
    def typed_name(self) -> str | None:
        """The name that the user gave it, or None for the proposed one."""
        text = self.query_one(Input).value.strip()
        return text if text and text != self._proposed else None

    @property
    def part_name(self) -> str:
        """What it is called in the archive."""
        return self.typed_name or self._proposed

    def propose(self, name: str) -> None:
        """Call it so, unless the user gave it a name."""
        field, is_typed = self.query_one(Input), self.typed_name is not None
        self._proposed = field.placeholder = name
        if not is_typed and not field.has_focus:
            with field.prevent(Input.Changed):
                field.value = name

    def show(self, facts: PartFacts) -> None:
        """Show what is known of it."""
        if facts == self._facts:
            return
        self._facts = facts
        self.query_one(".told", Static).update(facts.told)
        holds = f"   {shown(facts.holds)}" if facts.holds else ""
        where = Content.assemble(shown(str(self.path)), (holds, MUTED))
        self.query_one(".path", Static).update(where)
        lines = [Content.styled(f"✘ {shown(text)}", ERROR) for text in facts.problems]
        lines += [Content.styled(f"▲ {shown(text)}", WARNING) for text in facts.warnings]
        self.query_one(".problems", Static).update(Content("\n").join(lines))
        self.set_class(bool(lines), "-told")

    @on(Button.Pressed, ".remove")
    def _take_out(self, message: Button.Pressed) -> None:
        message.stop()
        self.post_message(self.TakenOut(self))


class DiskRow(PartRow):
    """A disk."""

    DEFAULT_CSS = """
    DiskRow { Choice { width: 11; } }
    """

    def more_fields(self) -> Iterator[Widget]:
        """Yield the choice of a format."""
        yield Choice([("auto", ""), *((each, each) for each in _FORMATS)], "")

    @property
    def disk(self) -> NewDisk:
        """The disk as the row describes it."""
        return NewDisk(self.path, self.part_name, self.query_one(Choice).word or None)


class ConfigRow(PartRow):
    """A config."""

    @property
    def config(self) -> NewConfig:
        """The config as the row describes it."""
        return NewConfig(self.path, self.part_name)
