from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static, TabbedContent

from tests.damage import DAMAGED
from tests.tui.driving import drive, press
from tests.tui.holder import Holder, lines
from tests.tui.holder import drive as drive_widget
from vmatui.engine.checking.findings import Finding, FindingList
from vmatui.engine.checking.proof import Proof
from vmatui.engine.checking.report import Structure, VerifyReport
from vmatui.engine.inspecting.byteplace import ArchivePlace, BytePlace, DevicePlace, place_of
from vmatui.format.codes import Code, Severity
from vmatui.storage.faults import Compression, StreamState
from vmatui.tui.app import VmaApp
from vmatui.tui.messages import BytesWanted
from vmatui.tui.screens.hex import HexScreen
from vmatui.tui.widgets.findinggroups import FindingIndex, GroupRows, Wish
from vmatui.tui.widgets.findings import FindingView
from vmatui.tui.widgets.findingwords import describe_finding, meaning
from vmatui.tui.widgets.table import Table


def some() -> tuple[Finding, ...]:
    """Return findings of four kinds, two of them errors, of two devices."""
    found = FindingList()
    found.add(Code.UNSAFE_NAME, "a name [/b]\x1b[31m", Severity.WARNING, offset=0)
    found.add(Code.EXTENT_CHECKSUM, "the md5 is wrong", offset=4096, extent=3, touched=[(1, 5, 9)])
    for first in (10, 30, 50):
        found.add(
            Code.MISSING_CLUSTER, "no extent holds it",
            dev_id=2, device="drive-scsi1", clusters=(first, first + 4),
        )  # fmt: skip
    found.add(
        Code.BEYOND_END, "past the end", Severity.WARNING,
        offset=8192, extent=4, dev_id=1, device="drive-scsi0", clusters=(99, 99),
    )  # fmt: skip
    return found.freeze()


def report_of(findings: Sequence[Finding], *, is_full: bool = True) -> VerifyReport:
    return VerifyReport(
        "a.vma", UUID(int=1), 0, Compression.NONE, Structure.FAULTY, StreamState.ABSENT, Proof(),
        (), (), 5, 1 << 20, tuple(findings), is_full,
    )  # fmt: skip


class FindingApp(Holder):
    """A view of findings, and what it asked for."""

    def __init__(self, findings: Sequence[Finding] | None = None) -> None:
        self.view = FindingView()
        super().__init__(self.view)
        self._findings = some() if findings is None else findings
        self.asked: list[BytePlace | Finding] = []

    def on_mount(self) -> None:
        self.view.take(report_of(self._findings))
        self.table.focus()

    def on_bytes_wanted(self, message: BytesWanted) -> None:
        self.asked.append(message.place)

    def on_finding_view_wanted(self, message: FindingView.Wanted) -> None:
        self.asked.append(message.finding)

    @property
    def table(self) -> Table:
        return self.view.query_one(Table)

    @property
    def rows(self) -> list[str]:
        return [" ".join(line.split()) for line in lines(self.table)[1:] if line.strip()]

    @property
    def told(self) -> str:
        return str(self.view.query_one(".detail", Static).render())

    @property
    def line(self) -> str:
        return str(self.view.query_one("#finding-line", Static).render())


def test_kinds_come_with_counts_the_worst_first() -> None:
    groups = FindingIndex(some()).wanted(Wish())
    assert [(group.code, group.count, len(group.findings)) for group in groups] == [
        (Code.MISSING_CLUSTER, 15, 1),
        (Code.EXTENT_CHECKSUM, 1, 1),
        (Code.UNSAFE_NAME, 1, 1),
        (Code.BEYOND_END, 1, 1),
    ]


