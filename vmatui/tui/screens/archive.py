"""An open archive: its band, its tabs, and the check that runs beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import TabbedContent

from vmatui.engine.archivefacts import ArchiveFacts
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.indexing.indexbytes import KeptIndex
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.indexing.regions import Region
from vmatui.engine.inspecting.byteplace import ArchivePlace, BytePlace
from vmatui.format.codes import Severity
from vmatui.tui.framepace import FRAME
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import (
    BytesWanted,
    Cancelled,
    Done,
    Failed,
    JobEnded,
    JobProgressed,
    Outcome,
)
from vmatui.tui.proposals import default_folder
from vmatui.tui.screens.hex import HexScreen
from vmatui.tui.screens.restore import RestoreScreen
from vmatui.tui.screens.salvagequestions import ask_for_salvage
from vmatui.tui.walks import HANDS, partitions, recalling, walk
from vmatui.tui.widgets.archivetabs import ArchiveTabs
from vmatui.tui.widgets.band import ArchiveBand
from vmatui.tui.widgets.hexsubject import HexSubject, Known
from vmatui.tui.widgets.jobbar import JobBar
from vmatui.tui.widgets.keyfooter import KeyFooter
from vmatui.tui.widgets.mapview import MapView
from vmatui.tui.widgets.resultpanel import ResultPanel
from vmatui.tui.widgets.styles import ACCENT, MUTED
from vmatui.tui.widgets.verdict import count_of

_TABS: Final = Binding.Group("Tab", compact=True)
_ANEW: Final = (("   v ", ACCENT), ("reads it all anew", MUTED))


class ArchiveScreen(JobScreen):
    """What is in an archive, and how healthy it is.

    Args:
        facts: The archive, as its header presents it.
        verifies: Whether to check it at once.
    """

    HELP = """
# An archive

**Configs** are the VM's settings, **Devices** its disks, **Map** shows where the data of
each disk is, **Extents** are the pieces of the archive, **Findings** is what is wrong.

