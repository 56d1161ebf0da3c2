"""Reading back what a restore has written, on the screen of the restore, once it is over."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from vmatui.engine.archivefacts import ArchiveFacts
from vmatui.engine.comparing.comparison import CompareReport
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.restore import RestoreReport
from vmatui.tui.framepace import FRAME
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import Cancelled, Done, Failed, Outcome
from vmatui.tui.walks import reading_back
from vmatui.tui.widgets.jobbar import JobBar
from vmatui.tui.widgets.mapview import MapView
from vmatui.tui.widgets.styles import ERROR, GOOD, WARNING
from vmatui.tui.wording import shown


class ReadBackScreen(JobScreen):
    """A screen with a job bar and a map, whose restore can be compared with its archive.

    Args:
        facts: The archive.
        plan: Of the restore.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "b", "check", "Read back", tooltip="Read everything back and compare", priority=True
        ),
    ]

    def __init__(self, facts: ArchiveFacts, plan: RestorePlan) -> None:
        super().__init__()
        self.facts = facts
        self.plan = plan
        self.picture = Picture(facts.header.devices)
        self.report: RestoreReport | None = None
        """What the restore did, once it is over."""
        self._check: Job | None = None

    @property
    def can_check(self) -> bool:
        """Whether there is something to compare, and nothing runs."""
        is_there = all(each.kind not in {"nbd", "stdout"} for each in self.plan.restored)
        return self.report is not None and is_there and not self.jobs

    def action_check(self) -> None:
        """Read back what was written; stopping loses nothing."""
        if self.report is not None:
            function = reading_back(self.facts, self.plan, self.report, self.picture)
            self._check = self.start(Job("Comparing", function))
            self._frames = self.set_interval(FRAME, self.query_one(MapView).poll)
            self.refresh_bindings()

    def is_check(self, job: Job) -> bool:
        """Whether a job is the comparison."""
        return job is self._check

    def tell_check(self, outcome: Outcome) -> None:
        """Say what the comparison came to; the map shows where."""
        self._frames.stop()
        bar, view = self.query_one(JobBar), self.query_one(MapView)
        view.draw(is_last=True)
        match outcome:
            case Done(report=CompareReport(is_equal=True)):
                bar.rest(Content.styled("✔ read back: all is as it is in the archive", GOOD))
            case Done(report=CompareReport() as found):
                told = [(each.name, each.sentence) for each in found.devices if not each.is_equal]
                told += [(each.name, each.sentence) for each in found.configs if not each.is_equal]
                bar.rest(_sentence(*told[0]))
                for name, text in told:
                    said = shown(f"{name}: {text}")
                    self.notify(said, severity="error", timeout=20, markup=False)
            case Cancelled():
                bar.rest(Content.styled("not compared: stopped", WARNING))
            case Failed(message=text):
                bar.rest(_sentence("not compared", text))


def _sentence(subject: str, text: str) -> Content:
    return Content.styled(f"✘ {shown(subject)}: {shown(text)}", ERROR)
