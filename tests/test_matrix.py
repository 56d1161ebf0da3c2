"""The README's fault matrix is what the command prints, and its oracle knows where things stand."""

from __future__ import annotations

import pytest

from tests.matrix import damages, streams
from tests.matrix.damages import DAMAGES
from tests.matrix.layout import Layout
from tests.matrix.table import COLUMNS, HEAD, README, ROWS, Cell, rows_of, run_cell, with_table
from tests.parser import parse_strict
from tests.tools import require_tool


def cells_of(row: str) -> list[Cell]:
    for program in ("zstd", "lzop"):
        require_tool(program)
    return [run_cell(row, column) for column in COLUMNS]


@pytest.mark.parametrize("row", ROWS)
def test_the_row_in_the_readme_is_what_comes_out(row: str) -> None:
    cells = cells_of(row)
    assert rows_of(cells)[row] in README.read_text().splitlines()
    assert with_table(README.read_text(), cells) == README.read_text()
    for cell in cells:
        assert cell.is_as_promised


def test_the_readme_has_all_rows_and_no_other() -> None:
    lines = README.read_text().split(HEAD)[1].split("\n\n")[0].splitlines()[2:]
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == [*ROWS]


@pytest.mark.parametrize("layout", [damages.LAYOUT, streams.LAYOUT])
def test_the_oracle_knows_the_place_of_each_cluster(layout: Layout) -> None:
    parsed = parse_strict(layout.archive)
    for extent, found in zip(layout.extents, parsed.extents, strict=True):
        assert extent.place[0] == found.offset
        stored = {(slot.dev_id, slot.cluster): slot.data for slot in found.slots}
        places = {each: stored.place for each, stored in extent.clusters.items()}
        assert {each: layout.archive[slice(*place)] for each, place in places.items()} == stored


def test_a_sound_archive_is_untouched_and_each_damage_changes_it() -> None:
    layout = damages.LAYOUT
    assert layout.untouched([], [(0, len(layout.archive))]) == layout.clusters
    for cases in DAMAGES.values():
        assert all(case.data != layout.archive for case in cases())
