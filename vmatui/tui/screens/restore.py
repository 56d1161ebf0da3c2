"""The restore form: a row a device, planned anew at every change, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, Checkbox, Footer, Input, Label, Static
from textual_fspicker import FileSave, SelectDirectory

from vmatui.engine.plan import RestorePlan, plan_restore
from vmatui.storage.names import safe_name
from vmatui.tui.archivefacts import ArchiveFacts
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import Done, Failed, JobEnded
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.running import RunningScreen
from vmatui.tui.widgets.styles import ERROR, GOOD, MUTED, TITLE
from vmatui.tui.widgets.targetrow import TargetRow, typed_path
from vmatui.tui.wording import counted, shown, size_text, time_text

_PAUSE: Final = 0.2
"""Seconds after the last key until the plan is made anew."""
_ROWS_AT_ONCE: Final = 16


class RestoreScreen(JobScreen):
    """Where each device goes."""

    HELP = """
# Restore

Nothing is written from here. Every device has a row: untick it to leave it out, or type
where it goes: a new file, or a block device such as `/dev/pve/vm-100-disk-0`. What speaks
against it is said below the row. The configs go into the folder.

What exists is overwritten only if **Overwrite** is ticked, and what is mounted or in use
never is.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "restore", "Restore", tooltip="Show what will be written, and ask"),
        Binding("ctrl+o", "browse", "Browse", tooltip="Choose the path under the cursor"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("escape", "leave", "Back", tooltip="Go back; nothing is written"),
    ]

    def __init__(self, facts: ArchiveFacts) -> None:
        super().__init__()
        self.facts = facts
        self.plan: RestorePlan | None = None
        """The plan for what the form says now; None while it is being made."""
        self._planning: Job | None = None
        self._timer: Timer | None = None
        self._is_wanted = False

    def compose(self) -> ComposeResult:
        """Lay out the folder, the rows and the button."""
        name = shown(self.facts.vm_name or self.facts.path.name)
        title = Content.assemble(("Restore ", "bold"), (name, TITLE))
        yield Static(title, classes="band")
        with Horizontal(id="folder-line"):
            yield Label("Into the folder")
            yield Input(str(default_folder(self.facts)), id="folder", compact=True)
            yield Checkbox("Overwrite", id="overwrite", compact=True)
        with VerticalScroll(id="rows", can_focus=False):
            if not self.facts.header.devices:
                yield Static("There are no disks in this archive, only configs.")
        yield Static(id="general-problems", markup=False)
        with Horizontal(id="start-line"):
            yield Static(id="summary", markup=False)
            yield Button("Restore …", id="start", variant="primary", compact=True)
        yield Footer()

    async def on_mount(self) -> None:
        """Show the rows, and plan what is proposed."""
        await self._add_rows(0)
        self._make_plan()

    @on(Input.Changed)
    @on(Checkbox.Changed)
    def _plan_soon(self) -> None:
        """Plan when the user stops typing."""
        self.plan = None
        self._is_wanted = False
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE, self._make_plan)

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#start")
    def _press_restore(self) -> None:
        self.action_restore()

    def action_restore(self) -> None:
        """Ask, if nothing speaks against the plan; wait for the plan where it is being made."""
        if self.plan is None:
            self._is_wanted = True
        elif self.plan.problems:
            self.notify(self.plan.problems[0], severity="error", markup=False)
        elif not (self.plan.restored or self.plan.configs):
            self.notify("Nothing is left to restore: tick a device", severity="warning")
        else:
            self._ask(self.plan)

    def action_browse(self) -> None:
        """Choose by a dialog what the field under the cursor names."""
        row = next((row for row in self.query(TargetRow) if row.has_focus_within), None)
        field = self.query_one("#folder", Input) if row is None else row.query_one(Input)

        def put(path: Path | None) -> None:
            if path is not None:
                field.value = str(path)

        here = typed_path(field.value) or Path()
        place = next((each for each in (here, *here.parents) if each.is_dir()), Path())
        if row is None:
            self.app.push_screen(SelectDirectory(place, title="Restore into a folder"), put)
        else:
            dialog = FileSave(place, title="Restore to a file or device", default_file=here.name)
            self.app.push_screen(dialog, put)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()

    def on_job_ended(self, message: JobEnded) -> None:
        """Show a plan, if it is the one that was asked for last."""
        if message.job is not self._planning:
            return
        match message.outcome:
            case Done(report=RestorePlan() as plan):
                self.plan = plan
                self._show(plan)
                if self._is_wanted:
                    self._is_wanted = False
                    self.action_restore()
            case Failed(message=text):
                self._is_wanted = False
                self._show_problems([text])
                self.query_one("#summary", Static).update("")

    async def _add_rows(self, start: int) -> None:
        """Add some rows and then the next, so that hundreds do not hold up the keys."""
        devices = self.facts.header.devices[start : start + _ROWS_AT_ONCE]
        await self.query_one("#rows").mount_all(TargetRow(device) for device in devices)
        if self.plan is not None:
            self._show(self.plan)
        if devices:
            self.call_after_refresh(self._add_rows, start + len(devices))

    def _make_plan(self) -> None:
        rows = list(self.query(TargetRow))
        folder = typed_path(self.query_one("#folder", Input).value)
        to = {row.device.dev_id: row.target for row in rows if row.target is not None}
        skip = {row.device.dev_id for row in rows if not row.is_wanted}
        overwrite = self.query_one("#overwrite", Checkbox).value
        header = self.facts.header
        self.query_one("#summary", Static).update(Content.styled("Looking at the targets …", MUTED))
        if folder is None and len(to.keys() | skip) < len(header.devices):
            self._planning = None
            self._show_problems(["Name a folder, or a target for every device"])
            return
        self._planning = self.start(
            Job(
                "Planning",
                lambda _progress, _cancel: plan_restore(
                    header, folder=folder, to=to, skip=skip, overwrite=overwrite
                ),
            )
        )

    def _show(self, plan: RestorePlan) -> None:
        by_id = {planned.device.dev_id: planned for planned in plan.devices}
        for row in self.query(TargetRow):
            row.show(by_id[row.device.dev_id])
        self._show_problems(
            [*plan.general_problems, *(text for config in plan.configs for text in config.problems)]
        )
        self.query_one("#summary", Static).update(_summary(plan))

    def _show_problems(self, problems: list[str]) -> None:
        told = Content("\n").join(Content.styled(f"✘ {shown(text)}", ERROR) for text in problems)
        self.query_one("#general-problems", Static).update(told)

    def _ask(self, plan: RestorePlan) -> None:
        is_grave = any(planned.overwrites for planned in plan.restored)
        question = "Restore, and overwrite what is there?" if is_grave else "Restore?"
        self.app.push_screen(
            ConfirmScreen(question, plan.sentences, yes="Restore", no="Not yet", is_grave=is_grave),
            lambda agreed: self._begin(plan) if agreed else None,
        )

    def _begin(self, plan: RestorePlan) -> None:
        self.app.switch_screen(RunningScreen(self.facts, plan))


def default_folder(facts: ArchiveFacts) -> Path:
    """Return the folder that is proposed: in the current one, named after the VM and the day."""
    who = facts.vm_id or facts.vm_name or facts.path.name.partition(".")[0]
    day = time_text(facts.header.ctime).partition(" ")[0]
    return Path(safe_name(f"restore-{who}-{day}"))


def _summary(plan: RestorePlan) -> Content:
    if plan.problems:
        return Content.styled(counted(len(plan.problems), "problem") + " to solve first", ERROR)
    size = sum(planned.device.size for planned in plan.restored)
    told = f"{counted(len(plan.restored), 'device')}, {size_text(size)}"
    configs = f", {counted(len(plan.configs), 'config')}" if plan.configs else ""
    return Content.assemble(("✔ ", GOOD), f"{told}{configs}", ("  nothing is written yet", MUTED))
