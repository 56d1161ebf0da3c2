"""The screen before a create: planned anew at every change, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, Input, Static

from vmatui.engine.creating.createplan import CreatePlan
from vmatui.storage.paths import is_folder
from vmatui.tui.draft import Draft, Wishes, make_draft
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import Done, Failed, JobEnded
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.creating import CreatingScreen
from vmatui.tui.screens.dialogs import ChooseFolder, OpenFile
from vmatui.tui.screens.machinedisks import MachineDisksScreen
from vmatui.tui.widgets.createform import CreateForm
from vmatui.tui.widgets.keyfooter import KeyFooter
from vmatui.tui.widgets.partrow import PartRow
from vmatui.tui.widgets.styles import ERROR, GOOD, MUTED
from vmatui.tui.wording import counted, size_text

_PAUSE: Final = 0.2
"""Seconds after the last key until the plan is made anew."""
_NOTHING: Final = "Add a disk or a config first"


class CreateScreen(JobScreen):
    """What goes into a new archive.

    Args:
        folder: The folder that is proposed for it.
    """

    HELP = """
# Create an archive

Nothing is written from here. **Disks** are image files (raw, qcow2, vmdk, vhdx, vdi) or
block devices: type a path and press Enter, or choose one by a key. Every disk gets a
name, as a VM would call it; what is wrong with it is said below it.

**Configs** are the VM's settings. Without one, the few fields below are written into one,
so that Proxmox VE can restore the archive. No file is ever overwritten.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "create", "Create", tooltip="Show what will be written, and ask"),
        Binding("ctrl+o", "browse", "Browse", tooltip="Choose a file, or the archive's folder"),
        Binding("ctrl+l", "list_disks", "Disks here", tooltip="Add a disk of this machine"),
        Binding("ctrl+t", "take_out", "Take out", tooltip="Take out what is under the cursor"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("escape", "leave", "Back", tooltip="Go back; nothing is written"),
    ]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._draft: tuple[Wishes, Draft] | None = None
        self._drafting: tuple[Wishes, Job] | None = None
        self._timer: Timer | None = None
        self._wanted: Wishes | None = None
        """What is to be created when it has been looked at once more."""

    def compose(self) -> ComposeResult:
        """Lay out the form and the button."""
        yield Static(Content.styled("Create an archive", "bold"), classes="band")
        yield CreateForm(self._folder)
        with Horizontal(id="start-line"):
            yield Static(id="summary", markup=False)
            yield Button("Create …", id="start", variant="primary", compact=True)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Begin with the first disk."""
        self.query_one("#disks .adder Input").focus()
        self._make_draft()

    @property
    def draft(self) -> Draft | None:
        """The draft of exactly what the form says now; None while there is none."""
        if self._draft is None or self._draft[0] != self._form.wishes():
            return None
        return self._draft[1]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Offer to take out only where there is something."""
        return action != "take_out" or any(row.has_focus_within for row in self.query(PartRow))

    @property
    def _form(self) -> CreateForm:
        return self.query_one(CreateForm)

    @on(CreateForm.Changed)
    def _draft_soon(self) -> None:
        """Plan when the user stops typing."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE, self._make_draft)

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#start")
    def action_create(self) -> None:
        """Look at everything once more, and ask if nothing speaks against it.

        The plan holds the time that the archive will be known by, so that it must be a new one.
        """
        pending = self._form.disks.pending or self._form.configs.pending
        if pending is not None:
            pending.focus()
            self.notify("Add this path by Enter, or clear it", severity="warning")
        else:
            self._wanted = self._form.wishes()
            self._make_draft()

    def action_browse(self) -> None:
        """Choose by a dialog what the cursor is at."""
        match self._form.subject:
            case "folder":
                self._browse_folder()
            case "config":
                self._browse_config()
            case "disk":
                self._browse_disk()

    @on(Button.Pressed, "#browse-disk")
    def _browse_disk(self) -> None:
        dialog = OpenFile(self._folder, title="Add a disk image")
        self.app.push_screen(dialog, self._add_disk)

    @on(Button.Pressed, "#browse-config")
    def _browse_config(self) -> None:
        dialog = OpenFile(self._folder, title="Add a config")
        self.app.push_screen(dialog, self._add_config)

    def _browse_folder(self) -> None:
        def put(path: Path | None) -> None:
            if path is not None:
                self._form.target.folder_field.value = str(path)

        here = self._form.target.folder or self._folder
        place = here if is_folder(here) else self._folder
        self.app.push_screen(ChooseFolder(place, title="Create it in a folder"), put)

    @on(Button.Pressed, "#list-disks")
    def action_list_disks(self) -> None:
        """Choose a disk of this machine."""
        self.app.push_screen(MachineDisksScreen("Add a disk of this machine", self._add_disk))

    async def action_take_out(self) -> None:
        """Take out the disk or config under the cursor."""
        await self._form.disks.take_out()
        await self._form.configs.take_out()

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()

    def on_job_ended(self, message: JobEnded) -> None:
        """Show a draft, if it is the one that was asked for last."""
        if self._drafting is None or message.job is not self._drafting[1]:
            return
        wishes = self._drafting[0]
        match message.outcome:
            case Done(report=Draft() as draft):
                self._draft = wishes, draft
                self._take(draft)
            case Failed(message=text):
                self._say(Content.styled(text, ERROR))

    async def _add_disk(self, path: Path | None) -> None:
        if path is not None:
            await self._form.disks.add(path)

    async def _add_config(self, path: Path | None) -> None:
        if path is not None:
            await self._form.configs.add(path)

    def _make_draft(self) -> None:
        self._form.settle()
        wishes = self._form.wishes()
        self._say(Content.styled("Looking at the disks …", MUTED))
        drafting = Job("Planning", lambda _progress, _cancel: make_draft(wishes))
        self._drafting = wishes, self.start(drafting)

    def _take(self, draft: Draft) -> None:
        """Show a draft, unless the form has changed since; go on if that was asked for."""
        if self.draft is None:
            return
        self._form.show(draft)
        self._say(_summary(draft))
        if self._wanted != self._form.wishes():
            return
        self._wanted = None
        if draft.problems:
            self.notify(draft.problems[0], severity="error", markup=False)
        elif draft.plan is None:
            self.notify(_NOTHING, severity="warning")
        else:
            self._ask(draft.plan)

    def _say(self, summary: Content) -> None:
        self.query_one("#summary", Static).update(summary)

    def _ask(self, plan: CreatePlan) -> None:
        question = ConfirmScreen(
            "Create this archive?",
            (*plan.sentences, *(f"warning: {text}" for text in plan.warnings)),
            yes="Create",
            no="Not yet",
            is_grave=False,
        )
        self.app.push_screen(question, lambda agreed: self._begin(plan) if agreed else None)

    def _begin(self, plan: CreatePlan) -> None:
        creating = CreatingScreen(plan)

        def end(_result: None) -> None:
            """Leave too, or let the user mend what kept the archive from being created."""
            if creating.is_created:
                self.dismiss()
            else:
                self._make_draft()

        self.app.push_screen(creating, end)


def _summary(draft: Draft) -> Content:
    if draft.problems:
        return Content.styled(counted(len(draft.problems), "problem") + " to solve first", ERROR)
    plan = draft.plan
    if plan is None:
        return Content.styled(_NOTHING, MUTED)
    told = f"{counted(len(plan.disks), 'disk')}, {counted(len(plan.configs), 'config')}"
    free = f", {size_text(plan.free)} free" if plan.free is not None else ""
    return Content.assemble(("✔ ", GOOD), f"{told}: at most {size_text(plan.worst_case)}{free}")
