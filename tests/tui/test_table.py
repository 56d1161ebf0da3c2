from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.holder import HOSTILE, Holder, drive, lines
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.table import Table

COLUMNS = Column("Number", 8, align="right"), Column("Name", 10, share=1)


def test_a_million_rows_cost_only_those_on_screen() -> None:
    table = Table(COLUMNS)
    asked: list[int] = []

    def row(number: int) -> tuple[Cell, ...]:
        asked.append(number)
        return Cell(str(number)), Cell("name")

    async def script(pilot: Pilot[None]) -> None:
        table.show(1_000_000, row)
        table.focus()
        await pilot.pause()
        await pilot.press("end")
        assert lines(table)[-1].split() == ["999999", "name"]
        assert len(set(asked)) <= 2 * table.size.height

    drive(Holder(table), script)


def test_the_cursor_stays_in_sight_and_inside() -> None:
    table = Table(COLUMNS)

    async def script(pilot: Pilot[None]) -> None:
        table.show(100, lambda number: (Cell(str(number)), Cell("")))
        table.focus()
        await pilot.press("up")
        assert table.cursor == 0
        await pilot.press("pagedown", "j", "down")
        assert f" {table.cursor} " in "".join(lines(table))
        await pilot.press("G", "down")
        assert table.cursor == 99
        await pilot.press("g")
        assert (table.cursor, table.scroll_offset.y) == (0, 0)

    drive(Holder(table), script)


def test_fewer_rows_bring_the_cursor_back() -> None:
    table = Table(COLUMNS)

    async def script(_pilot: Pilot[None]) -> None:
        table.show(100, lambda _: (Cell(""), Cell("")), cursor=99)
        table.show(3, lambda _: (Cell(""), Cell("")))
        assert table.cursor == 2

    drive(Holder(table), script)


def test_a_table_without_rows_says_why() -> None:
    table = Table(COLUMNS, empty="Nothing here.\nLook elsewhere.")

    async def script(pilot: Pilot[None]) -> None:
        table.focus()
        await pilot.press("enter", "down", "end")
        assert [line.strip() for line in lines(table)[:2]] == ["Nothing here.", "Look elsewhere."]

    drive(Holder(table), script)


def test_hostile_cells_are_neither_markup_nor_control() -> None:
    table = Table(COLUMNS)

    async def script(_pilot: Pilot[None]) -> None:
        table.show(1, lambda _: (Cell("1"), Cell(HOSTILE)))
        assert "drive[/b]\\x1b[31m[red]" in lines(table)[1]

    drive(Holder(table), script)


def test_a_second_click_on_a_row_chooses_it() -> None:
    table = Table(COLUMNS)
    chosen: list[int] = []

    class Listening(Holder):
        def on_table_chosen(self, message: Table.Chosen) -> None:
            chosen.append(message.row)

    async def script(pilot: Pilot[None]) -> None:
        table.show(5, lambda number: (Cell(str(number)), Cell("")))
        await pilot.click(table, offset=(3, 3))
        assert (table.cursor, chosen) == (2, [])
        await pilot.click(table, offset=(3, 3))
        await pilot.click(table, offset=(3, 15))
        await pilot.pause()
        assert chosen == [2]

    drive(Listening(table), script)
