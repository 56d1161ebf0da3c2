"""A create while it runs: every disk's progress, the map of the archive being born, and its end."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from vmatui.engine.archivefacts import ArchiveFacts, look_into
from vmatui.engine.creating.create import CreateReport
from vmatui.engine.creating.createplan import CreatePlan
from vmatui.engine.indexing.picture import Picture
from vmatui.tui.framepace import FRAME
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import Cancelled, Done, Failed, JobEnded, JobProgressed
from vmatui.tui.screens.archive import ArchiveScreen
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.walks import creating
from vmatui.tui.widgets.birthpanel import BirthPanel
from vmatui.tui.widgets.intakes import IntakeTable
from vmatui.tui.widgets.jobbar import JobBar
from vmatui.tui.widgets.keyfooter import KeyFooter
from vmatui.tui.widgets.mapview import MapView
from vmatui.tui.widgets.styles import ACCENT, ERROR, GOOD, MUTED, TITLE, WARNING
from vmatui.tui.wording import duration_text, shown

_QUESTION: Final = "An archive is being created. Nothing is left of it if that is stopped."


class CreatingScreen(JobScreen):
    """A create.

    Args:
        plan: What was agreed to.
    """

    HELP = """
# A running create

The disks are read in turn, holes are skipped, and blocks of zeros are left out. The map
shows what was stored of each disk so far. The archive has a name that starts with `tmp-`
until all of it is on the disk. Escape stops, after a question, and then nothing is left
of it.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,x", "stop", "Stop", tooltip="Stop, and remove what was written"),
        Binding("enter", "open", "Open", tooltip="Open the new archive"),
        Binding("v", "verify", "Verify", tooltip="Open the new archive and check every byte"),
        Binding("escape,backspace", "back", "Back", tooltip="Go back"),
    ]

    def __init__(self, plan: CreatePlan) -> None:
        super().__init__()
        self.plan = plan
        self.is_created = False
        self._picture = Picture([disk.device for disk in plan.disks])
        self._job = Job("Creating", creating(plan, self._picture), _QUESTION)
        self._opening: Job | None = None
        self._verifies = False
        """Whether what is being opened is to be checked."""
        self._elapsed = 0.0

    def compose(self) -> ComposeResult:
        """Lay out the disks, the map, the end, and the line of what runs."""
        yield Static(id="create-band", classes="band")
        yield IntakeTable(self.plan, self._picture.map)
        yield MapView([disk.device for disk in self.plan.disks], Path(self.plan.target).name)
        yield BirthPanel(markup=False)
        yield JobBar()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Begin."""
        self._head(("is being created", ACCENT))
        self.query_one(MapView).show(self._picture)
        self.query_one("HeatMap").focus()
        self.start(self._job)
        self._frames = self.set_interval(FRAME, self.query_one(MapView).poll)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Offer to stop what runs, to leave what does not, and to open what is there."""
        is_over = self._job.is_over
        if action in ("open", "verify"):
            return self.is_created
        if action == "stop":
            return not is_over and not self._job.is_stopping
        return action != "back" or is_over

    def action_stop(self) -> None:
        """Ask whether the job shall stop: much time may have gone into it."""
        question = ConfirmScreen(
            "Stop creating the archive?",
            ("What was written so far is removed again; the disks are as they were.",),
            yes="Stop",
            no="Go on",
            is_grave=True,
        )
        self.ask_meanwhile(question, self._stop)

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()

    def action_open(self) -> None:
        """Open the archive."""
        self._open(verifies=False)

    def action_verify(self) -> None:
        """Open the archive and check it."""
        self._open(verifies=True)

    def on_job_progressed(self, message: JobProgressed) -> None:
        """Show how far each disk is."""
        self._elapsed = message.progress.elapsed
        self.query_one(IntakeTable).tick(message.progress)
        self.query_one(JobBar).tick(self._job.title, message.progress)
        self.query_one(MapView).draw()

    def on_job_ended(self, message: JobEnded) -> None:
        """Say how it went; or show the archive that was opened."""
        match message.outcome:
            case Done(report=ArchiveFacts() as facts):
                self.app.push_screen(ArchiveScreen(facts, verifies=self._verifies))
            case Failed(message=text) if message.job is self._opening:
                self.notify(text, severity="error", timeout=10, markup=False)
            case Done(report=CreateReport() as report):
                self._finish(report)
            case Cancelled():
                self._give_up(("was not created: stopped", WARNING))
                self.query_one(BirthPanel).stop()
            case Failed(message=text):
                self._give_up(("was not created", ERROR))
                self.query_one(BirthPanel).fail(text)
        if message.job is self._opening:
            self._opening = None
        self.call_after_refresh(self.refresh_bindings)

    def _stop(self) -> None:
        """Stop the job; the screen says so at once."""
        if self._job in self.jobs:
            self._job.stop()
            self.query_one(JobBar).stop()

    def _finish(self, report: CreateReport) -> None:
        self.is_created = True
        self._picture.map.finish()
        self._settle()
        self.query_one(IntakeTable).finish(report)
        self.query_one(BirthPanel).finish(report)
        took = f"in {duration_text(self._elapsed)}" if self._elapsed >= 1 else "in a moment"
        self._head(("is created", f"bold {GOOD}"), took)
        self._rest(
            ("v ", ACCENT), ("reads it again and checks every byte   ", MUTED),
            ("enter ", ACCENT), ("opens it", MUTED),
        )  # fmt: skip

    def _give_up(self, told: tuple[str, str]) -> None:
        self._settle()
        self.query_one(IntakeTable).give_up()
        self._head((told[0], f"bold {told[1]}"))
        self._rest(("esc ", ACCENT), ("goes back to the form, which is as it was", MUTED))

    def _settle(self) -> None:
        """Draw what the job brought last."""
        self._frames.stop()
        self.query_one(MapView).show(self._picture)

    def _open(self, *, verifies: bool) -> None:
        if self._opening is None:
            path = Path(self.plan.target)
            self._verifies = verifies
            self._opening = self.start(Job("Opening", lambda _progress, _cancel: look_into(path)))

    def _head(self, told: tuple[str, str], more: str = "") -> None:
        name = shown(Path(self.plan.target).name)
        self.query_one("#create-band", Static).update(
            Content.assemble((name, TITLE), " ", told, "  ", (more, MUTED))
        )

    def _rest(self, *hint: tuple[str, str]) -> None:
        self.query_one(JobBar).rest(Content.assemble(*hint))
