"""A restore while it runs: every device's progress, the map as clusters land, and its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from vmatui.engine.archivefacts import ArchiveFacts
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.limit import Limiter
from vmatui.engine.rates import parse_rate, rate_word
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.restore import RestoreReport
from vmatui.engine.restoring.savedreport import save_report
from vmatui.tui.framepace import FRAME
from vmatui.tui.jobs import Job
from vmatui.tui.messages import (
    Cancelled,
    Done,
    Failed,
    JobEnded,
    JobProgressed,
    Outcome,
    Suspended,
)
from vmatui.tui.screens.ask import AskScreen
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.readback import ReadBackScreen
from vmatui.tui.walks import restoring
from vmatui.tui.widgets.jobbar import JobBar
from vmatui.tui.widgets.keyfooter import KeyFooter
from vmatui.tui.widgets.mapview import MapView
from vmatui.tui.widgets.outputs import OutputTable
from vmatui.tui.widgets.rategraph import RateGraph
from vmatui.tui.widgets.resultpanel import ResultPanel
from vmatui.tui.widgets.styles import ACCENT, ERROR, GOOD, MUTED, TITLE, WARNING
from vmatui.tui.widgets.targetwords import in_ticks
from vmatui.tui.wording import counted, duration_text, shown

_QUESTION: Final = "A restore is running. New files are removed again if it is stopped."
_WARN_DIRECT: Final = " What was being overwritten is neither old nor new now: restore it again."


class RunningScreen(ReadBackScreen):
    """A restore.

    Args:
        facts: The archive.
        plan: What was agreed to.
        learned: Hears what the restore proved of the archive.
        replan: Plans to go on with this restore, should it be interrupted.
    """

    HELP = """
# A running restore

Every byte that is read is checked too. New files have a name that starts with `tmp-`
until the whole archive has proved sound; if it has not, they keep a name that says
incomplete, even a disk of which every cluster came. Escape stops, after a question: new
files are removed, existing ones stay as they were.

`p` pauses and goes on, `l` limits how fast it goes: `40M` a second, or nothing for no
limit. In the end `s` saves the report as text, or as JSON in a file called `.json`, and `b`
reads everything back and compares it with the archive; what differs is marked on the map.

