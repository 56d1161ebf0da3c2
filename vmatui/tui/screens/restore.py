"""The screen before a restore: planned anew at every change, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, Input, Static

from vmatui.engine.archivefacts import ArchiveFacts
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.restoring.candidates import Candidate, find_candidates
from vmatui.engine.restoring.hints import find_hints
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import Done, Failed, JobEnded, Outcome
from vmatui.tui.proposals import default_folder, nearest_folder, proposed_formats
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.dialogs import ChooseFolder
from vmatui.tui.screens.picker import PickerScreen
from vmatui.tui.screens.running import RunningScreen
from vmatui.tui.widgets.keyfooter import KeyFooter
from vmatui.tui.widgets.restoreform import RestoreForm, Wishes, make_plan
from vmatui.tui.widgets.styles import ERROR, GOOD, MUTED, TITLE
from vmatui.tui.widgets.targetrow import TargetRow, typed_path
from vmatui.tui.widgets.targetwords import in_ticks
from vmatui.tui.wording import counted, shown, size_text

_PAUSE: Final = 0.2
"""Seconds after the last key until the plan is made anew."""


class RestoreScreen(JobScreen):
    """Where each device goes.

    Args:
        facts: The archive.
        learned: Hears what a restore proved of the archive.
        errors: How many the archive is known to have.
    """

    HELP = """
# Restore

Nothing is written from here. Every device has a row: untick it to leave it out, or type
where it goes: a new file, or a block device such as `/dev/pve/vm-100-disk-0`; `ctrl+o` lists
those of this machine. What speaks against it is said below the row. The configs go into the
folder.

Beside the target stand the image's format and what becomes of old data, which the arrow
keys change: `discard first` and `zero first` make the target read zero, and the first gives
its space back; `not zeroed` is for a target that is known to read zero.

