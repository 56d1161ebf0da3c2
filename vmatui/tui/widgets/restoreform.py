"""The form of a restore: a folder, a tick that allows overwriting, and a row a device."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Checkbox, Input, Label, Static

from vmatui.engine.plan import RestorePlan
from vmatui.format.header import Device
from vmatui.storage.destination import Destination
from vmatui.tui.widgets.styles import WARNING
from vmatui.tui.widgets.targetrow import TargetRow, problem_line, typed_path
from vmatui.tui.wording import shown

_ROWS_AT_ONCE: Final = 16


class Wishes(NamedTuple):
    """What a form asks for, in the words of `plan_restore`."""

    folder: Path | None
    to: dict[int, Destination]
    skip: set[int]
    overwrite: bool


class RestoreForm(Vertical):
    """Where each device goes, as the user says and as the plan answers.

    Args:
        devices: Of the archive.
        folder: The folder that is proposed.
    """

    class Changed(Message):
        """The user changed something."""

    def __init__(self, devices: Sequence[Device], folder: Path) -> None:
        super().__init__()
        self._devices = devices
        self._folder = folder
        self._plan: RestorePlan | None = None

    def compose(self) -> ComposeResult:
        """Lay out the folder, the rows, and what concerns them all."""
        with Horizontal(id="folder-line"):
            yield Label("Into the folder")
            yield Input(str(self._folder), id="folder", compact=True)
            yield Checkbox("Overwrite", id="overwrite", compact=True)
        with VerticalScroll(id="rows", can_focus=False):
            if not self._devices:
                yield Static("There are no disks in this archive, only configs.")
        yield Static(id="general-problems", markup=False)

    async def on_mount(self) -> None:
        """Add the rows."""
        await self._add_rows(0)

    def wishes(self) -> Wishes:
        """Return what the form says now."""
        rows = list(self.query(TargetRow))
        return Wishes(
            typed_path(self.query_one("#folder", Input).value),
            {row.device.dev_id: row.target for row in rows if row.target is not None},
            {row.device.dev_id for row in rows if not row.is_wanted},
            self.query_one("#overwrite", Checkbox).value,
        )

    def show(self, plan: RestorePlan) -> None:
        """Show what a plan says of each device, and of all."""
        self._plan = plan
        by_id = {planned.device.dev_id: planned for planned in plan.devices}
        for row in self.query(TargetRow):
            row.show(by_id[row.device.dev_id])
        of_configs = (text for config in plan.configs for text in config.problems)
        self.say([*plan.general_problems, *of_configs], plan.warnings)

    def say(self, problems: Sequence[str], warnings: Sequence[str] = ()) -> None:
        """Say what stands against the whole, or may."""
        lines = [problem_line(text) for text in problems]
        lines += [Content.styled(f"▲ {shown(text)}", WARNING) for text in warnings]
        self.query_one("#general-problems", Static).update(Content("\n").join(lines))

    @property
    def path_field(self) -> tuple[Input, bool]:
        """The field of the row under the cursor, else the folder's; and whether it is that."""
        for row in self.query(TargetRow):
            if row.has_focus_within:
                return row.query_one(Input), False
        return self.query_one("#folder", Input), True

    @on(Input.Changed)
    @on(Checkbox.Changed)
    def _tell(self, message: Message) -> None:
        message.stop()
        self.post_message(self.Changed())

    async def _add_rows(self, start: int) -> None:
        """Add some rows and then the next, so that hundreds do not hold up the keys."""
        devices = self._devices[start : start + _ROWS_AT_ONCE]
        await self.query_one("#rows").mount_all(TargetRow(device) for device in devices)
        if self._plan is not None:
            self.show(self._plan)
        if devices:
            self.call_after_refresh(self._add_rows, start + len(devices))
