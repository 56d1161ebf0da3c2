from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.tui.holder import device_map
from vmatui.drawing import cells
from vmatui.drawing.cells import GROUP, Bytes, Cells, MapLevels, cell_size, levels_of
from vmatui.drawing.shades import Shade, content
from vmatui.engine.indexing.clustermap import (
    DAMAGED,
    DOUBTFUL,
    DUPLICATE,
    LEVEL,
    UNSEEN,
    ZERO,
    DeviceMap,
)
from vmatui.format.header import Device
from vmatui.format.layout import CLUSTER_SIZE

COUNTS = ("clusters", "blocks", "unseen", "zero", "stored", "duplicate", "damaged", "doubtful")
STATES = st.sampled_from(
    [UNSEEN, ZERO, ZERO | DUPLICATE, DAMAGED, 2, 9, 17, 17 | DUPLICATE, 5 | DAMAGED, 8 | DOUBTFUL]
)


@st.composite
def maps(draw: st.DrawFn) -> DeviceMap:
    """Runs of states, so that devices of several groups stay cheap to draw."""
    runs = draw(st.lists(st.tuples(STATES, st.integers(1, 300)), min_size=1, max_size=8))
    return device_map([state for state, length in runs for _ in range(length)])


def naive(states: memoryview, first: int, last: int) -> tuple[int, ...]:
    """Count one cell the slow way, in the order of COUNTS."""
    there = list(states[first : last + 1])
    levels = [state & LEVEL for state in there]
    return (
        len(there),
        sum(max(level - 1, 0) for level in levels),
        sum(state == UNSEEN for state in there),
        sum(level == ZERO for level in levels),
        sum(level > ZERO for level in levels),
        sum(bool(state & DUPLICATE) for state in there),
        sum(bool(state & DAMAGED) for state in there),
        sum(bool(state & DOUBTFUL) for state in there),
    )


def counted(found: Cells) -> list[tuple[int, ...]]:
    columns = [getattr(found, name).tolist() for name in COUNTS]
    return list(zip(*columns, strict=True))


@settings(max_examples=60, deadline=None)
@given(maps(), st.integers(1, 3 * GROUP), st.integers(0, 1000), st.integers(1, 12))
def test_cells_count_what_a_plain_loop_counts(
    made: DeviceMap, size: int, first: int, count: int
) -> None:
    if size >= GROUP:
        size, first = size // GROUP * GROUP, first // GROUP * GROUP
    levels = MapLevels(made)
    levels.update()
    starts = range(first, first + size * count, size)
    clusters = made.device.clusters
    wanted = [naive(made.states[:clusters], start, start + size - 1) for start in starts]
    assert counted(levels.cells(first, size, count)) == wanted


@settings(max_examples=30, deadline=None)
@given(maps(), st.data())
def test_a_tally_counts_clusters_wherever_they_are(made: DeviceMap, data: st.DataObject) -> None:
    levels = MapLevels(made)
    levels.update()
    last_cluster = made.device.clusters - 1
    first = data.draw(st.integers(0, last_cluster))
    last = data.draw(st.integers(first, last_cluster))
    assert counted(levels.tally(first, last)) == [naive(made.states, first, last)]
    assert counted(levels.total()) == [naive(made.states, 0, last_cluster)]


@settings(max_examples=40, deadline=None)
@given(maps(), st.lists(st.tuples(st.integers(0, 2000), STATES), max_size=20))
def test_an_update_sums_up_what_was_written_since(
    made: DeviceMap, writes: list[tuple[int, int]]
) -> None:
    levels = MapLevels(made)
    levels.update()
    for place, state in writes:
        made.set_state(place % made.device.clusters, state, 0)
    assert levels.update() == bool(writes)
    assert counted(levels.total()) == [naive(made.states, 0, made.device.clusters - 1)]
    assert not levels.update()


def test_a_write_that_comes_while_a_group_is_read_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = device_map([ZERO] * 2 * GROUP)
    levels = MapLevels(made)
    read = cells._count

    def read_slowly(rows: cells.Bytes) -> cells.Counts:
        sums = read(rows)
        made.set_state(7, 17, 0xFFFF)
        return sums

    monkeypatch.setattr(cells, "_count", read_slowly)
    levels.update()
    assert levels.total().stored[0] == 0
    monkeypatch.undo()
    levels.update()
    assert levels.total().stored[0] == 1


def test_only_clusters_in_groups_that_were_written_are_newer() -> None:
    made = device_map([ZERO] * 4 * GROUP)
    levels = MapLevels(made)
    levels.update()
    seen = levels.version
    made.set_state(2 * GROUP + 5, 3, 1)
    levels.update()
    assert levels.is_newer(seen, 2 * GROUP, 3 * GROUP - 1)
    assert not levels.is_newer(seen, 0, 2 * GROUP - 1)
    assert not levels.is_newer(seen, 3 * GROUP, 4 * GROUP - 1)


def test_a_large_cell_must_be_made_of_whole_groups() -> None:
    levels = MapLevels(device_map([ZERO] * 3 * GROUP))
    with pytest.raises(ValueError, match="whole groups"):
        levels.cells(0, GROUP + 1, 1)
    with pytest.raises(ValueError, match="whole groups"):
        levels.cells(1, GROUP, 1)


def test_everyone_who_draws_a_map_gets_the_same_levels() -> None:
    made = device_map([ZERO])
    assert levels_of(made) is levels_of(made)
    assert levels_of(made) is not levels_of(device_map([ZERO]))


