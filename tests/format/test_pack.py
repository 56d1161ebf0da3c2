from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compressors import decompressed
from tests.corpus import PackedArchive, small_corpus
from tests.damage import CONFIGS, DISKS, sound
from tests.parser import parse_strict
from vmatui.errors import UsageError
from vmatui.format import layout
from vmatui.format.extent import Slot, parse_extent, parse_slot
from vmatui.format.header import Config, Device, parse_header
from vmatui.format.pack import MAX_WRITTEN_HEADER, pack_extent, pack_header

UUID_ = UUID(bytes=b"packed by tests.")
examples = settings(max_examples=100, derandomize=True, deadline=None)

# Any bytes may stand in a name; decoded as the parser does it, each name has one spelling.
names = (
    st.binary(min_size=1, max_size=40)
    .filter(lambda name: b"\0" not in name)
    .map(lambda name: name.decode("utf-8", "surrogateescape"))
)
devices = st.dictionaries(
    st.integers(1, 254), st.tuples(names, st.integers(1, 1 << 48)), max_size=8
).map(lambda found: tuple(Device(dev_id, *found[dev_id]) for dev_id in sorted(found)))
configs = st.lists(st.builds(Config, names, st.binary(max_size=2000)), max_size=8)
slots = st.lists(
    st.one_of(
        st.just(Slot(0, 0, 0)),
        st.builds(Slot, st.integers(0, 0xFFFF), st.integers(1, 254), st.integers(0, 0xFFFFFFFF)),
    ),
    max_size=layout.SLOTS_PER_EXTENT,
)


@examples
@given(st.uuids(), st.integers(-(1 << 63), (1 << 63) - 1), devices, configs)
def test_a_packed_header_is_parsed_to_what_it_was_made_of(
    uuid: UUID, ctime: int, devices: tuple[Device, ...], configs: list[Config]
) -> None:
    data = pack_header(uuid, ctime, devices, configs)
    header, faults = parse_header(data)
    assert {fault.code.value for fault in faults} <= {"duplicate-name", "unsafe-name"}
    assert (header.uuid, header.ctime, header.size) == (uuid, ctime, len(data))
    assert (header.devices, header.configs) == (devices, tuple(configs))


@examples
@given(st.uuids(), slots)
def test_a_packed_extent_header_is_parsed_to_what_it_was_made_of(
    uuid: UUID, slots: list[Slot]
) -> None:
    header = parse_extent(pack_extent(uuid, slots))
    assert header.magic_matches
    assert header.checksum_matches
    assert (header.uuid, header.reserved) == (uuid.bytes, 0)
    assert header.block_count == sum(slot.mask.bit_count() for slot in slots)
    assert [parse_slot(slot) for slot in header.used] == [slot for slot in slots if slot.dev_id]


@pytest.mark.parametrize("packed", small_corpus(), ids=str)
def test_headers_are_packed_as_the_reference_does_it(packed: PackedArchive) -> None:
    data = decompressed(packed.path)
    parsed = parse_strict(data)
    header, _ = parse_header(data[: parsed.header_size])
    made = pack_header(header.uuid, header.ctime, header.devices, header.configs)
    if max((len(config.data) for config in header.configs), default=0) < 60_000:
        assert made == data[: parsed.header_size]
    for extent in parsed.extents:
        at = [Slot(0, 0, 0)] * layout.SLOTS_PER_EXTENT
        for slot in extent.slots:
            at[slot.index] = Slot(slot.mask, slot.dev_id, slot.cluster)
        packed_extent = pack_extent(header.uuid, at)
        assert data[extent.offset : extent.offset + len(packed_extent)] == packed_extent


def test_the_forged_header_is_packed_byte_by_byte() -> None:
    archive = sound()
    made = pack_header(
        UUID(bytes=archive.uuid),
        archive.ctime,
        [Device(number, disk.name, disk.size) for number, disk in enumerate(DISKS, 1)],
        [Config(name, data) for name, data in CONFIGS.items()],
    )
    assert made == archive.build()[: len(made)]


def _device(dev_id: int = 1, name: str = "a", size: int = 1) -> Callable[[], bytes]:
    return lambda: pack_header(UUID_, 0, [Device(dev_id, name, size)], [])


def _config(count: int, name: str = "a", size: int = 0) -> Callable[[], bytes]:
    return lambda: pack_header(UUID_, 0, [], [Config(name, bytes(size))] * count)


def _slots(count: int, slot: Slot) -> Callable[[], bytes]:
    return lambda: pack_extent(UUID_, [slot] * count)


@pytest.mark.parametrize(
    "make",
    [
        _device(dev_id=254),
        _device(size=layout.MAX_CLUSTERS * layout.CLUSTER_SIZE),
        _device(name="a" * 65534),
        _config(256),
        _config(7, size=65535),
        _slots(59, Slot(0xFFFF, 254, 0xFFFFFFFF)),
    ],
)
def test_what_just_fits_is_packed(make: Callable[[], bytes]) -> None:
    assert len(make()) <= MAX_WRITTEN_HEADER


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_device(dev_id=0), "ids go from 1 to 254"),
        (_device(dev_id=255), "ids go from 1 to 254"),
        (_device(size=0), "at least 1"),
        (_device(size=layout.MAX_CLUSTERS * layout.CLUSTER_SIZE + 1), "at most 281474976710656"),
        (_device(name=""), "cannot be the name"),
        (_device(name="a\0b"), "cannot be the name"),
        (_device(name="\ud800"), "no text"),
        (_device(name="a" * 65535), "65536 bytes"),
        (_config(1, size=65536), "a has 65536 bytes; an archive header holds 65535 at most"),
        (_config(257), "256 configs at most, not 257"),
        (_config(8, size=65535), "leave out a config"),
        (_slots(60, Slot(1, 1, 1)), "59 clusters at most, not 60"),
        (_slots(1, Slot(0x10000, 1, 1)), "fits into no slot"),
        (_slots(1, Slot(1, 255, 1)), "fits into no slot"),
        (_slots(1, Slot(1, 1, 1 << 32)), "fits into no slot"),
        (_slots(1, Slot(1, 0, 0)), "empty slot"),
        (lambda: pack_header(UUID_, 1 << 63, [], []), "creation time"),
        (lambda: pack_header(UUID_, 0, [Device(1, "a", 1)] * 2, []), "each once"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(make: Callable[[], bytes], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make()
