from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmatui.drawing.cells import GROUP
from vmatui.drawing.grid import BLOCKS, MapGrid, lay_out

CLUSTERS = st.integers(1, 1 << 29)
WIDTH = st.integers(1, 400)
HEIGHT = st.integers(1, 120)


@given(CLUSTERS, WIDTH, HEIGHT, st.sampled_from([1, 2]))
def test_the_whole_device_fits_whatever_its_size_and_the_screens(
    clusters: int, width: int, height: int, lines: int
) -> None:
    grid = lay_out(clusters, width, height, lines=lines)
    assert grid.labels + grid.columns * grid.cell_width <= width
    assert grid.rows <= height * grid.lines
    assert grid.range_of(0)[0] == 0
    assert grid.range_of(grid.cells - 1)[1] == clusters - 1


@given(CLUSTERS, WIDTH, HEIGHT, st.sampled_from([1, 2]))
def test_zooming_in_ends_at_one_cluster_a_cell_and_keeps_cells_readable(
    clusters: int, width: int, height: int, lines: int
) -> None:
    grid = lay_out(clusters, width, height, lines=lines)
    steps = 0
    while grid.next_size:
        assert grid.next_size * 2 <= grid.size
        closer = lay_out(clusters, width, height, grid.next_size, lines=lines)
        assert closer.size == grid.next_size
        assert closer.size < GROUP or closer.size % GROUP == 0
        grid, steps = closer, steps + 1
    assert grid.size == 1
    assert steps <= 15


@given(CLUSTERS, WIDTH, HEIGHT, st.data())
def test_a_place_on_screen_leads_to_its_cell_and_back(
    clusters: int, width: int, height: int, data: st.DataObject
) -> None:
    grid = lay_out(clusters, width, height)
    cell = data.draw(st.integers(0, grid.cells - 1))
    row, column = divmod(cell, grid.columns)
    assert grid.cell_at(grid.labels + column * grid.cell_width, row) == cell
    first, last = grid.range_of(cell)
    assert grid.cell_of(first) == grid.cell_of(last) == cell


def test_no_cell_stands_left_right_or_below_the_map() -> None:
    grid = MapGrid(units=10, size=1, columns=4, cell_width=2, labels=9)
    assert grid.cell_at(8, 0) is None
    assert grid.cell_at(9, 0) == 0
    assert grid.cell_at(16, 0) == 3
    assert grid.cell_at(17, 0) is None
    assert grid.cell_at(13, 2) is None
    assert grid.cell_at(9, -1) is None


def test_moving_down_keeps_the_column_and_stops_at_the_last_row() -> None:
    grid = MapGrid(units=10, size=1, columns=4, cell_width=1, labels=0)
    assert grid.moved(1, 1) == 5
    assert grid.moved(1, 100) == 9
    assert grid.moved(3, 2) == 9
    assert grid.moved(9, -1) == 5
    assert grid.moved(1, -1) == 1


def test_a_small_device_gets_cells_twice_as_wide() -> None:
    assert lay_out(9, 80, 20).cell_width == 2
    assert lay_out(524_288, 80, 20).cell_width == 1


@pytest.mark.parametrize(
    ("clusters", "size", "columns", "row", "label"),
    [
        (524_288, 512, 64, 0, "0"),
        (524_288, 512, 64, 3, "6G"),
        (524_288, 328, 72, 3, "4.32G"),
        (1024, 1, 64, 2, "8M"),
        (1024, 3, 3, 1, "0.56M"),
        (1 << 28, 1, 64, 4_194_303, "16777212M"),
    ],
)
def test_a_row_is_labelled_with_its_offset_in_one_unit(
    clusters: int, size: int, columns: int, row: int, label: str
) -> None:
    grid = MapGrid(clusters, size, columns, 1, labels=9)
    assert grid.label(row).strip() == label
    assert grid.label(row).endswith(" ")


def test_a_narrow_screen_has_no_labels() -> None:
    grid = lay_out(1000, 40, 10)
    assert grid.labels == 0
    assert grid.label(1) == ""


def test_half_blocks_are_used_only_where_they_show_more() -> None:
    assert lay_out(9, 80, 20, lines=2).lines == 1
    assert lay_out(64 * 20, 80, 20, lines=2).lines == 1
    assert lay_out(64 * 20 + 1, 80, 20, lines=2).lines == 2
    assert lay_out(64 * 20 + 1, 80, 20, 1, lines=2).lines == 1


def test_the_closest_look_has_room_for_sixteen_blocks() -> None:
    grid = lay_out(1000, 80, 20, BLOCKS)
    assert grid.shows_blocks
    assert (grid.size, grid.columns, grid.next_size) == (1, 3, None)
    assert not lay_out(1000, 15, 20, BLOCKS).shows_blocks


def test_units_without_a_size_are_labelled_by_their_number() -> None:
    grid = lay_out(10_000, 80, 20, None, 0)
    assert grid.label(1).strip() == str(grid.size * grid.columns)
    assert lay_out(10, 80, 20, None, 0).next_size is None