@given(st.integers(1, 1 << 29), st.integers(1, 20_000))
def test_a_cell_size_holds_all_clusters_and_is_one_that_can_be_read(
    clusters: int, room: int
) -> None:
    size = cell_size(clusters, room)
    assert size * room >= clusters
    assert size < GROUP or size % GROUP == 0


def shade(states: list[int], *, complete: bool) -> int:
    levels = MapLevels(device_map(states))
    levels.update()
    return int(content(levels.cells(0, len(states), 1), complete=complete)[0])


@pytest.mark.parametrize(
    ("states", "before", "after"),
    [
        ([UNSEEN, UNSEEN], Shade.UNREAD, Shade.MISSING),
        ([ZERO, ZERO], Shade.ZERO, Shade.ZERO),
        ([ZERO, UNSEEN], Shade.ZERO, Shade.MISSING),
        ([17, 17], Shade.FULL, Shade.FULL),
        ([2] + [ZERO] * 99, Shade.FAINTEST, Shade.FAINTEST),
        ([17] * 9 + [17 | DOUBTFUL], Shade.DOUBTFUL, Shade.DOUBTFUL),
        ([17] * 9 + [17 | DUPLICATE], Shade.DUPLICATE, Shade.DUPLICATE),
        ([17] * 9 + [DAMAGED], Shade.DAMAGED, Shade.DAMAGED),
        ([17 | DUPLICATE, UNSEEN], Shade.DUPLICATE, Shade.MISSING),
        ([17 | DUPLICATE, UNSEEN, 9 | DAMAGED], Shade.DAMAGED, Shade.DAMAGED),
    ],
)
def test_the_worst_that_a_cell_holds_decides_how_it_looks(
    states: list[int], before: Shade, after: Shade
) -> None:
    assert shade(states, complete=False) == before
    assert shade(states, complete=True) == after


def test_only_a_cell_with_every_block_stored_looks_full() -> None:
    assert shade([17] * 99 + [16], complete=True) == Shade.FULL - 1


def test_fill_is_the_share_of_blocks_and_zero_past_the_end() -> None:
    levels = MapLevels(device_map([17, ZERO, 9, UNSEEN]))
    levels.update()
    assert levels.cells(0, 2, 3).fill.tolist() == [0.5, 0.25, 0.0]
    assert content(levels.cells(0, 2, 3), complete=False)[2] == Shade.OUTSIDE


def test_an_update_bears_a_walk_that_goes_on_marking(monkeypatch: pytest.MonkeyPatch) -> None:
    big = DeviceMap(Device(1, "big", 40 * GROUP * CLUSTER_SIZE))
    levels = MapLevels(big)
    marked = iter(range(1, 40))
    find = np.flatnonzero

    def find_while_the_walk_marks(flags: Bytes) -> NDArray[np.intp]:
        counted = np.count_nonzero(flags)
        big.set_state(next(marked) * GROUP, ZERO + 1, 1)
        # As numpy does it: room for so many, then the places of so many.
        assert np.count_nonzero(flags) == counted
        return find(flags)

    monkeypatch.setattr(np, "flatnonzero", find_while_the_walk_marks)
    big.set_state(0, ZERO + 1, 1)
    for seen in range(1, 31):
        assert levels.update()
        assert levels.cells(0, GROUP, 40).stored.sum() == seen


def naive_search(states: list[int], start: int, step: int, *, complete: bool) -> int | None:
    places = range(start, len(states)) if step > 0 else range(start, -1, -1)
    return next(
        (at for at in places if states[at] >= DUPLICATE or (complete and not states[at])), None
    )


@settings(max_examples=60, deadline=None)
@given(maps(), st.data(), st.sampled_from([1, -1]), st.booleans())
def test_the_next_fault_is_found_wherever_it_is(
    made: DeviceMap, data: st.DataObject, step: int, complete: bool
) -> None:
    levels = MapLevels(made)
    levels.update()
    states = list(made.states[: made.device.clusters])
    start = data.draw(st.integers(0, len(states) - 1))
    wanted = naive_search(states, start, step, complete=complete)
    assert levels.fault_from(start, step, complete=complete) == wanted


@settings(max_examples=60, deadline=None)
@given(maps(), st.data(), st.sampled_from([1, -1]))
def test_the_end_of_a_stretch_of_faults_is_found_too(
    made: DeviceMap, data: st.DataObject, step: int
) -> None:
    levels = MapLevels(made)
    levels.update()
    states = list(made.states[: made.device.clusters])
    start = data.draw(st.integers(0, len(states) - 1))
    places = range(start, len(states)) if step > 0 else range(start, -1, -1)
    wanted = next((at for at in places if 0 < states[at] < DUPLICATE), None)
    assert levels.sound_from(start, step, complete=True) == wanted


def test_what_was_written_lately_is_known_for_cells_of_any_size() -> None:
    made = device_map([ZERO] * 6 * GROUP)
    levels = MapLevels(made)
    levels.update()
    made.set_state(3 * GROUP, 3, 1)
    levels.update()
    assert levels.recent(0, GROUP, 6, 1).tolist() == [False, False, False, True, False, False]
    assert levels.recent(0, 3 * GROUP, 2, 1).tolist() == [False, True]
    assert levels.recent(3 * GROUP, 1, 2, 1).tolist() == [True, True]
    assert not levels.recent(0, GROUP, 6, 0).any()