`v` reads every byte and checks all that can be checked; `r` restores disks. Where something
is wrong, `S` salvages: it gets back all that still proves itself, from several damaged copies
if there are some.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "verify", "Verify", tooltip="Read every byte and check all that can be"),
        Binding("r", "restore", "Restore", tooltip="Choose where each disk goes"),
        Binding(
            "S",
            "salvage",
            "Salvage",
            key_display="S",
            tooltip="Get back what a damaged archive still holds",
        ),
        Binding("escape,x", "stop", "Stop", tooltip="Stop what runs"),
        Binding("escape,backspace", "back", "Back", tooltip="Close the result, then the archive"),
        Binding("b", "bytes", "Bytes", tooltip="Show any byte of the archive", show=False),
        Binding("1", "tab('configs')", "Configs", group=_TABS),
        Binding("2", "tab('devices')", "Devices", group=_TABS),
        Binding("3", "tab('map')", "Map", group=_TABS),
        Binding("4", "tab('extents')", "Extents", group=_TABS),
        Binding("5", "tab('findings')", "Findings", group=_TABS),
    ]

    def __init__(self, facts: ArchiveFacts, *, verifies: bool = False) -> None:
        super().__init__()
        self.facts = facts
        self._verifies = verifies
        self.report: VerifyReport | None = None
        self._read_at: int | None = None
        """When the report was made, if that was before the archive was opened."""
        self._picture = Picture(facts.header.devices)
        self._walk: Job | None = None
        self._recall: Job | None = None
        """Looks for what an earlier walk found."""
        self._overlay: Job | None = None
        """Reads the partition tables; what it cannot find out is left unsaid."""
        self._regions: Mapping[int, Sequence[Region]] | None = None
        """The partitions of the devices, once they were looked for."""

    def compose(self) -> ComposeResult:
        """Lay out the band, the tabs, the result of a check, and the line of what runs."""
        yield ArchiveBand(self.facts)
        yield ArchiveTabs(self.facts)
        yield ResultPanel()
        yield JobBar()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Check what is to be checked; else show what is known, or can be mapped quickly."""
        self.query_one(ArchiveBand).judge(None)
        self._rest()
        self._frames = self.set_interval(FRAME, self._poll, pause=True)
        if self._verifies:
            self.action_verify()
        else:
            self._recall = self.start(Job("Opening", recalling(self.facts)))

    def action_verify(self) -> None:
        """Check the whole archive, from its beginning."""
        self._begin(quick=False)

    def action_restore(self) -> None:
        """Open the form for a restore."""
        errors = 0 if self.report is None else count_of(self.report, Severity.ERROR)
        self.app.push_screen(RestoreScreen(self.facts, self._learn, errors))

    def action_salvage(self) -> None:
        """Ask where a salvage goes, and whether there is another copy to read."""
        folder = str(default_folder(self.facts)).replace("restore-", "salvage-", 1)
        name = self.facts.vm_name or self.facts.path.name
        ask_for_salvage(self, name, self.facts.path, folder)

    def action_stop(self) -> None:
        """Ask the job to stop."""
        if self._walk is not None:
            self._walk.stop()
            self.query_one(JobBar).stop()

    def action_back(self) -> None:
        """Close the result, or the archive."""
        panel = self.query_one(ResultPanel)
        if panel.is_open:
            panel.close()
        else:
            self.dismiss()

    def action_tab(self, name: str) -> None:
        """Show a tab."""
        self.query_one(ArchiveTabs).open(name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to stop only what runs."""
        is_verifying = self._walk is not None and bool(self._walk.question)
        if action == "verify":
            return not is_verifying
        if action == "salvage":
            return self.report is not None and not self.report.is_sound and not is_verifying
        if action in {"stop", "back"}:
            return (action == "stop") == is_verifying
        return True

    @on(TabbedContent.TabActivated)
    def _look_at_tab(self) -> None:
        self.call_after_refresh(self._poll)

    def on_job_progressed(self, message: JobProgressed) -> None:
        """Say how far the walk is."""
        if message.job is self._walk:
            self.query_one(JobBar).tick(message.job.title, message.progress)
            self.query_one(MapView).draw()

    def on_job_ended(self, message: JobEnded) -> None:
        """Show what the walk found, or why it came to nothing."""
        if message.job is self._overlay:
            self._overlay = None
            if isinstance(message.outcome, Done):
                self._take_regions(message.outcome.report)
        if message.job is self._recall and self._walk is None and self.report is None:
            self._take_recalled(message.outcome)
        if message.job is not self._walk:
            return
        self._walk = None
        self._frames.pause()
        match message.outcome:
            case Done(report=VerifyReport() as report):
                self._take(report)
            case Cancelled():
                self.query_one(MapView).draw(is_last=True)
                self.notify("Stopped: what was read so far stays on the map", markup=False)
            case Failed(message=text):
                self.notify(text, severity="error", timeout=10, markup=False)
        self._rest()

    def _begin(self, *, quick: bool) -> None:
        if self._walk is not None:
            self._walk.stop()
        self._picture = Picture(self.facts.header.devices)
        self.query_one(ArchiveTabs).draw(self._picture)
        question = "" if quick else f"{self.facts.path.name} is being verified."
        title = "Mapping" if quick else "Verifying"
        self._walk = self.start(Job(title, walk(self.facts, self._picture, quick=quick), question))
        self.query_one(ResultPanel).close()
        self._frames.resume()
        self.refresh_bindings()

    def _take(self, report: VerifyReport) -> None:
        self._show(report)
        if report.is_full:
            self.query_one(ResultPanel).open(report)

    def _take_recalled(self, outcome: Outcome) -> None:
        """Show what an earlier walk found; if there is nothing, map what needs no reading."""
        match outcome:
            case Done(report=KeptIndex() as kept):
                self._picture = kept.picture
                self.query_one(ArchiveTabs).draw(kept.picture)
                self._take_regions(kept.regions)
                self._show(kept.report, kept.read_at)
                self._rest()
            case _ if self.facts.seekable:
                self._begin(quick=True)

    def _show(self, report: VerifyReport, read_at: int | None = None) -> None:
        self.report, self._read_at = report, read_at
        self.query_one(ArchiveBand).judge(report, read_at)
        self.query_one(ArchiveTabs).take(report)
        if self._regions is None and self._overlay is None:
            self._overlay = self.start(
                Job("Reading partition tables", partitions(self.facts, self._picture))
            )

    def _take_regions(self, regions: object) -> None:
        if isinstance(regions, dict):
            self._regions = regions
            self.query_one(ArchiveTabs).take_regions(regions)

    def _learn(self, report: VerifyReport, picture: Picture) -> None:
        """Take in what a restore has proved, as if it had been a check."""
        if self._walk is not None:
            self._walk.stop()
        self._picture = picture
        self.query_one(ArchiveTabs).draw(picture)
        self._show(report)
        self._rest()

    def action_bytes(self) -> None:
        """Show the bytes of the archive, from its start."""
        self._open_bytes(ArchivePlace(0))

    @on(BytesWanted)
    def _show_bytes(self, message: BytesWanted) -> None:
        self._open_bytes(message.place)

    def _open_bytes(self, place: BytePlace) -> None:
        picture, report = self._picture, self.report
        known = Known(
            picture.extents,
            picture.placement,
            self._regions or {},
            report.findings if report else (),
            report.bytes if report else None,
        )
        self.app.push_screen(HexScreen(HexSubject(self.facts, known), place))

    def _poll(self) -> None:
        self.query_one(ArchiveTabs).poll()

    def _rest(self) -> None:
        self.call_after_refresh(HANDS.prepare)  # what comes next may be long
        self.refresh_bindings()
        self.query_one(JobBar).rest(
            Content.assemble(*_hint(self.report), *(_ANEW if self._read_at is not None else ()))
        )


def _hint(report: VerifyReport | None) -> tuple[tuple[str, str], ...]:
    """Return what could be done next."""
    if report is not None and not report.is_sound:
        salvage = ("   S ", ACCENT), ("gets back what can be got back", MUTED)
        return ("5 ", ACCENT), ("shows what is wrong and where", MUTED), *salvage
    if report is not None and report.is_full:
        return ("r ", ACCENT), ("restores disks", MUTED)
    return ("v ", ACCENT), ("reads every byte and checks it", MUTED)
