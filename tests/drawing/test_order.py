from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.test_placement import extent
from vmatui.drawing.cells import GROUP
from vmatui.drawing.order import Order, order_of
from vmatui.engine.indexing.placement import Placement

CLUSTERS = 5 * GROUP + 7
RUNS = st.lists(
    st.tuples(st.integers(1, 2), st.integers(0, CLUSTERS + 60), st.integers(1, 59)), max_size=30
)


def placed(runs: list[tuple[int, int, int]]) -> Placement:
    """Return the placement of an archive with an extent for each run."""
    placement = Placement()
    for number, (dev_id, first, length) in enumerate(runs):
        named = [(dev_id, first + cluster) for cluster in range(length)]
        placement.see_extent(extent(number, named), frozenset())
    return placement


def naive(runs: list[tuple[int, int, int]], first: int, last: int) -> list[int]:
    """Return the extents of device 1 that name some clusters, the slow way."""
    return [
        number
        for number, (dev_id, start, length) in enumerate(runs)
        if dev_id == 1 and start <= last and start + length > first
    ]


@settings(max_examples=80, deadline=None)
@given(
    RUNS, st.integers(0, CLUSTERS - 1), st.integers(1, 400), st.integers(1, 9), st.integers(0, 30)
)
def test_a_cells_extent_is_the_first_that_names_one_of_its_clusters(
    runs: list[tuple[int, int, int]], first: int, size: int, count: int, seen: int
) -> None:
    if size >= GROUP:
        size, first = size // GROUP * GROUP, first // GROUP * GROUP
    placement = placed(runs)
    order = Order(placement, 1, CLUSTERS)
    order.update(min(seen, placement.count))
    order.update(placement.count)
    inside = range(first, CLUSTERS)
    wanted = []
    for cell in range(count):
        start = first + cell * size
        last = start + size - 1
        known = naive(runs, start, min(last, CLUSTERS - 1)) if start in inside else []
        wanted.append(known[0] if known else -1)
    found = order.cells(first, size, count).tolist()
    # Cells past the device's end are not drawn, whatever a hostile extent names there.
    ends = [first + cell * size < CLUSTERS - size for cell in range(count)]
    assert [each for each, end in zip(found, ends, strict=True) if end] == [
        each for each, end in zip(wanted, ends, strict=True) if end
    ]


def test_a_run_that_reaches_into_a_group_counts_there_too() -> None:
    order = order_of(placed([(1, GROUP - 58, 59), (1, GROUP, 1)]), 1, CLUSTERS)
    assert order.cells(0, GROUP, 2).tolist() == [0, 0]


@settings(max_examples=80, deadline=None)
@given(RUNS, st.integers(0, CLUSTERS - 1), st.integers(0, 300))
def test_the_extents_of_clusters_are_found_and_counted(
    runs: list[tuple[int, int, int]], first: int, more: int
) -> None:
    order = order_of(placed(runs), 1, CLUSTERS)
    wanted = naive(runs, first, first + more)
    expected = (wanted[0], wanted[-1], len(wanted)) if wanted else None
    assert order.extents_in(first, first + more) == expected
    own = naive(runs, first, first)
    assert order.extent_of(first) == (own[0] if own else None)


def test_an_archive_without_extents_has_no_order() -> None:
    order = order_of(Placement(), 1, 10)
    assert order.cells(0, 1, 10).tolist() == [-1] * 10
    assert order.last == 0
