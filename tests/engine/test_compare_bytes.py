from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.damage import DISKS, LEGAL
from tests.engine.comparing import changed, compare_to
from tests.forge import BLOCK, CLUSTER, Disk, forge, noise
from tests.opening import opened
from tests.storage.devices import MIB, loop_device
from tests.storage.disks import convert
from vmatui.engine.comparing.compare import compare
from vmatui.engine.comparing.compareplan import plan_compare
from vmatui.engine.comparing.comparison import DeviceComparison
from vmatui.storage import rawimage, reading
from vmatui.storage.destination import Destination


def compare_image(tmp_path: Path, image: bytes, disk: int = 0) -> DeviceComparison:
    """Compare one of the disks of the sound archive with an image."""
    path = tmp_path / "disk.raw"
    path.write_bytes(image)
    (found,) = compare_to({disk + 1: path}).devices
    return found


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
