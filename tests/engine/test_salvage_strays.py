"""Lone cluster numbers that are right by their md5 and stand far beyond all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.forge import CLUSTER, Disk, Forge, noise
from tests.salvaging import device, differing, images, salvage_to
from vmatui.engine.salvaging.reach import Reach, measure_all

MAX = 0xFFFFFFFF
DISKS = [Disk("drive-scsi0", noise(67 * CLUSTER)), Disk("drive-scsi1", noise(100 * CLUSTER, 1))]
SLOT = 5


def with_stray(cluster: int, dev_id: int = 1) -> bytes:
    """Return an archive without a header, one slot of which names another cluster."""
    archive = Forge.of(DISKS)
    slot = archive.extents[1].slots[SLOT]
    slot.cluster, slot.dev_id = cluster, dev_id
    data = archive.build()
    return bytes(12288) + data[12288:]


@pytest.mark.parametrize("cluster", [MAX, MAX - 15, 1 << 24, 1000])
def test_a_size_does_not_rest_on_a_lone_far_cluster(cluster: int, tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", with_stray(cluster))
    hit = Forge.of(DISKS).extents[1].slots[SLOT]
    for dev_id, disk in enumerate(DISKS, start=1):
        lost = [hit.cluster] if dev_id == hit.dev_id else []
        assert differing(images(report)[dev_id], disk.image()) == lost
        assert device(report, dev_id).missing == len(lost)
    (note,) = (note for note in report.notes if "far beyond all others" in note)
    assert f"of unnamed-1, cluster {cluster} was left out" in note


def test_a_device_of_one_far_cluster_is_left_out(tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", with_stray(MAX, dev_id=200))
    assert [each.dev_id for each in report.devices] == [1, 2]
    assert sum(each.missing for each in report.devices) == 1
    assert any(f"of device 200, cluster {MAX} was left out" in note for note in report.notes)


def test_a_device_of_one_near_cluster_is_not(tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", with_stray(0, dev_id=200))
    assert [each.dev_id for each in report.devices] == [1, 2, 200]


def measured(*devices: list[tuple[int, int]]) -> tuple[dict[int, int], dict[int, tuple[int, ...]]]:
    reaches = {dev_id: Reach() for dev_id in range(1, len(devices) + 1)}
    for reach, runs in zip(reaches.values(), devices, strict=True):
        for first, last in runs:
            reach.add(first, last)
    clusters, strays = measure_all(reaches)
    return clusters, {dev_id: tuple(stray) for dev_id, stray in strays.items()}


def test_what_is_told_by_a_part_of_a_device_counts() -> None:
    """Most of an archive may be lost: then its clusters are few, and far from each other."""
    assert measured([(0, 99), (50_000, 50_057)]) == ({1: 50_058}, {})
    assert measured([(900_000, 900_055)], [(300_000, 300_001)]) == ({1: 900_056, 2: 300_002}, {})
    assert measured([(0, 0), (1 << 20, 1 << 20)]) == ({1: (1 << 20) + 1}, {})
    assert measured([(0, 999), (9_999, 9_999)]) == ({1: 10_000}, {})


def test_a_few_of_very_many_are_strays_as_well() -> None:
    assert measured([(0, 9_999), (1 << 20, (1 << 20) + 9)]) == (
        {1: 10_000},
        {1: (10, 1 << 20, (1 << 20) + 9)},
    )
    assert measured([(0, 9_999), (1 << 20, (1 << 20) + 10)]) == ({1: (1 << 20) + 11}, {})


def test_strays_at_many_places_are_all_left_out() -> None:
    assert measured([(0, 66), (1000, 1000), (MAX, MAX)]) == ({1: 67}, {1: (2, 1000, MAX)})
    assert measured([(0, 999)], [(0, 3), (MAX, MAX)]) == ({1: 1000, 2: 4}, {2: (1, MAX, MAX)})


def test_nothing_was_named() -> None:
    assert measured() == ({}, {})