What exists is overwritten only if **Overwrite** is ticked, and what is mounted or in use
never is. A restore that was interrupted can be gone on with: **Go on** is offered then.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "restore", "Restore", tooltip="Show what will be written, and ask"),
        Binding("ctrl+o", "browse", "Browse", tooltip="Choose the path under the cursor"),
        Binding("ctrl+l", "limit", "Limit", tooltip="Limit how fast the device is written"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("escape", "leave", "Back", tooltip="Go back; nothing is written"),
    ]

    def __init__(
        self, facts: ArchiveFacts, learned: Callable[[VerifyReport, Picture], None], errors: int = 0
    ) -> None:
        super().__init__()
        self.facts = facts
        self._errors = errors
        self._learned = learned
        self._plan: tuple[Wishes, RestorePlan] | None = None
        self._planning: tuple[Wishes, Job] | None = None
        self._browsing: tuple[TargetRow, Job] | None = None
        self._timer: Timer | None = None
        self._wanted: Wishes | None = None
        """What was to be restored when there was no plan for it yet."""

    def compose(self) -> ComposeResult:
        """Lay out the form and the button."""
        name = shown(self.facts.vm_name or self.facts.path.name)
        faults = f"  ✘ {counted(self._errors, 'error')} in the archive" if self._errors else ""
        yield Static(
            Content.assemble(("Restore ", "bold"), (name, TITLE), (faults, ERROR)), classes="band"
        )
        hints = find_hints(self.facts.header)
        yield RestoreForm(
            self.facts.header.devices,
            default_folder(self.facts),
            hints,
            proposed_formats(self.facts.header, hints),
        )
        with Horizontal(id="start-line"):
            yield Static(id="summary", markup=False)
            yield Button("Restore …", id="start", variant="primary", compact=True)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Plan what is proposed."""
        self._make_plan()

    @property
    def plan(self) -> RestorePlan | None:
        """The plan for exactly what the form says now; None while there is none."""
        form = self.query_one(RestoreForm)
        if self._plan is None or form.mistakes or self._plan[0] != form.wishes():
            return None
        return self._plan[1]

    @on(RestoreForm.Changed)
    def _plan_soon(self) -> None:
        """Plan when the user stops typing."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE, self._plan_anew)

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#start")
    def _press_restore(self) -> None:
        self.action_restore()

    def action_restore(self) -> None:
        """Ask, if nothing speaks against the plan; wait for the plan where it is being made."""
        plan = self.plan
        if mistakes := self.query_one(RestoreForm).mistakes:
            self.notify(mistakes[0], severity="error", markup=False)
        elif plan is None:
            self._wanted = self.query_one(RestoreForm).wishes()
        elif plan.problems:
            self.notify(in_ticks(plan.problems[0]), severity="error", markup=False)
        elif not (plan.restored or plan.configs):
            self.notify("Nothing is left to restore: tick a device", severity="warning")
        else:
            self._ask(plan)

    def action_browse(self) -> None:
        """Choose by a dialog what the field under the cursor names."""
        row = self.query_one(RestoreForm).row
        if row is not None:
            size = row.device.size
            looking = Job("Looking for disks", lambda _progress, _cancel: find_candidates(size))
            self._browsing = row, self.start(looking)
            return
        field = self.query_one("#folder", Input)
        dialog = ChooseFolder(
            nearest_folder(typed_path(field.value) or Path()), title="Restore into a folder"
        )
        self.app.push_screen(dialog, _putting_into(field))

    async def action_limit(self) -> None:
        """Let the user limit how fast the device under the cursor is written."""
        row = self.query_one(RestoreForm).row
        if row is None:
            self.notify("Go to a device first: each has a limit of its own", severity="warning")
        else:
            await row.ask_limit()

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()

    def on_job_ended(self, message: JobEnded) -> None:
        """Show a plan, if it is the one that was asked for last, or what there is to choose."""
        if self._browsing is not None and message.job is self._browsing[1]:
            self._pick(self._browsing[0], message.outcome)
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

    def _plan_anew(self) -> None:
        """Plan, unless nothing is other than in a plan that is good."""
        plan = self.plan
        if plan is None or plan.problems:
            self._make_plan()

    def _make_plan(self) -> None:
        form, header, path = self.query_one(RestoreForm), self.facts.header, self.facts.path
        wishes = form.wishes()
        self._say(Content.styled("Looking at the targets …", MUTED))
        if mistakes := form.mistakes:
            self._planning = None
            form.say(mistakes)
            self._say(Content.styled(_to_solve(len(mistakes)), ERROR))
            return
        planning = Job(
            "Planning",
            lambda _progress, _cancel: make_plan(header, wishes, path),
        )
        self._planning = wishes, self.start(planning)

    def _pick(self, row: TargetRow, outcome: Outcome) -> None:
        """Let the user choose among the block devices; without any, among the files."""
        candidates: Sequence[Candidate] = ()
        match outcome:
            case Done(report=tuple() as found):
                candidates = found
            case Failed(message=text):
                self.notify(text, severity="warning", markup=False)
        picker = PickerScreen(row.device, candidates, typed_path(row.place.value) or Path())
        self.app.push_screen(picker, _putting_into(row.place))

    def _say(self, summary: Content) -> None:
        self.query_one("#summary", Static).update(summary)

    def _ask(self, plan: RestorePlan) -> None:
        is_grave = plan.overwrites
        question = ConfirmScreen(
            _question(plan),
            (*self._faults(), *plan.sentences, *plan.warnings),
            yes="Restore",
            no="Not yet",
            is_grave=is_grave,
            to_type=words_to_type(plan),
        )
        self.app.push_screen(question, lambda agreed: self._begin(plan) if agreed else None)

    def _faults(self) -> list[str]:
        """Return what is to be known of a faulty archive before anything is overwritten."""
        if not self._errors:
            return []
        told = f"the archive has {counted(self._errors, 'error')}: not all of it comes back, and no"
        return [f"{told} disk will be called complete; a salvage (S) may get back more"]

    def _begin(self, plan: RestorePlan) -> None:
        again = self.query_one(RestoreForm).wishes()._replace(resume=True)
        header, path = self.facts.header, self.facts.path
        self.app.switch_screen(
            RunningScreen(self.facts, plan, self._learned, lambda: make_plan(header, again, path))
        )


def _putting_into(field: Input) -> Callable[[Path | None], None]:
    def put(path: Path | None) -> None:
        if path is not None:
            field.value = str(path)

    return put


def _summary(plan: RestorePlan) -> Content:
    if plan.problems:
        return Content.styled(_to_solve(len(plan.problems)), ERROR)
    size = sum(planned.device.size for planned in plan.restored)
    told = f"{counted(len(plan.restored), 'device')}, {size_text(size)}"
    configs = f", {counted(len(plan.configs), 'config')}" if plan.configs else ""
    return Content.assemble(("✔ ", GOOD), f"{told}{configs}", ("  nothing is written yet", MUTED))


def _question(plan: RestorePlan) -> str:
    if plan.unfinished.checkpoint is not None:
        return "Go on with the restore?"
    return "Restore, and overwrite what is there?" if plan.overwrites else "Restore?"


def words_to_type(plan: RestorePlan) -> str:
    """Return what must be typed before something that is not empty is overwritten, or nothing.

    One thing goes by its name; of several, their number shows that they were counted.
    """
    lost = [planned for planned in plan.restored if planned.overwrites]
    lost = [each for each in lost if each.facts is None or each.facts.size]
    if len(lost) > 1:
        return f"overwrite {len(lost)}"
    return "".join(PurePath(each.target or "").name for each in lost)


def _to_solve(number: int) -> str:
    return counted(number, "problem") + " to solve first"
