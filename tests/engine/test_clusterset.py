from __future__ import annotations

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmatui.engine.checking import clusterset
from vmatui.engine.checking.clusterset import ClusterSet
from vmatui.errors import SourceError

SIZE = 10_000
numbers = st.sets(st.integers(0, SIZE - 1), max_size=60)


def ranges_to_set(ranges: list[tuple[int, int]]) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


@settings(derandomize=True, deadline=None, max_examples=50)
@given(numbers, numbers, st.booleans())
def test_it_is_a_set_and_knows_what_is_absent(
    some: set[int], others: set[int], filled: bool
) -> None:
    if filled:
        some = some | set(range(4096, 8192))
    clusters, also = ClusterSet(SIZE), ClusterSet(SIZE)
    for number in sorted(some, reverse=True):
        assert clusters.is_free(number, number)
        clusters.add(number, number)
    for number in others:
        also.add(number, number)
    assert len(clusters) == len(some)
    assert {number for number in range(SIZE) if number in clusters} == some
    absent = list(clusters.iter_absent(also))
    assert ranges_to_set(absent) == set(range(SIZE)) - some - others
    present = list(clusters.iter_present())
    assert ranges_to_set(present) == some
    for ranges in (absent, present):
        assert all(last + 1 < first for (_, last), (first, _) in pairwise(ranges))


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)), max_size=5))
def test_ranges_are_added_whole(pairs: list[tuple[int, int]]) -> None:
    clusters = ClusterSet(SIZE)
    known: set[int] = set()
    for first, last in map(sorted, pairs):
        new = set(range(first, last + 1))
        assert clusters.is_free(first, last) == known.isdisjoint(new)
        clusters.add(first, last)
        known |= new
        assert len(clusters) == len(known)
    assert ranges_to_set(list(clusters.iter_absent())) == set(range(SIZE)) - known


def test_a_whole_device_in_order_costs_next_to_nothing() -> None:
    tracemalloc.start()
    clusters = ClusterSet(40_000)
    for number in range(40_000):
        clusters.add(number, number)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert list(clusters.iter_absent()) == []
    assert peak < 25_000


def test_a_vast_device_with_nothing_in_it_is_one_absent_range() -> None:
    assert list(ClusterSet(1 << 32).iter_absent()) == [(0, (1 << 32) - 1)]


def test_clusters_scattered_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusterset, "MAX_OPEN_CHUNKS", 10)
    clusters = ClusterSet(1 << 32)
    for number in range(10):
        clusters.add(number << 12, number << 12)
    with pytest.raises(SourceError, match="scattered too widely"):
        clusters.add(11 << 12, 11 << 12)
