from __future__ import annotations

from collections.abc import Sequence

from textual.pilot import Pilot

from tests.forge import CLUSTER, Disk, forge, noise
from tests.opening import opened
from tests.tui.holder import HOSTILE, Holder, drive, lines
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing.extenttable import ExtentRow, ExtentTable
from vmatui.tui.messages import BytesWanted
from vmatui.tui.widgets.extentlist import COLUMNS, ExtentList, cells_of

NAMES = {1: "drive-scsi0", 2: "drive-scsi1"}


class FakeTable(ExtentTable):
    """As many extents as a test wants, without an archive."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.asked = 0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> ExtentRow:
        self.asked += 1
        return ExtentRow(number, number << 20, 59, 9, 400, frozenset({1}), number != 3)


class ListApp(Holder):
    """An extent list, and the extents that were chosen in it."""

    def __init__(self, names: dict[int, str] | None = None) -> None:
        self.list = ExtentList(NAMES if names is None else names)
        super().__init__(self.list)
        self.chosen: list[int] = []

    def on_mount(self) -> None:
        self.list.focus()

    def on_bytes_wanted(self, message: BytesWanted) -> None:
        self.chosen.append(message.place.offset >> 20)


def words(line: str) -> Sequence[str]:
    return line.split()


def table_of(data: bytes) -> ExtentTable:
    with opened(data) as archive:
        table = ExtentTable()
        verify(archive, visitors=[table])
    return table


def test_a_row_tells_what_an_extent_holds() -> None:
    table = table_of(forge([Disk("a", noise(2 * CLUSTER)), Disk("b", size=2 * CLUSTER)]))
    app = ListApp()

    async def script(pilot: Pilot[None]) -> None:
        app.list.draw(table, complete=True)
        await pilot.pause()
        shown = lines(app.list)
        assert words(shown[0]) == [
            "Extent",
            "Offset",
            "Clusters",
            "Zero",
            "Size",
            "Full",
            "Devices",
        ]
        cells = words(shown[1])
        assert cells[:-1] == ["0", f"{table[0].offset:#x}", "4", "2", "128.5", "KiB", "━━━━────"]
        assert cells[-1].startswith("drive-scsi0,")

    drive(app, script)


def test_a_damaged_extent_has_a_mark() -> None:
    sound, damaged = (
        cells_of(ExtentRow(0, 512, 1, 0, 16, frozenset({1}), is_sound), NAMES)
        for is_sound in (True, False)
    )
    marks = [column.title for column in COLUMNS].index("")
    assert sound[marks].text == ""
    assert damaged[marks] == ("×", "error")


def test_an_extent_without_clusters_is_empty() -> None:
    cells = cells_of(ExtentRow(0, 512, 0, 0, 0, frozenset(), True), NAMES)
    bar = cells[6].text
    assert callable(bar)
    assert bar(4) == "────"


def test_a_million_extents_are_read_only_where_they_are_seen() -> None:
    table = FakeTable(1_000_000)
    app = ListApp()

    async def script(pilot: Pilot[None]) -> None:
        app.list.draw(table, complete=True)
        await pilot.pause()
        await pilot.press("end")
        await pilot.pause()
        assert words(lines(app.list)[-1])[0] == "999999"
        assert table.asked < 1000
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen == [999_999]

    drive(app, script)


def test_the_list_grows_while_a_walk_runs() -> None:
    table = FakeTable(0)
    app = ListApp()

    async def script(pilot: Pilot[None]) -> None:
        app.list.draw(table, complete=False)
        await pilot.pause()
        assert "No extent has been read yet" in " ".join(lines(app.list))
        table.count = 2
        app.list.poll()
        await pilot.pause()
        assert [words(line)[0] for line in lines(app.list)[:3]] == ["Extent", "0", "1"]
        table.count = 5000
        app.list.poll()
        await pilot.pause()
        assert words(lines(app.list)[4])[0] == "3"
        await pilot.press("end")
        assert app.list.cursor == 4999

    drive(app, script)


def test_growth_leaves_the_cursor_and_the_view_where_they_are() -> None:
    table = FakeTable(100)
    app = ListApp()

    async def script(pilot: Pilot[None]) -> None:
        app.list.draw(table, complete=False)
        await pilot.press("end")
        before = lines(app.list)
        table.count = 101
        app.list.poll()
        await pilot.pause()
        assert app.list.cursor == 99
        assert lines(app.list) == before

    drive(app, script)


def test_a_click_moves_the_cursor_and_a_second_one_chooses() -> None:
    app = ListApp()

    async def script(pilot: Pilot[None]) -> None:
        app.list.draw(FakeTable(10), complete=True)
        await pilot.pause()
        await pilot.click(ExtentList, offset=(5, 4))
        assert app.list.cursor == 3
        assert app.chosen == []
        await pilot.click(ExtentList, offset=(5, 4))
        await pilot.pause()
        assert app.chosen == [3]

    drive(app, script)


def test_an_empty_list_says_why_it_is_empty() -> None:
    app = ListApp()

    async def script(pilot: Pilot[None]) -> None:
        assert "press v" in " ".join(lines(app.list))
        app.list.draw(ExtentTable(), complete=True)
        await pilot.pause()
        assert "There are no extents" in " ".join(lines(app.list))
        await pilot.press("enter", "down", "end")
        assert app.chosen == []

    drive(app, script)


def test_a_hostile_device_name_is_shown_as_it_is() -> None:
    app = ListApp({1: HOSTILE})

    async def script(pilot: Pilot[None]) -> None:
        app.list.draw(FakeTable(5), complete=True)
        await pilot.pause()
        text = "".join(lines(app.list))
        assert "\x1b" not in text
        assert r"drive[/b]\x1b[31m[red]" in text

    drive(app, script, (120, 20))


def test_a_device_without_a_name_is_told_by_its_id() -> None:
    cells = cells_of(ExtentRow(0, 512, 1, 0, 16, frozenset({7, 1}), True), NAMES)
    assert cells[-1].text == "drive-scsi0, device 7"