@pytest.mark.parametrize(
    ("wish", "codes"),
    [
        (Wish("MD5"), {Code.EXTENT_CHECKSUM}),
        (Wish("scsi"), {Code.MISSING_CLUSTER, Code.BEYOND_END}),
        (Wish("cluster missing"), {Code.MISSING_CLUSTER}),
        (Wish("beyond-end"), {Code.BEYOND_END}),
        (Wish("nothing like that"), set()),
        (Wish(severity=Severity.WARNING), {Code.UNSAFE_NAME, Code.BEYOND_END}),
        (Wish(dev_id=1), {Code.EXTENT_CHECKSUM, Code.BEYOND_END}),
        (Wish("scsi", Severity.ERROR, 2), {Code.MISSING_CLUSTER}),
    ],
)
def test_words_severity_and_device_choose(wish: Wish, codes: set[Code]) -> None:
    assert {group.code for group in FindingIndex(some()).wanted(wish)} == codes


def test_rows_of_open_groups_follow_their_own() -> None:
    groups = FindingIndex(some()).wanted(Wish())
    rows = GroupRows(groups, [True, False, False, True])
    assert len(rows) == 6
    assert [rows.at(row)[0] for row in range(6)] == [0, 0, 1, 2, 3, 3]
    assert [rows.at(row)[1] is None for row in range(6)] == [True, False, True, True, True, False]
    assert [rows.row_of(group) for group in range(4)] == [0, 2, 3, 4]


@pytest.mark.parametrize(
    ("code", "place"),
    [
        (Code.MISSING_CLUSTER, DevicePlace(2, 10 << 16)),
        (Code.EXTENT_CHECKSUM, ArchivePlace(4096)),
        (Code.BEYOND_END, ArchivePlace(8192)),
        (Code.UNSAFE_NAME, ArchivePlace(0)),
    ],
)
def test_the_bytes_of_a_finding_are_where_it_shows(code: Code, place: BytePlace) -> None:
    (finding,) = (finding for finding in some() if finding.code is code)
    assert place_of(finding) == place


def test_enter_opens_and_closes_a_kind_and_shows_the_bytes_of_a_finding() -> None:
    app = FindingApp()

    async def script(pilot: Pilot[None]) -> None:
        await pilot.pause()
        assert len(app.rows) == 8
        assert app.rows[0].startswith("▾ ✘ error cluster missing 1 finding 15")
        await pilot.press("enter")
        assert len(app.rows) == 7
        assert app.rows[0].startswith("▸ ✘ error")
        await pilot.press("right", "down")
        assert "drive-scsi1, cluster 10" in app.rows[1]
        await pilot.press("enter")
        assert app.asked == [DevicePlace(2, 10 << 16)]
        await pilot.press("left")
        assert app.table.cursor == 0
        assert len(app.rows) == 7

    drive_widget(app, script, (100, 30))


def test_left_on_a_closed_kind_goes_to_the_one_before() -> None:
    app = FindingApp()

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("down", "down", "left", "left")
        assert app.table.cursor == 0

    drive_widget(app, script)


def test_a_finding_is_told_in_full() -> None:
    app = FindingApp()

    async def script(pilot: Pilot[None]) -> None:
        await pilot.pause()
        assert "cluster missing" in app.told
        assert "15 faults in 1 finding" in app.told
        await pilot.press("down")
        assert "drive-scsi1 cluster 10-14, 30-34, 50-54" in app.told
        assert "the vma command says: detected missing cluster" in app.told
        await pilot.press("down", "down")
        assert "archive 0x1000 · extent 3 · 5 clusters of 1 device" in app.told

    drive_widget(app, script, (100, 30))


@pytest.mark.parametrize("code", Code)
def test_what_to_do_is_told_by_keys_and_not_by_options(code: Code) -> None:
    told = str(meaning(code)[0])
    assert "--salvage" not in told
    assert "--also" not in told


