from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.compressors import COMPRESSORS, as_zstd
from tests.damage import CONFIGS, DAMAGED, HIT_CLUSTER, HIT_EXTENT, LEGAL, flip, sound
from tests.forge import BLOCK, CLUSTER, Disk, Forge, ForgedExtent, ForgedSlot, noise
from tests.opening import as_file
from tests.salvaging import (
    IMAGES,
    counts,
    device,
    differing,
    images,
    salvage_to,
    slots_of,
    with_flips,
)
from tests.tools import require_tool
from vmatui.engine.indexing.clustermap import DOUBTFUL, FAULT, ClusterMap
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.salvaging.copies import opened_copies
from vmatui.engine.salvaging.fill import Fill, pattern_of
from vmatui.engine.salvaging.salvage import salvage
from vmatui.engine.salvaging.salvageplan import plan_salvage
from vmatui.errors import UsageError

# What is in a header before its slots, and the code that is the reason.
FIELDS = {
    "magic": (0, "extent-magic"),
    "reserved": (5, "extent-reserved"),
    "block count, one more": (7, "missing-blocks"),
    "block count, many more": (6, "missing-blocks"),
    "uuid": (12, "extent-uuid"),
    "md5": (30, "extent-checksum"),
}
# Offsets in slot 0 of extent 2, which is the full cluster 4 of device 1 with 4 blocks stored.
MASK, RESERVED, DEVICE, CLUSTER_LOW, CLUSTER_HIGH = 41, 42, 43, 47, 44


