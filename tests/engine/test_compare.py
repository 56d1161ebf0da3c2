from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpus import PackedArchive, small_corpus
from tests.damage import CONFIGS, DAMAGED, DISKS, LEGAL
from tests.forge import BLOCK, CLUSTER, Disk, forge, noise
from tests.opening import opened
from tests.storage.devices import MIB, loop_device
from tests.storage.disks import convert
from vmatui.engine.archive import open_archive
from vmatui.engine.comparing import comparer
from vmatui.engine.comparing.compare import compare
from vmatui.engine.comparing.compareplan import (
    ComparedDevice,
    ComparePlan,
    plan_check,
    plan_compare,
)
from vmatui.engine.comparing.comparison import CompareReport, DeviceComparison
from vmatui.engine.indexing import clustermap
from vmatui.engine.indexing.clustermap import ClusterMap
from vmatui.engine.progress import Phase, Progress
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import restore
from vmatui.errors import CancelledError, SourceError, UsageError
from vmatui.storage import rawimage, reading
from vmatui.storage.destination import Destination

SOUND = LEGAL["sound"]()
NAMES = ["disk-drive-scsi0.raw", "disk-drive-efidisk0.raw", "vmstate.bin"]


def compare_to(
    to: Mapping[int, Path], data: bytes = SOUND, format: str | None = None
) -> CompareReport:
    named = {dev_id: Destination(str(path), format) for dev_id, path in to.items()}
    with opened(data) as archive:
        return compare(archive, plan_compare(archive.header, to=named))


def compare_image(tmp_path: Path, image: bytes, disk: int = 0) -> DeviceComparison:
    """Compare one of the disks of the sound archive with an image."""
    path = tmp_path / "disk.raw"
    path.write_bytes(image)
    (found,) = compare_to({disk + 1: path}).devices
    return found


