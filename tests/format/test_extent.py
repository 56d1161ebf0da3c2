from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forge import BLOCK, UUID, ForgedExtent, ForgedSlot, noise
from vmatui.format.extent import cluster_runs, parse_extent, parse_slot, runs_in, slot_runs


def test_an_extent_header_is_taken_apart() -> None:
    slots = [ForgedSlot(0b101, 3, 9, noise(2 * BLOCK)), ForgedSlot(0xFFFF, 0, 5), ForgedSlot(0, 1)]
    header = parse_extent(ForgedExtent(slots, reserved=7).build(UUID)[:512])
    assert header.magic_matches
    assert header.checksum_matches
    assert (header.reserved, header.block_count, header.uuid) == (7, 2, UUID)
    assert [parse_slot(slot) for slot in header.used] == [(0b101, 3, 9), (0, 1, 0)]
    assert not header.is_consistent


def test_the_mask_of_an_empty_slot_does_not_count() -> None:
    slots = [ForgedSlot(0b11, 1, 0), ForgedSlot(0xFFFF, 0, 1)]
    assert parse_extent(ForgedExtent(slots).build(UUID)[:512]).blocks_in_masks == 2


@settings(derandomize=True, deadline=None)
@given(st.integers(0, 0xFFFF))
def test_runs_are_the_set_bits_joined(mask: int) -> None:
    runs = runs_in(mask)
    assert sum(((1 << length) - 1) << first for first, length in runs) == mask
    ends = [first + length for first, length in runs]
    assert all(end < first for end, (first, _) in zip(ends, runs[1:], strict=False))


@settings(derandomize=True, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([0, 1, 0xFFFF]), st.integers(1, 2), st.integers(0, 4)),
        max_size=59,
    )
)
def test_the_runs_of_slots_are_the_slots_in_order(parts: list[tuple[int, int, int]]) -> None:
    slots = [mask << 48 | dev_id << 32 | cluster for mask, dev_id, cluster in parts]
    runs = slot_runs(slots)
    assert [slot + step for slot, count in runs for step in range(count)] == slots
    assert all(slot + count != after for (slot, count), (after, _) in pairwise(runs))


def test_no_run_of_slots_goes_on_in_another_device() -> None:
    last = 0xFFFF << 48 | 1 << 32 | 0xFFFFFFFF
    assert slot_runs([last - 1, last, last + 1]) == [(last - 1, 1), (last, 1), (last + 1, 1)]


def clusters_of(*slots: int) -> list[tuple[int, int]]:
    return cluster_runs(slot_runs(slots))


def test_a_run_ends_with_its_device_even_at_the_last_cluster_that_can_be_named() -> None:
    first, last = 1 << 32, (1 << 32) + 0xFFFFFFFF
    assert clusters_of(last, last + 1) == [(last, last), (last + 1, last + 1)]
    assert clusters_of(first, last - 1, last, last + 1, last + 2) == [
        (first, first),
        (last - 1, last),
        (last + 1, last + 2),
    ]
    assert clusters_of(first, first) == [(first, first)]


def test_runs_are_joined_in_any_order_whatever_is_stored_of_their_clusters() -> None:
    full, part, device = 0xFFFF << 48, 0x1 << 48, 1 << 32
    slots = [full | device | 7, full | device | 8, part | device | 5, device | 6, device | 7]
    assert clusters_of(*slots) == [(device | 5, device | 8)]
    assert clusters_of() == []