A target that fails, a full disk for example, leaves what was written in its place. Mend
what was wrong, and `g` goes on where the restore was.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the map's own keys, which has the focus and moves its cursor by `l`.
        Binding("p", "pause", "Pause", tooltip="Hold the restore up", priority=True),
        Binding("p", "resume", "Go on", tooltip="Let the restore go on", priority=True),
        Binding("l", "limit", "Limit", tooltip="Limit how fast it goes", priority=True),
        Binding("escape,x", "stop", "Stop", tooltip="Stop the restore and remove new files"),
        Binding("g", "go_on", "Go on", tooltip="Go on where the restore was", priority=True),
        Binding("s", "save", "Save report", tooltip="Save the report as text or JSON"),
        Binding("escape,enter,backspace", "back", "Back", tooltip="Go back to the archive"),
    ]

    def __init__(
        self,
        facts: ArchiveFacts,
        plan: RestorePlan,
        learned: Callable[[VerifyReport, Picture], None],
        replan: Callable[[], RestorePlan],
    ) -> None:
        super().__init__(facts, plan)
        self._learned = learned
        self._replan = replan
        self._is_suspended = False
        self._limiter = Limiter()
        function = restoring(facts, plan, self.picture, self._limiter)
        self._job = Job("Restoring", function, _QUESTION)
        self._elapsed = 0.0

    def compose(self) -> ComposeResult:
        """Lay out the devices, the map, the end, and the line of what runs."""
        yield Static(id="restore-band", classes="band")
        yield OutputTable(self.facts.header, self.plan)
        yield MapView(self.facts.header.devices, self.facts.path.name)
        yield RateGraph()
        yield ResultPanel()
        yield JobBar()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Begin."""
        self._head(("is being restored", ACCENT))
        self.query_one(MapView).show(self.picture)
        self.query_one("HeatMap").focus()
        self.start(self._job)
        self._frames = self.set_interval(FRAME, self.query_one(MapView).poll)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Offer to hold up or stop what runs, and to save and leave what does not."""
        is_over = self._job.is_over
        if action in {"pause", "resume"} and self._limiter.is_paused is (action == "pause"):
            return False
        if action in {"stop", "pause", "resume", "limit"}:
            return not is_over and not self._job.is_stopping
        if action == "check":
            return self.can_check
        if action == "save":
            return self.report is not None
        if action == "go_on":
            return self._is_suspended and not self.jobs
        return action != "back" or is_over

    def action_stop(self) -> None:
        """Ask whether the job shall stop: much time may have gone into it."""
        question = ConfirmScreen(
            "Stop the restore?",
            (_fate_of_outputs(self.plan),),
            yes="Stop",
            no="Go on",
            is_grave=True,
        )
        self.ask_meanwhile(question, self._stop)

    def action_pause(self) -> None:
        """Hold the job up."""
        self._pause(True)

    def action_resume(self) -> None:
        """Let the job go on."""
        self._pause(False)

    def action_limit(self) -> None:
        """Ask for a limit, which counts at once."""
        rate = self._limiter.rate
        now = rate_word(round(rate)) if rate is not None else ""
        hint = "bytes a second, 40M or the like; nothing for no limit"
        self.app.push_screen(AskScreen("Limit the restore to", hint, now, self._set_limit))

    def action_go_on(self) -> None:
        """Go on with a restore that was interrupted, if nothing speaks against it."""
        self.start(Job("Planning", lambda _progress, _cancel: self._replan()))

    def action_save(self) -> None:
        """Ask where the report goes."""
        place = self.plan.folder if self.plan.configs else None
        name = str((place or Path()) / "restore-report.txt")
        hint = "a new file: text, or JSON if it is called .json"
        self.app.push_screen(AskScreen("Save the report as", hint, name, self._save))

    def action_back(self) -> None:
        """Go back to the archive."""
        self.dismiss()

    def on_job_progressed(self, message: JobProgressed) -> None:
        """Show how far each device is, and the map with it: two drawings would cost twice."""
        self.query_one(MapView).draw()
        if self.is_check(message.job):
            self.query_one(JobBar).tick(message.job.title, message.progress)
            return
        self._elapsed = message.progress.elapsed
        self.query_one(OutputTable).tick(message.progress)
        self.query_one(RateGraph).tick(message.progress)
        self.query_one(JobBar).tick(self._job.title, message.progress)

    def on_job_ended(self, message: JobEnded) -> None:
        """Say how it went, and what became of the outputs."""
        if self.is_check(message.job):
            self.tell_check(message.outcome)
            self.call_after_refresh(self.refresh_bindings)
            return
        if message.job is not self._job:
            self._take_up(message.outcome)
            return
        self._frames.stop()
        self.query_one(RateGraph).display = False
        self.query_one(MapView).draw(is_last=True)
        match message.outcome:
            case Done(report=RestoreReport() as report):
                self._finish(report)
            case Cancelled():
                self._give_up("was not restored: stopped", WARNING)
            case Failed(message=text):
                self._give_up(f"was not restored: {text}", ERROR)
            case Suspended(message=text):
                self._suspend(text)
        self.call_after_refresh(self.refresh_bindings)

    def _suspend(self, reason: str) -> None:
        self._is_suspended = True
        self.query_one(OutputTable).give_up(is_kept=True)
        self._head((f"is interrupted: {reason}", f"bold {ERROR}"))
        told = "goes on where it was, once that is mended; all that was written is kept"
        self.query_one(JobBar).rest(Content.assemble(("g ", ACCENT), (told, MUTED)))

    def _take_up(self, outcome: Outcome) -> None:
        match outcome:
            case Done(report=RestorePlan(problems=()) as plan):
                self.app.switch_screen(RunningScreen(self.facts, plan, self._learned, self._replan))
            case Done(report=RestorePlan(problems=(problem, *_))):
                self.notify(in_ticks(problem), severity="error", timeout=10, markup=False)
            case Failed(message=text):
                self.notify(text, severity="error", timeout=10, markup=False)
        self.call_after_refresh(self.refresh_bindings)

    def _pause(self, is_paused: bool) -> None:
        self._limiter.is_paused = is_paused
        self.query_one(JobBar).pause(is_paused)
        self.refresh_bindings()

    def _stop(self) -> None:
        if self._job in self.jobs:
            self._job.stop()
            self.query_one(JobBar).stop()
            self.refresh_bindings()

    def _set_limit(self, word: str) -> None:
        rate = parse_rate(word) if word else None
        self._limiter.rate = rate
        self.query_one(RateGraph).limit(rate)

    def _save(self, place: str) -> None:
        if self.report is not None:
            save_report(self.report, place)
            self.notify(f"The report is in {place}", markup=False)

    def _finish(self, report: RestoreReport) -> None:
        self.report = report
        self._learned(report.verify, self.picture)
        self.query_one(OutputTable).finish(report)
        self.query_one(MapView).show(self.picture, report.verify.findings)
        if self.plan.unfinished.is_partly_done:
            told = "what was on the disk already was not written again"
            self.query_one(ResultPanel).open(report.verify, told)
        else:
            self.query_one(ResultPanel).open(report.verify)
        took = f"in {duration_text(self._elapsed)}" if self._elapsed >= 1 else "in a moment"
        if report.is_complete:
            number = counted(len(report.outputs), "device")
            self._head(("is restored", f"bold {GOOD}"), f"{number} {took}")
            self._rest("Everything is in its place and on the disk.")
        else:
            self._head(("was restored in part", f"bold {ERROR}"))
            self._rest("As the archive has faults, no disk is called complete: new files say so.")

    def _give_up(self, told: str, style: str) -> None:
        self.query_one(OutputTable).give_up(is_kept=False)
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


def _fate_of_outputs(plan: RestorePlan) -> str:
    """Return what becomes of the outputs of a restore that is stopped."""
    text = "New files are removed again."
    if any(each.overwrites and not each.is_direct for each in plan.restored):
        text += " Files that existed stay as they were."
    lost = [each.target or "" for each in plan.restored if each.is_direct]
    if lost:
        text += f" What was overwritten is neither old nor new then: {', '.join(lost)}."
    return text
