"""The findings of an archive by kind: what is wrong, how often, where, and what that means."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from vmatui.engine.checking.findings import Finding
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.inspecting.byteplace import place_of
from vmatui.format.codes import Severity
from vmatui.tui.messages import BytesWanted
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.findinggroups import FindingIndex, GroupRows, Wish
from vmatui.tui.widgets.findingwords import (
    describe_finding,
    describe_group,
    finding_cells,
    group_cells,
    summary,
)
from vmatui.tui.widgets.table import Table

COLUMNS: Final = (
    Column("", 11),
    Column("What", 18, share=3),
    Column("Where", 16, share=2),
    Column("Count", 7, align="right"),
    Column("Code", 17, only_wide=True),
)
_FILTER: Final = Binding.Group("Filter", compact=True)
_MOST_OPEN: Final = 100
"""Findings up to which all groups are open at first."""

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
NO_MATCH: Final = """
No finding is like that: escape in the filter takes it away.
"""


class FindingView(Vertical):
    """The groups of findings, and what is under the cursor in full."""

    HELP = """
# Findings

What is wrong with the archive by kind, errors first and the most frequent of them before
others. Equal faults beside each other are one line with a count. Enter opens and closes a
kind (so do `right` and `left`), and shows the bytes at a finding; `m` shows its place on the map.

`/` takes words to look for in code, device and text, `s` shows errors or warnings alone, `d`
what concerns one device.
"""
    DEFAULT_CSS = """
    FindingView {
        #finding-line { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #finding-filter {
            display: none;
            height: 1;
            border: none;
            padding: 0 1;
            background: $panel;
            &.-asking { display: block; }
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "map", "Map", tooltip="Show the place on the map"),
        Binding("slash", "ask", "Filter by words", key_display="/", group=_FILTER),
        Binding("s", "severity", "All, errors or warnings", group=_FILTER),
        Binding("d", "device", "All devices or one", group=_FILTER),
        Binding("right", "open(True)", "Open the kind", show=False),
        Binding("left", "open(False)", "Close the kind", show=False),
        Binding("escape", "leave", "No filter", show=False),
    ]

    class Wanted(Message):
        """A finding's place is to be shown on the map."""

        def __init__(self, finding: Finding) -> None:
            super().__init__()
            self.finding = finding

    def __init__(self) -> None:
        super().__init__()
        self._index = FindingIndex()
        self._wish = Wish()
        self._rows = GroupRows((), ())
        self._empty = NOT_CHECKED

    def compose(self) -> ComposeResult:
        """Lay out the filter, the table and the detail."""
        yield Static(id="finding-line")
        yield Table(COLUMNS, empty=NOT_CHECKED)
        yield Static(classes="detail", markup=False)
        yield Input(id="finding-filter", placeholder="words of code, device or text")

    def take(self, report: VerifyReport) -> None:
        """Show the findings of a report."""
        self._index = FindingIndex(report.findings)
        self._empty = CLEAN if report.is_full else CLEAN_HEADERS
        self._select(Wish())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Offer what there is something for."""
        if action == "leave":
            return self.query_one(Input).has_class("-asking")
        if action == "device":
            return len(self._index.devices) > 1
        if action == "ask" and self.query_one(Input).has_focus:
            return False  # there a slash is a letter
        return bool(self._index.findings)

    def action_map(self) -> None:
        """Tell that the place of the finding under the cursor is wanted."""
        finding = self._finding
        if finding is not None:
            self.post_message(self.Wanted(finding))

    def action_ask(self) -> None:
        """Ask for words to look for."""
        field = self.query_one(Input)
        field.add_class("-asking")
        field.focus()

    def action_leave(self) -> None:
        """Look for no words any more."""
        self.query_one(Input).value = ""
        self._ask_no_more()

    def action_severity(self) -> None:
        """Show all, errors alone, or warnings alone."""
        turns = {None: Severity.ERROR, Severity.ERROR: Severity.WARNING, Severity.WARNING: None}
        wish = self._wish
        self._select(Wish(wish.text, turns[wish.severity], wish.dev_id))

    def action_device(self) -> None:
        """Show what concerns the next device alone, after the last one everything."""
        turns = [None, *sorted(self._index.devices)]
        wish = self._wish
        number = (turns.index(wish.dev_id) + 1) % len(turns)
        self._select(Wish(wish.text, wish.severity, turns[number]))

    def action_open(self, is_open: bool) -> None:
        """Open or close the kind under the cursor."""
        if not len(self._rows):
            return
        table = self.query_one(Table)
        group, _ = self._rows.at(table.cursor)
        if self._rows.is_open[group] is not is_open:
            opened = list(self._rows.is_open)
            opened[group] = is_open
            self._rows = GroupRows(self._rows.groups, opened)
            self._show(self._rows.row_of(group))
        elif not is_open and group:
            table.cursor = self._rows.row_of(group - 1)

    @on(Input.Changed)
    def _filter(self, message: Input.Changed) -> None:
        message.stop()
        self._select(Wish(message.value.strip(), self._wish.severity, self._wish.dev_id))

    @on(Input.Submitted)
    def _keep_filter(self, message: Input.Submitted) -> None:
        message.stop()
        self._ask_no_more()

    @on(Table.Moved)
    def _describe(self, message: Table.Moved) -> None:
        message.stop()
        if message.is_stale:
            return
        group, finding = self._rows.at(message.row)
        told = describe_group(self._rows.groups[group])
        self.query_one(".detail", Static).update(describe_finding(finding) if finding else told)

    @on(Table.Chosen)
    def _choose(self, message: Table.Chosen) -> None:
        message.stop()
        if message.is_stale:
            return
        group, finding = self._rows.at(message.row)
        if finding is None:
            self.action_open(not self._rows.is_open[group])
        else:
            self.post_message(BytesWanted(place_of(finding)))

    @property
    def _finding(self) -> Finding | None:
        """The finding under the cursor; of a kind, its first."""
        if not len(self._rows):
            return None
        group, finding = self._rows.at(self.query_one(Table).cursor)
        return finding or self._rows.groups[group].findings[0]

    def _select(self, wish: Wish) -> None:
        """Show the findings that are wanted."""
        self._wish = wish
        groups = self._index.wanted(wish)
        number = sum(len(group.findings) for group in groups)
        self._rows = GroupRows(groups, [number <= _MOST_OPEN] * len(groups))
        self._show(0)

    def _show(self, cursor: int) -> None:
        table, rows = self.query_one(Table), self._rows
        table.say(NO_MATCH if self._index.findings else self._empty)
        table.show(len(rows), self._cells, cursor=cursor)
        line = summary(rows.groups, self._index, self._wish)
        self.query_one("#finding-line", Static).update(line)
        if not len(rows):
            self.query_one(".detail", Static).update(Content())
        self.refresh_bindings()

    def _cells(self, row: int) -> tuple[Cell, ...]:
        group, finding = self._rows.at(row)
        if finding is not None:
            return finding_cells(finding)
        return group_cells(self._rows.groups[group], is_open=self._rows.is_open[group])

    def _ask_no_more(self) -> None:
        self.query_one(Input).remove_class("-asking")
        self.query_one(Table).focus()
