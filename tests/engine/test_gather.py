from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forge import UUID, ForgedExtent, ForgedSlot, noise
from vmatui.engine.restoring.gather import gather_writes
from vmatui.format.extent import ExtentHeader, parse_extent
from vmatui.format.layout import BLOCK_SIZE, CLUSTER_SIZE

masks = st.one_of(st.integers(0, 0xFFFF), st.sampled_from([0, 1, 0x8000, 0xFFFF]))
slots = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 30), masks), max_size=20)


def header_of(slots: list[tuple[int, int, int]]) -> ExtentHeader:
    forged = [ForgedSlot(mask, dev_id, cluster) for dev_id, cluster, mask in slots]
    return parse_extent(ForgedExtent(forged).build(UUID))


@settings(derandomize=True, deadline=None, max_examples=50)
@given(slots, st.frozensets(st.integers(0, 20), max_size=3))
def test_the_writes_put_every_block_where_its_slot_says(
    slots: list[tuple[int, int, int]], rejected: frozenset[int]
) -> None:
    slots = list(
        {(dev_id, cluster): (dev_id, cluster, mask) for dev_id, cluster, mask in slots}.values()
    )
    payload = noise(BLOCK_SIZE * sum(mask.bit_count() for _, _, mask in slots) or 1)
    expected: dict[tuple[int, int], bytes] = {}
    start = 0
    for position, (dev_id, cluster, mask) in enumerate(slots):
        for block in range(16):
            if mask >> block & 1:
                offset = cluster * CLUSTER_SIZE + block * BLOCK_SIZE
                if position not in rejected:
                    expected[dev_id, offset] = payload[start : start + BLOCK_SIZE]
                start += BLOCK_SIZE
    written = {}
    for write in gather_writes(header_of(slots), rejected):
        data = b"".join(payload[first:end] for first, end in write.pieces)
        assert len(data) == write.end - write.offset
        for at in range(0, len(data), BLOCK_SIZE):
            written[write.dev_id, write.offset + at] = data[at : at + BLOCK_SIZE]
    assert written == expected


def test_full_clusters_in_order_are_one_write_of_one_piece() -> None:
    (write,) = gather_writes(
        header_of([(1, cluster, 0xFFFF) for cluster in range(58)]), frozenset()
    )
    assert (write.offset, write.end) == (0, 58 * CLUSTER_SIZE)
    assert write.pieces == [(0, 58 * CLUSTER_SIZE)]


def test_interleaved_devices_are_one_write_each() -> None:
    slots = [(dev_id, cluster, 0xFFFF) for cluster in range(10) for dev_id in (1, 2)]
    writes = gather_writes(header_of(slots), frozenset())
    assert [(write.dev_id, write.offset, write.end) for write in writes] == [
        (1, 0, 10 * CLUSTER_SIZE),
        (2, 0, 10 * CLUSTER_SIZE),
    ]


def test_neighbours_with_the_same_blocks_stored_are_written_each_to_its_place() -> None:
    writes = gather_writes(
        header_of([(1, 4, 0b0110), (1, 5, 0b0110), (1, 6, 0b0110)]), frozenset({1})
    )
    assert [write.pieces for write in writes] == [[(0, 8192)], [(16384, 24576)]]
    writes = gather_writes(header_of([(1, 4, 0b0110), (1, 5, 0b0110)]), frozenset())
    assert [(write.offset // BLOCK_SIZE, write.pieces) for write in writes] == [
        (4 * 16 + 1, [(0, 8192)]),
        (5 * 16 + 1, [(8192, 16384)]),
    ]