def changed(image: bytes, *offsets: int) -> bytes:
    data = bytearray(image)
    for offset in offsets:
        data[offset] ^= 1
    return bytes(data)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with everything of the sound archive."""
    for name, disk in zip(NAMES, DISKS, strict=True):
        (tmp_path / name).write_bytes(disk.image())
    for config, data in CONFIGS.items():
        (tmp_path / config).write_bytes(data)
    return tmp_path


def compare_folder(folder: Path, data: bytes = SOUND) -> CompareReport:
    with opened(data) as archive:
        return compare(archive, plan_compare(archive.header, folder=folder))


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
        report = compare(archive, ComparePlan(images, ()))
    assert report.is_equal
    assert [each.compared for each in report.devices] == [each.clusters for each in report.devices]


@pytest.mark.parametrize(
    ("offset", "cluster"),
    [
        pytest.param(70_001, 1, id="in data"),
        pytest.param(40 * BLOCK, 2, id="in a block of an incomplete cluster"),
        pytest.param(41 * BLOCK - 1, 2, id="at the end of one"),
        pytest.param(41 * BLOCK, 2, id="in a zero block beside it"),
        pytest.param(5 * CLUSTER + 9, 5, id="in a zero cluster"),
        pytest.param(12 * CLUSTER - 1, 11, id="at the very end"),
    ],
)
def test_one_flipped_bit_is_found_and_named(tmp_path: Path, offset: int, cluster: int) -> None:
    found = compare_image(tmp_path, changed(DISKS[0].image(), offset))
    assert not found.is_equal
    assert found.first_difference == offset
    assert (found.differing, found.differing_blocks) == (1, 1)
    assert found.ranges == ((cluster, cluster),)
    assert found.sentence == (
        f"differs from {tmp_path / 'disk.raw'} first at byte {offset}: "
        f"1 block in 1 of 12 clusters (cluster {cluster})"
    )


def test_the_last_byte_of_a_device_that_ends_inside_a_block_counts(tmp_path: Path) -> None:
    image = DISKS[2].image()
    assert compare_image(tmp_path, image, 2).is_equal
    found = compare_image(tmp_path, changed(image, len(image) - 1), 2)
    assert (found.first_difference, found.differing) == (len(image) - 1, 1)


def test_a_byte_in_a_hole_of_the_target_is_found(tmp_path: Path) -> None:
    disk = Disk("big", size=1 << 30, blocks={0: noise(BLOCK)})
    path = tmp_path / "disk.raw"
    with path.open("wb") as file:
        file.write(noise(BLOCK))
        file.truncate(1 << 30)
        assert compare_to({1: path}, forge([disk])).is_equal
        os.pwrite(file.fileno(), b"\1", (800 << 20) + 5)
    (found,) = compare_to({1: path}, forge([disk])).devices
    assert found.first_difference == (800 << 20) + 5
    assert found.ranges == ((12_800, 12_800),)


def test_holes_of_the_target_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk("big", size=1 << 30, blocks={0: noise(BLOCK), 90_000: noise(BLOCK)})
    path = tmp_path / "disk.raw"
    path.write_bytes(noise(BLOCK))
    os.truncate(path, 1 << 30)
    with path.open("r+b") as file:
        os.pwrite(file.fileno(), noise(BLOCK), 90_000 * BLOCK)
    lengths = []
    read = reading.read_full

    def count(fd: int, offset: int, view: memoryview) -> int:
        lengths.append(len(view))
        return read(fd, offset, view)

    monkeypatch.setattr(rawimage, "read_full", count)
    (found,) = compare_to({1: path}, forge([disk])).devices
    assert found.is_equal
    assert found.compared == found.clusters
    assert sum(lengths) <= MIB


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    disk=st.integers(0, 2),
    places=st.sets(st.integers(0, 12 * CLUSTER - 1), max_size=12),
    flip=st.integers(1, 255),
    rest=st.binary(max_size=600),
    kind=st.sampled_from(sorted(LEGAL)),
)
def test_any_changed_bytes_name_exactly_their_clusters(
    tmp_path_factory: pytest.TempPathFactory,
    disk: int,
    places: set[int],
    flip: int,
    rest: bytes,
    kind: str,
) -> None:
    image = bytearray(DISKS[disk].image())
    offsets = {place % len(image) for place in places}
    for offset in offsets:
        image[offset] ^= flip
    path = tmp_path_factory.mktemp("any") / "disk.raw"
    path.write_bytes(image + rest)
    seen: dict[int, int] = {}
    with opened(LEGAL[kind]()) as archive:
        report = compare(
            archive,
            plan_compare(archive.header, to={disk + 1: Destination(str(path), "raw")}),
            on_difference=lambda _, cluster, blocks: seen.update({cluster: blocks}),
        )
    (found,) = report.devices
    expected: dict[int, int] = {}
    for offset in offsets:
        bit = 1 << offset % CLUSTER // BLOCK
        expected[offset // CLUSTER] = expected.get(offset // CLUSTER, 0) | bit
    assert seen == expected
    named = {n for first, last in found.ranges for n in range(first, last + 1)}
    assert named == expected.keys()
    assert found.differing == len(expected)
    assert found.differing_blocks == sum(blocks.bit_count() for blocks in expected.values())
    assert found.first_difference == min(offsets, default=None)
    assert found.is_equal == (not offsets)


@pytest.mark.parametrize("size", [0, 1000, CLUSTER, 5 * CLUSTER + 100, 12 * CLUSTER - 512])
def test_a_target_that_is_too_small_is_not_equal_and_says_so(tmp_path: Path, size: int) -> None:
    found = compare_image(tmp_path, DISKS[0].image()[:size])
    there = -(-size // 512) * 512
    assert not found.is_equal
    assert found.compared == 12
    assert found.ranges == ((there // CLUSTER, 11),)
    assert f"the target is too small, it has {there} of {12 * CLUSTER} bytes" in found.sentence
    # A sector that is only partly there is filled up with zeros.
    first = found.first_difference
    assert first is not None
    assert size <= first <= there


def test_what_a_larger_target_has_more_does_not_matter(tmp_path: Path) -> None:
    for disk in range(3):
        assert compare_image(tmp_path, DISKS[disk].image() + noise(70_000), disk).is_equal


def test_swapped_devices_differ_both(folder: Path) -> None:
    report = compare_to({1: folder / NAMES[1], 2: folder / NAMES[0]})
    assert [device.is_equal for device in report.devices] == [False, False]
    assert [device.dev_id for device in report.devices] == [1, 2]


@pytest.mark.root
def test_a_block_device_is_compared_as_its_medium_is_now(tmp_path: Path) -> None:
    image = tmp_path / "image"
    with loop_device(image, 4 * MIB) as device:
        with device.open("r+b") as file:
            file.write(DISKS[0].image())
        assert compare_to({1: device}).is_equal
        # While somebody has it open, the kernel keeps what it has read.
        with device.open("rb") as holder:
            old = holder.read()
            with image.open("r+b") as medium:
                os.pwrite(medium.fileno(), b"!", 300_000)
            assert device.read_bytes() == old
            (found,) = compare_to({1: device}).devices
        assert found.first_difference == 300_000


@pytest.mark.parametrize("format", ["qcow2", "vmdk", "vhdx", "vdi"])
def test_a_foreign_image_is_compared_as_the_disk_in_it(format: str, tmp_path: Path) -> None:
    raw = tmp_path / "disk.raw"
    raw.write_bytes(DISKS[0].image())
    path = convert(raw, tmp_path / f"a.{format}", format)
    assert compare_to({1: path}).is_equal
    raw.write_bytes(changed(DISKS[0].image(), 9 * CLUSTER))
    (found,) = compare_to({1: convert(raw, tmp_path / f"b.{format}", format)}).devices
    assert found.ranges == ((9, 9),)
    assert found.first_difference == 9 * CLUSTER


def fail_in(first: int, last: int) -> Callable[[int, int, memoryview], int]:
    read = reading.read_full

    def read_or_fail(fd: int, offset: int, view: memoryview) -> int:
        if offset <= last and offset + len(view) > first:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(fd, offset, view)

    return read_or_fail


def test_what_cannot_be_read_is_named_to_the_block_and_the_rest_compared(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / NAMES[0]
    path.write_bytes(changed(DISKS[0].image(), 2 * BLOCK, 6 * BLOCK, 100 * BLOCK))
    monkeypatch.setattr(rawimage, "read_full", fail_in(5 * BLOCK + 7, 6 * BLOCK))
    (found,) = compare_to({1: path}, format="raw").devices
    assert not found.is_equal
    assert found.unreadable == 2 * BLOCK
    assert found.unreadable_ranges == ((5 * BLOCK, 7 * BLOCK - 1),)
    assert found.first_difference == 2 * BLOCK
    assert (found.differing, found.differing_blocks) == (2, 2)
    assert found.compared == 12
    assert found.sentence.endswith(
        f"8192 bytes of the target were not read: {path} cannot be read at offset 20480: "
        "Input/output error; check the disk"
    )


def test_a_target_that_only_fails_is_not_equal(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rawimage, "read_full", fail_in(0, BLOCK))
    (found,) = compare_to({1: folder / NAMES[0]}, format="raw").devices
    assert not found.is_equal
    assert not found.differing
    assert found.sentence.startswith(f"not equal to {folder / NAMES[0]}; 8192 bytes")


def test_a_target_with_too_many_faults_is_given_up_and_nothing_false_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rawimage, "read_full", fail_in(0, 12 * CLUSTER))
    monkeypatch.setattr(comparer, "MAX_UNREADABLE", 3)
    (found,) = compare_to({1: folder / NAMES[0]}, format="raw").devices
    assert found.was_given_up
    assert not found.differing
    assert found.unreadable == 3 * BLOCK
    assert "were not compared: too much of the target cannot be read" in found.sentence


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
        compare(archive, plan, visitors=[cells], on_difference=cells.mark_difference)
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
