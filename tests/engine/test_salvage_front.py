"""Archives that have lost bytes of their front, so that all their extents stand elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compressors import as_zstd
from tests.damage import CONFIGS, flip, sound
from tests.forge import CLUSTER, UUID
from tests.salvaging import IMAGES, images, salvage_to, slots_of
from vmatui.engine.salvaging.salvagereport import SalvageReport

FIRST = sound().extent_offsets[0]
PACKED = pytest.mark.parametrize("packed", [bytes, as_zstd], ids=["plain", "zstd"])


def configs_in(folder: Path) -> dict[str, bytes]:
    return {
        path.name.removesuffix(".incomplete"): path.read_bytes() for path in folder.glob("qemu*")
    }


def assert_all_data(report: SalvageReport) -> None:
    """All clusters are there; of sizes that were learnt, up to a cluster of zeros may follow."""
    assert all(each.missing == each.doubtful == 0 for each in report.devices)
    assert {
        dev_id: data[: len(IMAGES[dev_id])] for dev_id, data in images(report).items()
    } == IMAGES


@PACKED
@pytest.mark.parametrize("lost", [100, 511, 512, 1024, 2500, 4128])
def test_what_is_left_of_a_header_without_its_front_is_put_in_its_place(
    lost: int, packed: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    report = salvage_to(tmp_path / "out", packed(sound().build()[lost:]))
    assert images(report) == IMAGES
    assert [each.name for each in report.devices] == ["drive-scsi0", "drive-efidisk0", "vmstate"]
    assert not any(each.is_size_learnt for each in report.devices)
    assert any(f"{lost} bytes of its header are lost" in note for note in report.notes)
    assert configs_in(tmp_path / "out") == (CONFIGS if lost < 2044 else {})


def test_a_front_of_which_all_is_known_is_proved(tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", sound().build()[24:])
    assert "its md5 proves" in report.notes[0]
    assert images(report) == IMAGES


@PACKED
@pytest.mark.parametrize("lost", [5000, 5120, 12288, FIRST - 500, FIRST - 1, FIRST])
def test_a_front_with_the_devices_costs_their_names_and_no_data(
    lost: int, packed: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    report = salvage_to(tmp_path / "out", packed(sound().build()[lost:]))
    assert_all_data(report)
    assert [each.name for each in report.devices] == ["unnamed-1", "unnamed-2", "unnamed-3"]
    assert any("names were invented" in note for note in report.notes)


@pytest.mark.parametrize("lost", [FIRST + 1, FIRST + 512, FIRST + 700])
def test_an_extent_that_was_cut_in_front_costs_its_own_clusters_only(
    lost: int, tmp_path: Path
) -> None:
    report = salvage_to(tmp_path / "out", sound().build()[lost:])
    assert sum(each.missing for each in report.devices) == len(sound().extents[0].slots)
    lacking = slots_of(0)
    for dev_id, image in images(report).items():
        for cluster in set(range(len(IMAGES[dev_id]) // CLUSTER)) - set(lacking[dev_id]):
            place = slice(cluster * CLUSTER, (cluster + 1) * CLUSTER)
            assert image[place] == IMAGES[dev_id][place]


def test_a_first_extent_that_is_damaged_is_found_without_a_header(tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", flip(sound().build(), FIRST + 26)[5000:])
    assert all(each.missing == 0 for each in report.devices)
    assert report.copies[0].uuid.bytes == UUID


@pytest.mark.parametrize("at", [70, 2000, 12350])
def test_bytes_that_are_lost_inside_a_header_cost_no_data(at: int, tmp_path: Path) -> None:
    data = sound().build()
    assert_all_data(salvage_to(tmp_path / "out", data[:at] + data[at + 33 :]))


@pytest.mark.parametrize("at", [0, 70, 2000, 12350])
def test_bytes_that_were_added_in_front_or_in_a_header_cost_no_data(
    at: int, tmp_path: Path
) -> None:
    data = sound().build()
    assert_all_data(salvage_to(tmp_path / "out", data[:at] + b"more" * 9 + data[at:]))
