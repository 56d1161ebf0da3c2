"""The screen before a restore: planned anew at every change, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, Footer, Input, Static
from textual_fspicker import FileSave, SelectDirectory

from vmatui.engine.plan import RestorePlan, plan_restore
from vmatui.storage.names import safe_name
from vmatui.tui.archivefacts import ArchiveFacts
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import Done, Failed, JobEnded
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.running import RunningScreen
from vmatui.tui.widgets.restoreform import RestoreForm, Wishes
from vmatui.tui.widgets.styles import ERROR, GOOD, MUTED, TITLE
from vmatui.tui.widgets.targetrow import typed_path
from vmatui.tui.wording import counted, shown, size_text, time_text

_PAUSE: Final = 0.2
"""Seconds after the last key until the plan is made anew."""


class RestoreScreen(JobScreen):
    """Where each device goes.

    Args:
        facts: The archive.
    """

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
        self._plan: tuple[Wishes, RestorePlan] | None = None
        self._planning: tuple[Wishes, Job] | None = None
        self._timer: Timer | None = None
        self._wanted: Wishes | None = None
        """What was to be restored when there was no plan for it yet."""

    def compose(self) -> ComposeResult:
        """Lay out the form and the button."""
        name = shown(self.facts.vm_name or self.facts.path.name)
        yield Static(Content.assemble(("Restore ", "bold"), (name, TITLE)), classes="band")
        yield RestoreForm(self.facts.header.devices, default_folder(self.facts))
        with Horizontal(id="start-line"):
            yield Static(id="summary", markup=False)
            yield Button("Restore …", id="start", variant="primary", compact=True)
        yield Footer()

    def on_mount(self) -> None:
        """Plan what is proposed."""
        self._make_plan()

    @property
    def plan(self) -> RestorePlan | None:
        """The plan for exactly what the form says now; None while there is none."""
        wishes = self.query_one(RestoreForm).wishes()
        return self._plan[1] if self._plan is not None and self._plan[0] == wishes else None

    @on(RestoreForm.Changed)
    def _plan_soon(self) -> None:
        """Plan when the user stops typing."""
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
        plan = self.plan
        if plan is None:
            self._wanted = self.query_one(RestoreForm).wishes()
        elif plan.problems:
            self.notify(plan.problems[0], severity="error", markup=False)
        elif not (plan.restored or plan.configs):
            self.notify("Nothing is left to restore: tick a device", severity="warning")
        else:
            self._ask(plan)

    def action_browse(self) -> None:
        """Choose by a dialog what the field under the cursor names."""
        field, is_folder = self.query_one(RestoreForm).path_field

        def put(path: Path | None) -> None:
            if path is not None:
                field.value = str(path)

        here = typed_path(field.value) or Path()
        place = next((each for each in (here, *here.parents) if each.is_dir()), Path())
        if is_folder:
            self.app.push_screen(SelectDirectory(place, title="Restore into a folder"), put)
        else:
            dialog = FileSave(place, title="Restore to a file or device", default_file=here.name)
            self.app.push_screen(dialog, put)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()

    def on_job_ended(self, message: JobEnded) -> None:
        """Show a plan, if it is the one that was asked for last."""
        if self._planning is None or message.job is not self._planning[1]:
            return
        wishes = self._planning[0]
        match message.outcome:
            case Done(report=RestorePlan() as plan):
                self._plan = wishes, plan
                self.query_one(RestoreForm).show(plan)
                self._say(_summary(plan))
                if self._wanted == wishes:
                    self._wanted = None
                    self.action_restore()
            case Failed(message=text):
                self.query_one(RestoreForm).say([text])
                self._say(Content())

    def _make_plan(self) -> None:
        form, header, path = self.query_one(RestoreForm), self.facts.header, self.facts.path
        wishes = form.wishes()
        self._say(Content.styled("Looking at the targets …", MUTED))
        if wishes.folder is None and len(wishes.to.keys() | wishes.skip) < len(header.devices):
            self._planning = None
            form.say(["Name a folder, or a target for every device"])
            return
        planning = Job(
            "Planning",
            lambda _progress, _cancel: plan_restore(header, **wishes._asdict(), archive=path),
        )
        self._planning = wishes, self.start(planning)

    def _say(self, summary: Content) -> None:
        self.query_one("#summary", Static).update(summary)

    def _ask(self, plan: RestorePlan) -> None:
        is_grave = plan.overwrites
        question = ConfirmScreen(
            "Restore, and overwrite what is there?" if is_grave else "Restore?",
            (*plan.sentences, *plan.warnings),
            yes="Restore",
            no="Not yet",
            is_grave=is_grave,
        )
        self.app.push_screen(question, lambda agreed: self._begin(plan) if agreed else None)

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