@pytest.mark.parametrize("kind", LEGAL)
def test_a_sound_archive_is_complete_and_has_its_names(kind: str, tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", LEGAL[kind]())
    assert report.is_complete
    assert images(report) == IMAGES
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").glob("qemu*")} == CONFIGS
    assert not list((tmp_path / "out").glob("*incomplete*"))
    assert counts(report) == {1: (12, 0, 0), 2: (9, 0, 0), 3: (4, 0, 0)}


@pytest.mark.parametrize("field", FIELDS)
def test_one_wrong_field_of_an_extent_loses_nothing(field: str, tmp_path: Path) -> None:
    offset, reason = FIELDS[field]
    report = salvage_to(tmp_path / "out", with_flips({HIT_EXTENT: [offset]}))
    assert images(report) == IMAGES
    for dev_id, clusters in slots_of(HIT_EXTENT).items():
        assert device(report, dev_id).doubtful == len(clusters)
        assert device(report, dev_id).missing == 0
        assert dict(device(report, dev_id).reasons) == ({reason: len(clusters)} if clusters else {})
    assert not report.is_complete
    assert {output.dev_id for output in report.outputs if output.is_complete} == {3}


def test_several_wrong_fields_that_the_md5_sees_through_lose_nothing(tmp_path: Path) -> None:
    damaged = with_flips({HIT_EXTENT: [0, 1, 5, 7, 8, 23], HIT_EXTENT + 1: [2, 9]})
    report = salvage_to(tmp_path / "out", damaged)
    assert images(report) == IMAGES
    assert all(each.missing == 0 for each in report.devices)


def test_what_no_place_proves_is_not_taken(tmp_path: Path) -> None:
    """A mask names one block more or less: nobody knows where the blocks belong."""
    for number, mask_bit in enumerate((MASK, MASK - 1)):
        report = salvage_to(tmp_path / str(number), with_flips({HIT_EXTENT: [mask_bit]}))
        for dev_id, clusters in slots_of(HIT_EXTENT).items():
            assert device(report, dev_id).missing == len(clusters)
            assert differing(images(report)[dev_id], IMAGES[dev_id]) == [
                cluster
                for cluster in clusters
                if IMAGES[dev_id][cluster * CLUSTER :][:CLUSTER].strip(b"\0")
            ]


@pytest.mark.parametrize("offset", [CLUSTER_HIGH, RESERVED])
def test_a_slot_that_cannot_be_loses_its_cluster_alone(offset: int, tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", with_flips({HIT_EXTENT: [offset]}))
    assert counts(report)[1] == (9, 2, 1)
    assert differing(images(report)[1], IMAGES[1]) == [HIT_CLUSTER]
    assert images(report)[2] == IMAGES[2]


def test_a_slot_that_repeats_another_costs_both(tmp_path: Path) -> None:
    # 4 becomes 5, which the extent has as well.
    report = salvage_to(tmp_path / "out", with_flips({HIT_EXTENT: [CLUSTER_LOW]}))
    assert counts(report)[1] == (9, 1, 2)


def test_a_slot_without_device_costs_the_extent(tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", with_flips({HIT_EXTENT: [DEVICE]}))
    assert device(report, 1).missing == len(slots_of(HIT_EXTENT)[1])


def test_a_wrong_cluster_number_never_replaces_sound_data(tmp_path: Path) -> None:
    data = flip(with_flips({}), sound().extent_offsets[HIT_EXTENT] + CLUSTER_LOW, 3)  # 4 -> 12
    assert salvage_to(tmp_path / "a", data).devices[0].missing == 1
    data = flip(with_flips({}), sound().extent_offsets[HIT_EXTENT] + CLUSTER_LOW, 2)  # 4 -> 0
    report = salvage_to(tmp_path / "b", data)
    assert differing(images(report)[1], IMAGES[1]) == [HIT_CLUSTER]


def test_a_foreign_extent_is_never_taken(tmp_path: Path) -> None:
    for number, is_md5_right in enumerate((True, False)):
        archive = sound()
        archive.extents[HIT_EXTENT].uuid = b"somebody else's."
        data = archive.build()
        if not is_md5_right:
            data = flip(data, archive.extent_offsets[HIT_EXTENT] + 30)
        report = salvage_to(tmp_path / str(number), data)
        assert all(each.doubtful == 0 for each in report.devices)
        assert counts(report)[1] == (9, 0, 3)


def test_a_foreign_extent_changes_nothing_of_ours(tmp_path: Path) -> None:
    archive = sound()
    strangers = [ForgedSlot(0xFFFF, 1, 0, noise(CLUSTER, 9))]
    archive.extents.insert(0, ForgedExtent(strangers, uuid=b"somebody else's."))
    report = salvage_to(tmp_path / "out", archive.build())
    assert images(report) == IMAGES
    assert report.is_complete


def two_of_a_cluster(*, doubtful_first: bool, both_doubtful: bool = False) -> bytes:
    """An archive whose cluster 0 comes twice: one full of noise, and one of a single block."""
    disk = Disk("a", size=2 * CLUSTER, blocks={3: noise(BLOCK, 1), 16: noise(BLOCK, 2)})
    archive = Forge.of([disk], slots_per_extent=1)
    spoilt = ForgedExtent([ForgedSlot(0xFFFF, 1, 0, noise(CLUSTER, 9))])
    archive.extents.insert(0 if doubtful_first else 1, spoilt)
    hit = [0, 1] if both_doubtful else [0 if doubtful_first else 1]
    data = archive.build()
    for number in hit:
        data = flip(data, archive.extent_offsets[number] + 30)
    return data


@pytest.mark.parametrize("doubtful_first", [True, False])
def test_a_sound_cluster_wins_whatever_the_order(doubtful_first: bool, tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", two_of_a_cluster(doubtful_first=doubtful_first))
    expected = Disk("a", size=2 * CLUSTER, blocks={3: noise(BLOCK, 1), 16: noise(BLOCK, 2)})
    assert images(report)[1] == expected.image()
    assert counts(report)[1] == (2, 0, 0)
    assert report.is_complete


def test_of_two_doubtful_ones_the_first_stays_and_that_is_said(tmp_path: Path) -> None:
    data = two_of_a_cluster(doubtful_first=True, both_doubtful=True)
    report = salvage_to(tmp_path / "out", data)
    assert images(report)[1][:CLUSTER] == noise(CLUSTER, 9)
    assert counts(report)[1] == (1, 1, 0)
    assert device(report, 1).repeated == 1


def test_a_cluster_that_comes_twice_with_other_data_is_in_doubt(tmp_path: Path) -> None:
    archive = sound()
    again = ForgedSlot(0xF, 1, HIT_CLUSTER, noise(4 * BLOCK, 9))
    archive.extents[HIT_EXTENT].slots.append(again)
    report = salvage_to(tmp_path / "out", archive.build())
    assert device(report, 1).reasons == (("duplicate-cluster", 1),)
    assert images(report) == IMAGES  # the first one stays
    same = salvage_to(tmp_path / "same", DAMAGED["duplicate-cluster"]())
    assert same.is_complete


@pytest.mark.parametrize("compression", ["zstd", "gzip", "lzop"])
def test_a_packed_archive_gives_the_same(compression: str, tmp_path: Path) -> None:
    data = COMPRESSORS[compression](with_flips({1: [0], HIT_EXTENT: [12], 3: [MASK]}))
    report = salvage_to(tmp_path / "out", data)
    lost = slots_of(3)
    for dev_id, image in images(report).items():
        assert set(differing(image, IMAGES[dev_id])) <= set(lost[dev_id])
        assert device(report, dev_id).missing == len(lost[dev_id])


def test_what_no_checksum_of_the_stream_vouches_for_is_doubtful(tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", DAMAGED["stream-checksum"]())
    assert images(report) == IMAGES
    stored = sum(each.doubtful for each in report.devices)
    assert [dict(each.reasons) for each in report.devices] == [
        {"unvouched": each.doubtful} for each in report.devices
    ]
    assert stored == 12
    assert all(each.missing == 0 for each in report.devices)
    assert not report.is_complete


def test_two_copies_fill_each_other(tmp_path: Path) -> None:
    one, other = with_flips({0: [MASK], 1: [12]}), as_zstd(with_flips({2: [MASK], 3: [0]}))
    for name, copies in {"ab": (one, other), "ba": (other, one)}.items():
        report = salvage_to(tmp_path / name, *copies)
        assert images(report) == IMAGES
        assert report.is_complete
        assert all(each.differing == 0 for each in report.devices)
        for each in report.devices:
            assert sum(each.origins) == each.clusters
    first = salvage_to(tmp_path / "ab2", one, other)
    filled = slots_of(0, 1)
    assert [each.origins[1] for each in first.devices] == [len(filled[1]), len(filled[2]), 4]


def test_what_both_copies_lack_stays_missing(tmp_path: Path) -> None:
    one, other = with_flips({0: [MASK], 2: [MASK]}), with_flips({2: [MASK], 3: [0]})
    report = salvage_to(tmp_path / "out", one, other)
    lost = slots_of(2)
    assert {each.dev_id: each.missing for each in report.devices} == {
        dev_id: len(clusters) for dev_id, clusters in lost.items()
    }


def test_copies_that_disagree_are_told_with_the_cluster(tmp_path: Path) -> None:
    archive = sound()
    data = archive.build()
    at = archive.extent_offsets[HIT_EXTENT] + 512  # the first byte of cluster 4 of device 1
    report = salvage_to(tmp_path / "out", data, flip(data, at))
    assert device(report, 1).differing_ranges == ((HIT_CLUSTER, HIT_CLUSTER),)
    assert device(report, 1).reasons == (("copies-differ", 1),)
    assert images(report) == IMAGES
    assert not report.is_complete


def test_a_sound_copy_decides_where_it_differs_from_a_doubtful_one(tmp_path: Path) -> None:
    data = sound().build()
    spoilt = flip(with_flips({HIT_EXTENT: [0]}), sound().extent_offsets[HIT_EXTENT] + 512)
    for name, copies in {"after": (spoilt, data), "before": (data, spoilt)}.items():
        report = salvage_to(tmp_path / name, *copies)
        assert images(report) == IMAGES
        assert report.is_complete
        assert device(report, 1).differing_ranges == ((HIT_CLUSTER, HIT_CLUSTER),)


def test_another_archive_is_no_copy(tmp_path: Path) -> None:
    other = Forge.of([Disk("a", noise(BLOCK))], uuid=b"somebody else's.").build()
    with pytest.raises(UsageError, match="is no copy of"):
        salvage_to(tmp_path / "out", sound().build(), other)


def test_missing_places_hold_the_pattern_with_their_offsets(tmp_path: Path) -> None:
    report = salvage_to(
        tmp_path / "out", with_flips({HIT_EXTENT: [MASK], 3: [MASK]}), fill=Fill.PATTERN
    )
    for dev_id, clusters in slots_of(HIT_EXTENT, 3).items():
        expected = bytearray(IMAGES[dev_id])
        for cluster in clusters:
            start = cluster * CLUSTER
            for at in range(start, min(start + CLUSTER, len(expected)), 512):
                expected[at : at + 512] = (b"VMATUI MISSING %016X\n" % at) * 16
        assert images(report)[dev_id] == expected[: len(IMAGES[dev_id])]
    assert len(pattern_of(512)) == 512


def test_a_mapfile_says_what_is_what(tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", with_flips({HIT_EXTENT: [0], 3: [MASK]}))
    path = tmp_path / "out" / "disk-drive-efidisk0.raw.map"
    assert report.maps[2] == path
    blocks = [line.split() for line in path.read_text().splitlines() if line[0] != "#"][1:]
    state = {
        at // CLUSTER: sign
        for start, size, sign in blocks
        for at in range(int(start, 0), int(start, 0) + int(size, 0), CLUSTER)
    }
    doubtful, missing = slots_of(HIT_EXTENT)[2], slots_of(3)[2]
    assert [number for number, sign in state.items() if sign == "/"] == doubtful
    assert [number for number, sign in state.items() if sign == "-"] == missing
    assert sum(int(size, 0) for _, size, _ in blocks) == len(IMAGES[2])


def test_ddrescuelog_understands_the_mapfiles(tmp_path: Path) -> None:
    program = require_tool("ddrescuelog")
    report = salvage_to(tmp_path / "out", with_flips({HIT_EXTENT: [0], 3: [MASK]}))
    for dev_id, path in report.maps.items():
        command = [program, "--list-blocks=/-", f"--block-size={CLUSTER}", str(path)]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        clusters = sorted(slots_of(HIT_EXTENT, 3)[dev_id])
        assert [int(number) for number in listed.split()] == clusters


def test_what_is_doubtful_shows_on_the_map(tmp_path: Path) -> None:
    with as_file(with_flips({HIT_EXTENT: [0]})) as path, opened_copies([path]) as copies:
        picture = ClusterMap(copies[0].archive.header.devices)
        plan = plan_restore(copies[0].archive.header, folder=tmp_path / "out", resumable=False)
        salvage(copies, plan_salvage(plan, copies), visitors=[picture])
    for dev_id, clusters in slots_of(HIT_EXTENT).items():
        states = picture.devices[dev_id].states
        doubted = [number for number, state in enumerate(states) if state & FAULT == DOUBTFUL]
        assert doubted == clusters