def test_the_filter_takes_words_and_gives_them_up() -> None:
    app = FindingApp()

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"md5")
        assert len(app.rows) == 2
        assert "1 of 4 findings of 1 kind  with “md5”" in app.line
        await pilot.press("enter")
        assert app.table.has_focus
        assert len(app.rows) == 2
        await pilot.press("slash", *"zzz")
        assert app.rows == ["No finding is like that: escape in the filter takes it away."]
        assert app.told == ""
        await pilot.press("escape")
        assert app.table.has_focus
        assert len(app.rows) == 8
        assert not app.view.query_one(Input).display

    drive_widget(app, script, (100, 30))


def test_what_is_told_is_of_the_rows_that_are_shown() -> None:
    app = FindingApp()

    async def script(pilot: Pilot[None]) -> None:
        app.table.cursor = 5
        app.table.post_message(Table.Chosen(app.table, 5))
        app.view._select(Wish("md5"))
        app.view._select(Wish("zzz"))
        await pilot.pause()
        assert app.told == ""
        assert app.rows == ["No finding is like that: escape in the filter takes it away."]

    drive_widget(app, script, (100, 30))


def test_severity_and_device_go_round() -> None:
    app = FindingApp()

    async def script(pilot: Pilot[None]) -> None:
        seen = []
        for key in "sssddd":
            await pilot.press(key)
            seen.append(app.line.partition(" kind")[2].lstrip("s").strip())
        assert seen == [
            "only errors", "only warnings", "",
            "only of drive-scsi0", "only of drive-scsi1", "",
        ]  # fmt: skip

    drive_widget(app, script, (100, 30))


def test_m_wants_the_map_of_a_finding_and_of_a_kind_its_first() -> None:
    app = FindingApp()

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("m", "down", "m")
        first, second = app.asked
        assert first is second
        assert isinstance(first, Finding)
        assert first.code is Code.MISSING_CLUSTER

    drive_widget(app, script)


def test_hostile_text_is_shown_as_it_is() -> None:
    app = FindingApp()

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("end", "up", "up")
        assert r"a name [/b]\x1b[31m" in app.told
        assert all(line.isprintable() for line in lines(app.table))

    drive_widget(app, script, (100, 30))


def many(number: int) -> list[Finding]:
    """Return findings as no report has them, one for each of so many clusters."""
    return [
        Finding(
            Code.MISSING_CLUSTER if cluster % 3 else Code.DUPLICATE_CLUSTER, Severity.ERROR,
            f"cluster {cluster} of drive-scsi0: missing", None, None, 1, "drive-scsi0", cluster,
            1, ((cluster, cluster),), ((1, cluster, cluster),),
        )
        for cluster in range(number)
    ]  # fmt: skip


def test_a_hundred_thousand_findings_stay_closed_and_open_at_once() -> None:
    app = FindingApp(many(100_000))

    async def script(pilot: Pilot[None]) -> None:
        await pilot.pause()
        assert len(app.rows) == 2
        asked = 0
        real = app.table._row

        def count(row: int) -> object:
            nonlocal asked
            asked += 1
            return real(row)

        await pilot.press("enter")
        real = app.table._row
        app.table._row = count  # type: ignore[assignment]
        await pilot.press("end")
        assert app.table.cursor == 66_667
        assert asked < 200
        await pilot.press("slash", *"99999")
        assert len(app.rows) == 2

    drive_widget(app, script)


def test_every_kind_of_fault_shows_its_bytes(tmp_path: Path) -> None:
    for number, (code, build) in enumerate(DAMAGED.items()):
        if code.startswith("stream"):
            continue
        path = tmp_path / f"{number}.vma"
        path.write_bytes(build())

        async def steps(pilot: Pilot[None], code: str = code) -> None:
            await press(pilot, "5", "down", "enter")
            assert isinstance(pilot.app.screen, HexScreen), code
            await press(pilot, "escape")
            assert pilot.app.screen.query_one(TabbedContent).active == "findings"

        drive(VmaApp(path), steps)


def test_a_whole_place_is_told_where_a_finding_has_none() -> None:
    finding = Finding(Code.HEADER_BLOBS, Severity.ERROR, "names are unreadable")
    assert "the archive as a whole" in str(describe_finding(finding))
