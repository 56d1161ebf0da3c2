from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forge import CLUSTER, Disk, forge, noise
from tests.opening import opened
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing import placement as placement_module
from vmatui.engine.indexing.placement import Placement, Run
from vmatui.engine.walking.found import Extent
from vmatui.format.extent import ExtentHeader, cluster_runs, slot_runs


def extent(number: int, addresses: list[tuple[int, int]]) -> Extent:
    """Return an extent that names devices and clusters."""
    used = tuple(dev_id << 32 | cluster for dev_id, cluster in addresses)
    runs = slot_runs(used)
    header = ExtentHeader(
        True, 0, 0, bytes(16), bytes(16), True, used, tuple(runs), tuple(cluster_runs(runs)), 0
    )
    return Extent(number, 0, header, 0, [])


ADDRESSES = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 80)), max_size=59)


@settings(max_examples=50, deadline=None)
@given(st.lists(ADDRESSES, max_size=6))
def test_the_runs_of_an_extent_are_its_clusters_whatever_their_order(
    extents: list[list[tuple[int, int]]],
) -> None:
    placement = Placement()
    for number, addresses in enumerate(extents):
        placement.see_extent(extent(number, addresses), frozenset())
    for number, addresses in enumerate(extents):
        named = [
            (run.dev_id, cluster)
            for run in placement.runs_of(number)
            for cluster in range(run.first, run.last + 1)
        ]
        assert sorted(named) == sorted(set(addresses))


def test_disks_that_take_turns_are_a_run_each() -> None:
    disks = [Disk("a", noise(4 * CLUSTER)), Disk("b", size=4 * CLUSTER)]
    placement = Placement()
    with opened(forge(disks, slots_per_extent=6)) as archive:
        verify(archive, visitors=[placement])
    assert placement.runs_of(0) == [Run(1, 0, 2), Run(2, 0, 2)]
    assert placement.runs_of(1) == [Run(1, 3, 3), Run(2, 3, 3)]
    assert placement.runs_of(2) == []


def test_an_archive_of_too_many_runs_is_remembered_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement_module, "MAX_RUNS", 3)
    placement = Placement()
    placement.see_extent(extent(0, [(1, 0), (1, 2)]), frozenset())
    placement.see_extent(extent(1, [(1, 4), (1, 6)]), frozenset())
    assert placement.count == 2
    assert placement.runs_of(1) == []
