"""A restore while it runs: every device's progress, the map as clusters land, and its end."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Footer, Static

from vmatui.engine.plan import RestorePlan
from vmatui.engine.restore import RestoreReport
from vmatui.tui.archivefacts import ArchiveFacts
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import Cancelled, Done, Failed, JobEnded, JobProgressed
from vmatui.tui.walks import Picture, restoring
from vmatui.tui.widgets.jobbar import JobBar
from vmatui.tui.widgets.mapview import MapView
from vmatui.tui.widgets.outputs import OutputTable
from vmatui.tui.widgets.resultpanel import ResultPanel
from vmatui.tui.widgets.styles import ACCENT, ERROR, GOOD, MUTED, TITLE, WARNING
from vmatui.tui.wording import counted, duration_text, shown

_FRAME: Final = 1 / 20
_QUESTION: Final = "A restore is running. New files are removed again if it is stopped."
_WARN_DIRECT: Final = " What was being overwritten is neither old nor new now: restore it again."


class RunningScreen(JobScreen):
    """A restore.

    Args:
        facts: The archive.
        plan: What was agreed to.
    """

    HELP = """
# A running restore

Every byte that is read is checked too. New files have a name that starts with `tmp-`
until the whole archive has proved sound; if it has not, they keep a name that says
incomplete. Escape stops: new files are removed, existing ones stay as they were.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,x", "stop", "Stop", tooltip="Stop the restore and remove new files"),
        Binding("escape,enter,backspace", "back", "Back", tooltip="Go back to the archive"),
    ]

    def __init__(self, facts: ArchiveFacts, plan: RestorePlan) -> None:
        super().__init__()
        self.facts = facts
        self.plan = plan
        self._picture = Picture(facts)
        self._job = Job("Restoring", restoring(facts, plan, self._picture), _QUESTION)
        self._elapsed = 0.0

    def compose(self) -> ComposeResult:
        """Lay out the devices, the map, the end, and the line of what runs."""
        yield Static(id="restore-band", classes="band")
        yield OutputTable(self.facts.header, self.plan)
        yield MapView(self.facts.header.devices)
        yield ResultPanel()
        yield JobBar()
        yield Footer()

    def on_mount(self) -> None:
        """Begin."""
        self._head(("is being restored", ACCENT))
        self.query_one(MapView).show(self._picture.map)
        self.query_one("HeatMap").focus()
        self.start(self._job)
        self._frames = self.set_interval(_FRAME, self.query_one(MapView).poll)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Offer to stop what runs, and to leave what does not."""
        is_running = self._job in self.jobs
        return is_running if action == "stop" else not is_running if action == "back" else True

    def action_stop(self) -> None:
        """Ask the job to stop; the screen says so at once."""
        self._job.stop()
        self.query_one(JobBar).stop()

    def action_back(self) -> None:
        """Go back to the archive."""
        self.dismiss()

    def on_job_progressed(self, message: JobProgressed) -> None:
        """Show how far each device is."""
        self._elapsed = message.progress.elapsed
        self.query_one(OutputTable).tick(message.progress)
        self.query_one(JobBar).tick(self._job.title, message.progress)

    def on_job_ended(self, message: JobEnded) -> None:
        """Say how it went, and what became of the outputs."""
        self._frames.stop()
        self.query_one(MapView).poll()
        match message.outcome:
            case Done(report=RestoreReport() as report):
                self._finish(report)
            case Cancelled():
                self._give_up("was not restored: stopped", WARNING)
            case Failed(message=text):
                self._give_up(f"was not restored: {text}", ERROR)
        self.call_after_refresh(self.refresh_bindings)

    def _finish(self, report: RestoreReport) -> None:
        self.query_one(OutputTable).finish(report)
        self.query_one(MapView).show(self._picture.map, report.verify.findings)
        self.query_one(ResultPanel).open(report.verify)
        took = f"in {duration_text(self._elapsed)}" if self._elapsed >= 1 else "in a moment"
        if report.is_complete:
            number = counted(len(report.outputs), "device")
            self._head(("is restored", f"bold {GOOD}"), f"{number} {took}")
            self._rest("Everything is in its place and on the disk.")
        else:
            self._head(("was restored in part", f"bold {ERROR}"))
            self._rest("The archive is faulty: no disk is complete, and new files say so by name.")

    def _give_up(self, told: str, style: str) -> None:
        self.query_one(OutputTable).give_up()
        self._head((told, f"bold {style}"))
        restored = self.plan.restored
        is_kept = any(each.overwrites and not each.is_direct for each in restored)
        text = "New files were removed again"
        text += "; files that existed are as they were." if is_kept else "."
        self._rest(text + (_WARN_DIRECT if any(each.is_direct for each in restored) else ""))

    def _head(self, told: tuple[str, str], more: str = "") -> None:
        name = self.facts.vm_name or self.facts.path.name
        self.query_one("#restore-band", Static).update(
            Content.assemble((shown(name), TITLE), " ", told, "  ", (more, MUTED))
        )

    def _rest(self, hint: str) -> None:
        self.query_one(JobBar).rest(Content(hint))
