"""The findings of an archive in a table: what is wrong, how often, and where."""

from __future__ import annotations

from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from vmatui.engine.findings import Finding
from vmatui.engine.report import VerifyReport
from vmatui.format.codes import MEANINGS, Severity
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.styles import MUTED
from vmatui.tui.widgets.table import Table
from vmatui.tui.wording import count_text, shown

COLUMNS: Final = (
    Column("", 9),
    Column("What", 18, share=2),
    Column("Where", 16, share=3),
    Column("Count", 7, align="right"),
    Column("Code", 17, only_wide=True),
)

NOT_CHECKED: Final = """
Nobody has checked this archive yet.

  v   reads every byte and checks all that can be checked
"""
CLEAN_HEADERS: Final = """
The headers of all extents are sound.

  v   reads the data too, to find what cannot be read or is cut
"""
CLEAN: Final = """
Nothing is wrong with this archive.
"""


class FindingView(Vertical):
    """The table of findings, and the one under the cursor in full."""

    HELP = """
# Findings

What is wrong with the archive, errors first. Equal faults beside each other are one line
with a count. Enter shows the place on the map.
"""

    class Wanted(Message):
        """A finding's place is to be shown."""

        def __init__(self, finding: Finding) -> None:
            super().__init__()
            self.finding = finding

    def __init__(self) -> None:
        super().__init__()
        self._findings: tuple[Finding, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the table and the detail."""
        yield Table(COLUMNS, empty=NOT_CHECKED)
        yield Static(classes="detail", markup=False)

    def take(self, report: VerifyReport) -> None:
        """Show the findings of a report."""
        self._findings = report.findings
        table = self.query_one(Table)
        table.say(CLEAN if report.is_full else CLEAN_HEADERS)
        table.show(len(self._findings), lambda row: row_of(self._findings[row]), cursor=0)
        if not self._findings:
            self.query_one(Static).update("")

    def go_to_extent(self, number: int) -> bool:
        """Put the cursor on the first finding of an extent; return whether there is one."""
        for row, finding in enumerate(self._findings):
            is_run = finding.cluster is None and finding.extent is not None
            if finding.extent == number or (
                is_run and any(first <= number <= last for first, last in finding.ranges)
            ):
                self.query_one(Table).cursor = row
                return True
        return False

    @on(Table.Moved)
    def _describe(self, message: Table.Moved) -> None:
        message.stop()
        finding = self._findings[message.row]
        reference = MEANINGS[finding.code].reference
        told = f"{finding.code}" + (f" · the vma command says: {reference}" if reference else "")
        self.query_one(Static).update(Content.assemble(shown(finding.message), "\n", (told, MUTED)))

    @on(Table.Chosen)
    def _want(self, message: Table.Chosen) -> None:
        message.stop()
        self.post_message(self.Wanted(self._findings[message.row]))


def row_of(finding: Finding) -> tuple[Cell, ...]:
    """Return the cells of a finding."""
    is_error = finding.severity is Severity.ERROR
    severity = Cell("✘ error", "error") if is_error else Cell("▲ warning", "warning")
    return (
        severity,
        Cell(MEANINGS[finding.code].title),
        Cell(place_of(finding)),
        Cell(count_text(finding.count)),
        Cell(finding.code, "muted"),
    )


def place_of(finding: Finding) -> str:
    """Return where a finding is, in a few words."""
    if finding.cluster is not None:
        return f"{finding.device}, cluster {count_text(finding.cluster)}"
    if finding.extent is not None:
        return f"extent {count_text(finding.extent)}"
    if finding.device is not None:
        return finding.device
    return f"byte {count_text(finding.offset)}" if finding.offset else "header"
