"""The form of a restore: a folder, ticks for what needs to be allowed, and a row a device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Checkbox, Input, Label, Static

from vmatui.engine.restoring.hints import Hint
from vmatui.engine.restoring.plan import RestorePlan, plan_restore, with_limits
from vmatui.format.header import Device, Header
from vmatui.storage.destination import Destination
from vmatui.tui.widgets.stepper import Stepper
from vmatui.tui.widgets.targetrow import TargetRow, typed_path
from vmatui.tui.widgets.targetwords import problem_line, warning_line
from vmatui.tui.widgets.tick import Tick

_ROWS_AT_ONCE: Final = 16


class Wishes(NamedTuple):
    """What a form asks for, in the words of `plan_restore`, and the limits."""

    folder: Path | None
    to: dict[int, Destination]
    formats: dict[int, str]
    skip: set[int]
    overwrite: bool
    allow_larger: bool
    resume: bool
    limits: dict[int, int]


class RestoreForm(Vertical):
    """Where each device goes, as the user says and as the plan answers.

    Args:
        devices: Of the archive.
        folder: The folder that is proposed.
        hints: Where each device was when it was backed up, by its name.
        formats: The formats that are proposed, by dev_id; raw where none is.
    """

    class Changed(Message):
        """The user changed something."""

    def __init__(
        self,
        devices: Sequence[Device],
        folder: Path,
        hints: Mapping[str, Hint],
        formats: Mapping[int, str],
    ) -> None:
        super().__init__()
        self._devices = devices
        self._folder = folder
        self._hints = hints
        self._formats = formats
        self._plan: RestorePlan | None = None

    def compose(self) -> ComposeResult:
        """Lay out the folder, the rows, and what concerns them all."""
        with Horizontal(id="folder-line"):
            yield Label("Into the folder")
            yield Input(str(self._folder), id="folder", compact=True)
            yield Tick("Overwrite", id="overwrite", compact=True)
            yield Tick("Allow larger", id="larger", compact=True)
            yield Tick("Go on", id="resume", compact=True)
        with VerticalScroll(id="rows", can_focus=False):
            if not self._devices:
                yield Static("There are no disks in this archive, only configs.")
        yield Static(id="general-problems", markup=False)

    async def on_mount(self) -> None:
        """Add the rows."""
        await self._add_rows(0)

    def wishes(self) -> Wishes:
        """Return what the form says now."""
        rows = {row.device.dev_id: row for row in self.query(TargetRow)}
        taken = {dev_id: row.format for dev_id, row in rows.items() if row.format is not None}
        return Wishes(
            typed_path(self.query_one("#folder", Input).value),
            {dev_id: row.target for dev_id, row in rows.items() if row.target is not None},
            {**self._formats, **taken},
            {dev_id for dev_id, row in rows.items() if not row.is_wanted},
            self.query_one("#overwrite", Checkbox).value,
            self.query_one("#larger", Checkbox).value,
            self.query_one("#resume", Checkbox).value,
            {dev_id: row.limit for dev_id, row in rows.items() if row.limit is not None},
        )

    @property
    def mistakes(self) -> list[str]:
        """Why what the form says cannot even be planned."""
        rows = list(self.query(TargetRow))
        mistakes = [row.mistake for row in rows if row.mistake]
        has_folder = typed_path(self.query_one("#folder", Input).value) is not None
        if not has_folder and any(row.is_wanted and row.target is None for row in rows):
            mistakes.append("Name a folder, or a target for every device")
        return mistakes

    def show(self, plan: RestorePlan) -> None:
        """Show what a plan says of each device, and of all."""
        self._plan = plan
        by_id = {planned.device.dev_id: planned for planned in plan.devices}
        for row in self.query(TargetRow):
            row.show(by_id[row.device.dev_id])
        of_configs = (text for config in plan.configs for text in config.problems)
        self.say([*plan.general_problems, *of_configs], plan.general_warnings)
        for option, name in (("--allow-larger", "-larger"), ("--resume", "-resumable")):
            if any(option in text for text in plan.problems):
                self.add_class(name)

    def say(self, problems: Sequence[str], warnings: Sequence[str] = ()) -> None:
        """Say what stands against the whole, or may."""
        lines = [problem_line(text) for text in problems]
        lines += [warning_line(text) for text in warnings]
        self.query_one("#general-problems", Static).update(Content("\n").join(lines))

    @property
    def row(self) -> TargetRow | None:
        """The row under the cursor."""
        return next((row for row in self.query(TargetRow) if row.has_focus_within), None)

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(Stepper.Changed)
    def _tell(self, message: Message) -> None:
        message.stop()
        self.post_message(self.Changed())

    async def _add_rows(self, start: int) -> None:
        """Add some rows and then the next, so that hundreds do not hold up the keys."""
        devices = self._devices[start : start + _ROWS_AT_ONCE]
        await self.query_one("#rows").mount_all(self._make_rows(devices))
        if self._plan is not None:
            self.show(self._plan)
        if devices:
            self.call_after_refresh(self._add_rows, start + len(devices))

    def _make_rows(self, devices: Sequence[Device]) -> Iterator[TargetRow]:
        return (TargetRow(device, self._hints.get(device.name)) for device in devices)


def make_plan(header: Header, wishes: Wishes, archive: Path) -> RestorePlan:
    """Return the plan for what a form asks for."""
    words = wishes._asdict()
    limits = words.pop("limits")
    return with_limits(plan_restore(header, **words, archive=archive), limits)
