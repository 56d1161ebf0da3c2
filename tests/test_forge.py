"""The oracle's writer: what `forge` writes, the strict parser reads back."""

from __future__ import annotations

import pytest

from tests.forge import (
    BLOCK,
    CLUSTER,
    CTIME,
    UUID,
    Disk,
    Forge,
    ForgedSlot,
    Options,
    forge,
    noise,
)
from tests.parser import parse_strict

DISKS = (
    Disk("drive-scsi0", noise(3 * CLUSTER) + bytes(2 * CLUSTER) + noise(512)),
    Disk("drive-efidisk0", bytes(5 * BLOCK) + noise(540672 - 5 * BLOCK, 1)),
    Disk("vmstate", noise(CLUSTER, 2) + bytes(2 * CLUSTER) + noise(9216, 3)),
)
CONFIGS = {"qemu-server.conf": b"name: forged\n", "empty": b"", "full": noise(65535)}


LAYOUTS: dict[str, Options] = {
    "default": {},
    "one after another": {"interleave": False},
    "59 slots": {"slots_per_extent": 59},
    "1 slot": {"slots_per_extent": 1},
    "shuffled": {"order": "shuffled", "slots_per_extent": 7},
    "shuffled otherwise": {"order": "shuffled", "seed": 1},
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_forged_archive_gives_back_its_disks_and_configs(layout: Options) -> None:
    parsed = parse_strict(forge(DISKS, CONFIGS, **layout))
    assert parsed.configs == list(CONFIGS.items())
    assert [device.name for device in parsed.devices.values()] == [disk.name for disk in DISKS]
    for device, disk in zip(parsed.devices.values(), DISKS, strict=True):
        assert device.size == len(disk.data)
        assert device.image() == disk.image() == disk.data


def test_layouts_differ_only_in_the_order_of_clusters() -> None:
    orders = [
        [(slot.dev_id, slot.cluster) for extent in parsed.extents for slot in extent.slots]
        for parsed in (parse_strict(forge(DISKS, **layout)) for layout in LAYOUTS.values())
    ]
    assert len({tuple(order) for order in orders}) == 4
    assert len({tuple(sorted(order)) for order in orders}) == 1
    for order in orders:
        states = [cluster for dev_id, cluster in order if dev_id == 3]
        assert states == sorted(states)


def test_an_archive_carries_its_uuid_and_its_time() -> None:
    assert parse_strict(forge([])).uuid == UUID
    assert parse_strict(forge([])).ctime == CTIME
    other = parse_strict(forge([], uuid=bytes(range(16)), ctime=-5))
    assert (other.uuid, other.ctime) == (bytes(range(16)), -5)


def test_slots_per_extent_says_how_full_extents_are() -> None:
    full = parse_strict(forge(DISKS, slots_per_extent=4))
    count = sum(disk.clusters for disk in DISKS)
    assert [len(extent.slots) for extent in full.extents[:-1]] == [4] * (len(full.extents) - 1)
    assert sum(len(extent.slots) for extent in full.extents) == count


def test_an_archive_without_disks_has_one_empty_extent() -> None:
    parsed = parse_strict(forge([], {"qemu-server.conf": b"name: empty\n"}))
    assert not parsed.devices
    assert [extent.block_count for extent in parsed.extents] == [0]


def test_device_ids_can_be_chosen_and_the_rest_take_free_ones() -> None:
    disks = [Disk("a", b"a"), Disk("b", b"b", dev_id=1), Disk("c", b"c", dev_id=254)]
    parsed = parse_strict(forge(disks))
    names = {dev_id: device.name for dev_id, device in parsed.devices.items()}
    assert names == {1: "b", 2: "a", 254: "c"}


def test_a_huge_disk_costs_only_its_blocks() -> None:
    blocks = {0: noise(BLOCK), 1_048_577: noise(BLOCK, 1), 1_310_719: b"end"}
    archive = forge([Disk("drive-scsi0", size=5 << 30, blocks=blocks)])
    device = parse_strict(archive).devices[1]
    assert len(archive) < 1 << 20
    assert device.cluster_count == 81_920
    assert device.blocks == blocks | {1_310_719: b"end" + bytes(BLOCK - 3)}


def test_a_block_of_zeros_is_stored_only_when_it_is_named() -> None:
    left_out = parse_strict(forge([Disk("a", bytes(BLOCK) + b"x")])).devices[1]
    stored = parse_strict(forge([Disk("a", b"", size=2 * BLOCK, blocks={0: b"", 1: b"x"})]))
    assert left_out.blocks.keys() == {1}
    assert stored.devices[1].blocks.keys() == {0, 1}
    assert stored.devices[1].image() == bytes(BLOCK) + b"x" + bytes(BLOCK - 1)


def test_what_lies_past_the_end_of_a_disk_is_no_part_of_its_image() -> None:
    disk = Disk("a", size=512, blocks={0: noise(BLOCK)})
    assert disk.image() == noise(BLOCK)[:512]
    assert parse_strict(forge([disk])).devices[1].image() == disk.image()


def test_noise_repeats_itself_and_has_no_zero_block() -> None:
    assert noise(BLOCK, 7) == noise(BLOCK, 7) != noise(BLOCK, 8)
    data = noise(CLUSTER)
    assert all(any(data[at : at + BLOCK]) for at in range(0, CLUSTER, BLOCK))


def test_extent_offsets_say_where_the_headers_are() -> None:
    archive = Forge.of(DISKS, CONFIGS, slots_per_extent=5)
    packed = archive.build()
    assert archive.extent_offsets == [extent.offset for extent in parse_strict(packed).extents]
    assert all(packed[offset : offset + 4] == b"VMAE" for offset in archive.extent_offsets)


@pytest.mark.parametrize(
    ("name", "value", "offset", "packed"),
    [
        ("magic", b"XXXX", 0, b"XXXX"),
        ("version", 2, 4, b"\0\0\0\2"),
        ("uuid", b"u" * 16, 8, b"u" * 16),
        ("ctime", -2, 24, b"\xff" * 7 + b"\xfe"),
        ("md5", b"m" * 16, 32, b"m" * 16),
        ("blob_buffer_offset", 100, 48, b"\0\0\0d"),
        ("blob_buffer_size", 0xFFFF, 52, b"\0\0\xff\xff"),
        ("header_size", 0x7FFFFFFF, 56, b"\x7f\xff\xff\xff"),
    ],
)
def test_any_field_of_the_header_can_be_set(
    name: str, value: bytes | int, offset: int, packed: bytes
) -> None:
    archive = Forge.of(DISKS, CONFIGS)
    sound = archive.build()
    setattr(archive, name, value)
    broken = archive.build()
    assert sound[offset : offset + len(packed)] != packed
    assert broken[offset : offset + len(packed)] == packed
    assert len(broken) == len(sound)


@pytest.mark.parametrize(
    ("name", "value", "offset", "packed"),
    [
        ("magic", b"XXXX", 0, b"XXXX"),
        ("reserved", 0x0102, 4, b"\1\2"),
        ("block_count", 65535, 6, b"\xff\xff"),
        ("uuid", b"u" * 16, 8, b"u" * 16),
        ("md5", b"m" * 16, 24, b"m" * 16),
        ("slots", [ForgedSlot(1, 2, 3, b"", 4)], 40, bytes([0, 1, 4, 2, 0, 0, 0, 3])),
    ],
)
def test_any_field_of_an_extent_can_be_set(
    name: str, value: bytes | int | list[ForgedSlot], offset: int, packed: bytes
) -> None:
    archive = Forge.of(DISKS, CONFIGS)
    at = archive.extent_offsets[0] + offset
    assert archive.build()[at : at + len(packed)] != packed
    setattr(archive.extents[0], name, value)
    assert archive.build()[at : at + len(packed)] == packed
