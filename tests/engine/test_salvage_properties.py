"""Whatever is damaged, what the damage did not touch comes back as it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.damage import sound
from tests.salvaging import IMAGES, differing, images, salvage_to

ARCHIVE = sound()
DATA = ARCHIVE.build()
STARTS = [*ARCHIVE.extent_offsets, len(DATA)]
FIRST = STARTS[0]

places = st.integers(FIRST, len(DATA) - 1)
regions = st.lists(
    st.tuples(places, st.integers(1, 20_000), st.sampled_from([b"\0", b"\xff", b"VMAE", b"x"])),
    min_size=1,
    max_size=3,
)


def damaged(holes: list[tuple[int, int, bytes]]) -> bytes:
    data = bytearray(DATA)
    for start, length, filler in holes:
        end = min(start + length, len(data))
        data[start:end] = (filler * length)[: end - start]
    return bytes(data)


def touched(data: bytes) -> dict[int, set[int]]:
    """The clusters of every extent of which a byte has changed, by dev_id."""
    found: dict[int, set[int]] = {dev_id: set() for dev_id in IMAGES}
    for number, extent in enumerate(ARCHIVE.extents):
        low, high = STARTS[number : number + 2]
        if data[low:high] != DATA[low:high]:
            for slot in extent.slots:
                found[slot.dev_id].add(slot.cluster)
    return found


@settings(max_examples=25, deadline=None)
@given(regions)
def test_what_no_damage_touched_is_as_it_was(holes: list[tuple[int, int, bytes]]) -> None:
    data = damaged(holes)
    with tempfile.TemporaryDirectory() as folder:
        report = salvage_to(Path(folder, "out"), data)
        for dev_id, image in images(report).items():
            assert set(differing(image, IMAGES[dev_id])) <= touched(data)[dev_id]
        for each in report.devices:
            assert each.clusters - each.sound <= len(touched(data)[each.dev_id])


@settings(max_examples=15, deadline=None)
@given(regions, regions)
def test_copies_give_together_what_each_has_left(
    one: list[tuple[int, int, bytes]], other: list[tuple[int, int, bytes]]
) -> None:
    data = [damaged(one), damaged(other)]
    with tempfile.TemporaryDirectory() as folder:
        report = salvage_to(Path(folder, "out"), *data)
        for each in report.devices:
            both = touched(data[0])[each.dev_id] & touched(data[1])[each.dev_id]
            assert each.missing <= len(both)
            assert sum(each.origins) == each.sound + each.doubtful


@settings(max_examples=15, deadline=None)
@given(st.integers(0, FIRST - 1), st.integers(0, 7))
def test_a_flipped_bit_of_the_header_costs_nothing(at: int, bit: int) -> None:
    data = bytearray(DATA)
    data[at] ^= 1 << bit
    with tempfile.TemporaryDirectory() as folder:
        report = salvage_to(Path(folder, "out"), bytes(data))
        found = images(report)
        for dev_id, image in IMAGES.items():
            assert found[dev_id].startswith(image)
        # Where the flip left a zero, nothing tells it from the many others.
        assert report.is_complete or not data[at]
