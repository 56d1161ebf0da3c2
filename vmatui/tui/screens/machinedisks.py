"""The disks of this machine in a list, one of which can be taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from vmatui.storage.machinedisks import MachineDisk, machine_disks
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import Done, Failed, JobEnded
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.keyfooter import KeyFooter
from vmatui.tui.widgets.styles import MUTED, WARNING
from vmatui.tui.widgets.table import Table
from vmatui.tui.wording import shown, size_text

_COLUMNS: Final = (
    Column("Disk", 22, share=2),
    Column("Size", 9, align="right"),
    Column("Kind", 5),
    Column("Holds", 11),
    Column("Mounted at", 10, share=1),
    Column("Model", 8, share=1),
)


class DiskTable(Table):
    """The disks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Take it", tooltip="Take the disk under the cursor")
    ]


class MachineDisksScreen(JobScreen):
    """The block devices of this machine.

    Args:
        title: What one is chosen for.
        choose: Gets the path of the one that was chosen, after the screen has gone.
    """

    HELP = """
# Disks of this machine

Every disk with its partitions and what stands on them, as the system lists them. Enter
takes the one under the cursor. One that is mounted may change while it is read; a copy
of it is only sound if nothing writes to it meanwhile.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "reload", "Reload", tooltip="List the disks again"),
        Binding("escape,backspace", "leave", "Back", tooltip="Take none"),
    ]

    def __init__(self, title: str, choose: Callable[[Path], Awaitable[None]]) -> None:
        super().__init__()
        self._title = title
        self._choose = choose
        self._disks: tuple[MachineDisk, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the list and what is told of one disk."""
        yield Static(Content.styled(self._title, "bold"), classes="band")
        yield DiskTable(_COLUMNS)
        yield Static(id="disk-detail", classes="detail", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """List the disks."""
        self.action_reload()

    def action_reload(self) -> None:
        """List the disks again."""
        self.query_one(Table).say("\nLooking …")
        self.start(Job("Listing", lambda _progress, _cancel: machine_disks()))

    def action_leave(self) -> None:
        """Go back without one."""
        self.dismiss()

    def on_job_ended(self, message: JobEnded) -> None:
        """Show the disks, or why there are none."""
        table = self.query_one(Table)
        match message.outcome:
            case Done(report=tuple() as disks):
                self._disks = disks
                table.say("\nThis machine shows no disks.")
                table.show(len(disks), lambda row: _cells(self._disks[row]))
            case Failed(message=text):
                table.say(f"\n{text}")
                self.notify(text, severity="error", timeout=10, markup=False)

    @on(Table.Chosen)
    def _take(self, message: Table.Chosen) -> None:
        if message.is_stale:
            return
        path = self._disks[message.row].path
        self.app.call_later(self._choose, path)
        self.dismiss()

    @on(Table.Moved)
    def _show_detail(self, message: Table.Moved) -> None:
        if message.is_stale:
            return
        disk = self._disks[message.row]
        words = [size_text(disk.size), disk.model, disk.file_system]
        told = Content.styled(" · ".join(shown(word) for word in words if word), MUTED)
        if disk.mounted_at:
            told += Content.styled(f"  mounted at {shown(disk.mounted_at)}", WARNING)
        name = Content.styled(shown(str(disk.path)), "bold")
        self.query_one("#disk-detail", Static).update(Content("\n").join([name, told]))


def _cells(disk: MachineDisk) -> tuple[Cell, ...]:
    return (
        Cell(f"{_branch(disk.depth)}{str(disk.path).removeprefix('/dev/')}", "accent"),
        Cell(size_text(disk.size)),
        Cell(disk.kind, "muted"),
        Cell(disk.file_system or "", "muted"),
        Cell(disk.mounted_at or "", "warning"),
        Cell(disk.model or "", "muted"),
    )


def _branch(depth: int) -> str:
    return f"└{'─' * (depth - 1)} " if depth else ""
