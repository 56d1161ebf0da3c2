"""A salvage: what would come back, the question, the salvage itself, and what came back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from vmatui.engine.indexing.picture import Picture
from vmatui.engine.salvaging.salvagereport import SalvageReport, size_doubts
from vmatui.tui.framepace import FRAME
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import Cancelled, Done, Failed, JobEnded, JobProgressed
from vmatui.tui.salvages import SalvageOffer, offering
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.walks import salvaging
from vmatui.tui.widgets.jobbar import JobBar
from vmatui.tui.widgets.keyfooter import KeyFooter
from vmatui.tui.widgets.mapview import MapView
from vmatui.tui.widgets.salvagetable import SalvageTable
from vmatui.tui.widgets.styles import ACCENT, ERROR, GOOD, MUTED, TITLE, WARNING
from vmatui.tui.widgets.table import Table
from vmatui.tui.wording import count_text, counted, shown

_QUESTION: Final = "An archive is being salvaged. New files are removed again if that is stopped."


class SalvageScreen(JobScreen):
    """The salvage of a damaged archive.

    Args:
        name: What the archive is called.
        copies: It, and others of the same archive that fill what it lacks.
        folder: Gets the disks and configs.
    """

    HELP = """
# A salvage

First the table shows what would come back; nothing is written before you have agreed.
Everything that still proves itself comes back: **sound** clusters, **doubtful** ones whose
extent has a fault elsewhere, and what is **missing** reads zero. Nothing is called complete
unless nothing is missing or in doubt. A mapfile beside each disk, in GNU ddrescue's format,
says which is which. Of several copies, what is told of the map's cursor names the one that a
cluster came from; what is wrong there is wrong in the first copy.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "salvage", "Salvage", tooltip="Get back what the table shows"),
        Binding("escape,x", "stop", "Stop", tooltip="Stop, and remove what was written"),
        Binding("escape,backspace", "back", "Back", tooltip="Go back to the archive"),
    ]

    def __init__(self, name: str, copies: Sequence[Path], folder: Path) -> None:
        super().__init__()
        self._name_of_archive = name
        self.report: SalvageReport | None = None
        self._folder = folder
        self._offer: SalvageOffer | None = None
        """What would come back, until it is agreed to."""
        self._job = Job("Looking", offering(copies, folder))

    def compose(self) -> ComposeResult:
        """Lay out the devices, the map, what is told, and the line of what runs."""
        yield Static(id="salvage-band", classes="band")
        yield SalvageTable()
        yield Static(id="salvage-why", markup=False)
        yield Vertical(id="salvage-map")
        yield Static(id="salvage-told", markup=False)
        yield JobBar()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Find out what would come back."""
        self._head(("what can be got back", ACCENT))
        self.start(self._job)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Offer to stop what runs, and to leave what does not."""
        if action == "salvage":
            return self._offer is not None
        if action == "stop":
            return not self._job.is_over and not self._job.is_stopping
        return action != "back" or self._job.is_over

    def action_stop(self) -> None:
        """Stop the job."""
        self._job.stop()
        self.query_one(JobBar).stop()
        self.refresh_bindings()

    def action_salvage(self) -> None:
        """Ask before anything is written."""
        offer = self._offer
        if offer is None:
            return
        question = ConfirmScreen(
            "Salvage?",
            (*offer.plan.warnings, *offer.plan.sentences),
            yes="Salvage",
            no="Not yet",
            is_grave=False,
        )
        self.app.push_screen(question, lambda agreed: self._go(offer) if agreed else None)

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()

    def on_job_progressed(self, message: JobProgressed) -> None:
        """Show how far it is."""
        self.query_one(JobBar).tick(message.job.title, message.progress)
        for view in self.query(MapView):  # there is none before the question
            view.draw()

    def on_job_ended(self, message: JobEnded) -> None:
        """Ask whether to go on; or tell how it went."""
        match message.outcome:
            case Done(report=SalvageOffer() as offer):
                self._show(offer)
            case Done(report=SalvageReport() as report):
                self._finish(report)
            case Cancelled():
                self._give_up("stopped: nothing is left of it", WARNING)
            case Failed(message=text):
                self._give_up(text, ERROR)
        self.call_after_refresh(self.refresh_bindings)

    @on(Table.Moved)
    def _explain(self, message: Table.Moved) -> None:
        message.stop()
        if not message.is_stale:
            why = self.query_one(SalvageTable).told(message.row)
            self.query_one("#salvage-why", Static).update(why)

    def _show(self, offer: SalvageOffer) -> None:
        """Show what would come back, until the user wants it or leaves."""
        self.query_one(SalvageTable).tell(offer.preview.devices)
        if offer.plan.problems:
            self._give_up(offer.plan.problems[0], ERROR)
            return
        self._offer = offer
        told = [shown(f"Nothing is written yet. It would go into {self._folder}.")]
        told += [shown(line) for line in offer.plan.warnings]
        self.query_one("#salvage-told", Static).update("\n".join(told))
        self.query_one(JobBar).rest(
            Content.assemble(("enter ", ACCENT), ("gets back what the table shows", MUTED))
        )

    def _go(self, offer: SalvageOffer) -> None:
        self._offer = None
        self.query_one("#salvage-told", Static).update("")
        self.run_worker(self._begin(offer), exclusive=True)

    async def _begin(self, offer: SalvageOffer) -> None:
        devices = offer.header.devices
        picture, view = Picture(devices), MapView(devices, self._name_of_archive)
        await self.query_one("#salvage-map").mount(view)
        view.show(picture)
        view.query_one("HeatMap").focus()
        self._picture = picture
        self._head(("is being salvaged", ACCENT))
        self._job = self.start(Job("Salvaging", salvaging(offer, picture), _QUESTION))
        self._frames = self.set_interval(FRAME, view.poll)
        self.refresh_bindings()

    def _finish(self, report: SalvageReport) -> None:
        self.report = report
        self._frames.stop()
        self.query_one(MapView).show(self._picture, report.copies[0].findings, report.provenance)
        self.query_one(SalvageTable).tell(report.devices)
        if report.is_complete:
            self._head(("is salvaged: nothing is missing or in doubt", f"bold {GOOD}"))
        else:
            self._head(("is salvaged in part", f"bold {ERROR}"))
        self.query_one("#salvage-told", Static).update("\n".join(_told(report, self._folder)))
        self._rest("All that came back is on the disk.")

    def _give_up(self, told: str, style: str) -> None:
        if self.query(MapView):
            self._frames.stop()
        self._head(("was not salvaged", f"bold {style}"))
        self.query_one("#salvage-told", Static).update(Content.styled(shown(told), style))
        self._rest("")

    def _head(self, told: tuple[str, str]) -> None:
        band = Content.assemble((shown(self._name_of_archive), TITLE), " ", told)
        self.query_one("#salvage-band", Static).update(band)

    def _rest(self, hint: str) -> None:
        self.query_one(JobBar).rest(Content.styled(hint, MUTED))


def _told(report: SalvageReport, folder: Path) -> list[str]:
    """Return what is told of a salvage besides its devices."""
    outputs = (*report.outputs, *report.configs)
    lacking = [each.path.name for each in outputs if not each.is_complete]
    told = [f"in {folder}: {counted(len(outputs), 'file')}"]
    if lacking:
        told[0] += f", of which incomplete: {', '.join(lacking)}"
    if len(report.copies) > 1 and report.devices:
        told.append(_origins(report))
    if report.maps:
        told.append("the .map beside each disk says what is sound, doubtful and missing")
    return [shown(line) for line in (*told, *size_doubts(report.devices), *report.notes)]


def _origins(report: SalvageReport) -> str:
    """Return how many clusters came from each copy."""
    counts = map(sum, zip(*(device.origins for device in report.devices), strict=True))
    told = ", ".join(
        f"{count_text(count)} from {Path(copy.archive).name}"
        for count, copy in zip(counts, report.copies, strict=True)
    )
    differing = sum(device.differing for device in report.devices)
    words = f"they disagree on {count_text(differing)}" if differing else "they disagree nowhere"
    return f"clusters: {told}; {words}"
