from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.corpus import PackedArchive, small_corpus
from tests.damage import CONFIGS, DAMAGED, DISKS, LEGAL
from tests.engine.comparing import NAMES, SOUND, changed, compare_folder, compare_to
from tests.forge import CLUSTER
from tests.opening import opened
from tests.storage.disks import convert
from vmatui.engine.archive import open_archive
from vmatui.engine.comparing.compare import compare
from vmatui.engine.comparing.compareplan import (
    ComparedDevice,
    plan_check,
    plan_compare,
)
from vmatui.engine.indexing import clustermap
from vmatui.engine.indexing.clustermap import ClusterMap
from vmatui.engine.progress import Phase, Progress
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import restore
from vmatui.errors import CancelledError, SourceError, UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with everything of the sound archive."""
    for name, disk in zip(NAMES, DISKS, strict=True):
        (tmp_path / name).write_bytes(disk.image())
    for config, data in CONFIGS.items():
        (tmp_path / config).write_bytes(data)
    return tmp_path


@pytest.mark.parametrize("kind", LEGAL)
def test_what_was_restored_from_any_legal_archive_is_equal(kind: str, folder: Path) -> None:
    report = compare_folder(folder, LEGAL[kind]())
    assert report.is_equal
    assert [device.sentence for device in report.devices] == [
        f"equal to {folder / name}" for name in NAMES
    ]
    assert [device.compared for device in report.devices] == [disk.clusters for disk in DISKS]
    assert [config.sentence for config in report.configs] == [
        f"equal to {folder / name}" for name in CONFIGS
    ]


@pytest.mark.parametrize("packed", small_corpus(), ids=str)
def test_every_archive_of_the_reference_equals_its_restore_raw_and_in_qcow2(
    packed: PackedArchive, tmp_path: Path
) -> None:
    with open_archive(packed.path) as archive:
        plan = plan_restore(archive.header, folder=tmp_path / "out")
        check = plan_check(plan, restore(archive, plan))
    with open_archive(packed.path) as archive:
        report = compare(archive, check)
    assert report.is_equal
    assert len(report.devices) == len(packed.archive.devices)
    images = tuple(
        ComparedDevice(each.device, convert(each.path, tmp_path / f"{number}.qcow2", "qcow2"), None)
        for number, each in enumerate(check.devices[:3])
    )
    with open_archive(packed.path) as archive:
        report = compare(archive, check._replace(devices=images, configs=()))
    assert report.is_equal
    assert [each.compared for each in report.devices] == [each.clusters for each in report.devices]


def test_swapped_devices_differ_both(folder: Path) -> None:
    report = compare_to({1: folder / NAMES[1], 2: folder / NAMES[0]})
    assert [device.is_equal for device in report.devices] == [False, False]
    assert [device.dev_id for device in report.devices] == [1, 2]


@pytest.mark.parametrize("code", sorted(DAMAGED))
def test_what_a_faulty_archive_does_not_hold_is_not_compared(code: str, tmp_path: Path) -> None:
    data = DAMAGED[code]()
    with opened(data) as archive:
        plan = plan_restore(archive.header, folder=tmp_path / "out")
        restored = restore(archive, plan)
    for each in restored.outputs:
        assert each.path.exists()
    report = compare_folder(tmp_path / "out", data)
    assert report.is_equal
    assert report.verify.findings == restored.verify.findings
    for device, health in zip(report.devices, report.verify.devices, strict=True):
        left = health.missing + health.damaged
        assert device.compared == device.clusters - left
        assert ("the archive does not hold them" in device.sentence) == bool(left)


def test_configs_are_compared_with_their_files(folder: Path) -> None:
    conf, firewall = CONFIGS
    (folder / conf).write_bytes(CONFIGS[conf] + b"x")
    (folder / firewall).unlink()
    report = compare_folder(folder)
    assert not report.is_equal
    first, second = report.configs
    assert first.sentence == (f"differs from {folder / conf} first at byte {len(CONFIGS[conf])}")
    assert second.sentence == (f"not compared: {folder / firewall} does not exist: check the path")
    (folder / conf).write_bytes(b"B" + CONFIGS[conf][1:])
    assert compare_folder(folder).configs[0].sentence.endswith("first at byte 0")


def test_every_difference_is_painted_on_the_map(folder: Path) -> None:
    path = folder / NAMES[0]
    path.write_bytes(changed(DISKS[0].image(), 1, 7 * CLUSTER))
    with opened(SOUND) as archive:
        cells = ClusterMap(archive.header.devices)
        plan = plan_compare(archive.header, folder=folder)

        def paint(dev_id: int, cluster: int, _blocks: int) -> None:
            cells.mark_difference(dev_id, cluster)

        compare(archive, plan, visitors=[cells], on_difference=paint)
    states = cells.devices[1].states
    assert [n for n, state in enumerate(states) if state & clustermap.DIFFERS] == [0, 7]
    assert states[0] & clustermap.LEVEL == 17
    assert not any(state & clustermap.DIFFERS for state in cells.devices[2].states)


def test_only_what_was_named_is_looked_at(folder: Path) -> None:
    assert [each.dev_id for each in compare_to({2: folder / NAMES[1]}).devices] == [2]
    (folder / NAMES[0]).unlink()
    with opened(SOUND) as archive:
        report = compare(archive, plan_compare(archive.header, folder=folder, skip={1}))
    assert [each.dev_id for each in report.devices] == [2, 3]
    assert report.is_equal


def test_nothing_to_compare_is_a_usage_error() -> None:
    with opened(SOUND) as archive, pytest.raises(UsageError, match="nothing is left to compare"):
        plan_compare(archive.header)


def test_a_target_that_is_not_there_ends_the_job_before_it_reads(folder: Path) -> None:
    (folder / NAMES[1]).unlink()
    with pytest.raises(SourceError, match=f"{NAMES[1]} does not exist"):
        compare_folder(folder)


def test_the_targets_are_left_as_they_were(folder: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    compare_folder(folder)
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert after == before


def test_progress_ends_with_all_clusters(folder: Path) -> None:
    seen: list[Progress] = []
    with opened(SOUND) as archive:
        compare(archive, plan_compare(archive.header, folder=folder), progress=seen.append)
    assert [each.phase for each in seen[:3]] == [Phase.SYNCING] * 3
    assert seen[-1].phase is Phase.READING
    assert seen[-1].clusters == tuple(disk.clusters for disk in DISKS)


def test_a_cancelled_comparison_ends_at_once(folder: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    with opened(SOUND) as archive, pytest.raises(CancelledError):
        compare(archive, plan_compare(archive.header, folder=folder), cancel=cancel)
