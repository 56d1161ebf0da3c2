"""Archives that are created, read by the independent parser."""

from __future__ import annotations

import os
import struct
import threading
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compressors import decompressed
from tests.corpus import PackedArchive, SoundArchive, small_corpus, sound_corpus
from tests.creating import assert_holds, create_of, raw_file
from tests.forge import BLOCK, CLUSTER, FIXED_HEADER, Disk, noise
from tests.parser import parse_strict
from tests.storage.disks import convert
from tests.tools import require_tool
from vmatui.engine.archive import open_archive
from vmatui.engine.creating.create import create
from vmatui.engine.creating.createplan import DiskSource, plan_create
from vmatui.engine.limit import Limiter
from vmatui.engine.progress import Phase, Progress
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import restore
from vmatui.engine.walking.newextents import NewExtent
from vmatui.errors import CancelledError, SourceError
from vmatui.format.header import Config

EXTENT = 58 * CLUSTER


def _created_again(archive: SoundArchive, path: Path, folder: Path) -> bytes:
    """Restore an archive and create one of what came out, with the same uuid and time."""
    with open_archive(str(path)) as opened:
        header = opened.header
        report = restore(opened, plan_restore(header, folder=folder / "restored"))
    disks = [DiskSource(output.path, output.name, "raw") for output in report.outputs]
    plan = plan_create(str(folder / "again.vma"), disks, header.configs, ctime=archive.ctime)
    create(plan._replace(uuid=UUID(archive.uuid)))
    return (folder / "again.vma").read_bytes()


def _assert_same_content(archive: SoundArchive, original: bytes, again: bytes) -> None:
    parsed, expected = parse_strict(again), parse_strict(original)
    assert parsed.devices == expected.devices
    # Tables, pointers and blobs are the reference's, byte for byte; it may pad the header more.
    (used,) = struct.unpack_from(">I", original, 52)
    for part in slice(32), slice(48, 56), slice(60, FIXED_HEADER + used):
        assert again[part] == original[part]
    assert len(again) - parsed.header_size == len(original) - expected.header_size
    assert all(len(extent.slots) == 58 for extent in parsed.extents[:-1])


@pytest.mark.parametrize("packed", small_corpus(), ids=str)
def test_a_small_archive_restored_and_created_again_is_the_same(
    packed: PackedArchive, tmp_path: Path
) -> None:
    again = _created_again(packed.archive, packed.path, tmp_path)
    _assert_same_content(packed.archive, decompressed(packed.path), again)
    with open_archive(str(tmp_path / "again.vma")) as opened:
        restore(opened, plan_restore(opened.header, folder=tmp_path / "twice"))
    for path in (tmp_path / "restored").iterdir():
        assert (tmp_path / "twice" / path.name).read_bytes() == path.read_bytes()


SMALL = {packed.archive.name for packed in small_corpus()}


@pytest.mark.parametrize(
    "archive", [each for each in sound_corpus() if each.name not in SMALL], ids=str
)
def test_a_sound_archive_restored_and_created_again_is_the_same(
    archive: SoundArchive, corpus: Path, tmp_path: Path
) -> None:
    path = corpus / "sound" / archive.name
    again = _created_again(archive, path, tmp_path)
    _assert_same_content(archive, path.read_bytes(), again)


SECTORS = st.integers(1, 70 * CLUSTER // 512)
PIECES = st.dictionaries(
    st.integers(0, 70 * 16), st.binary(min_size=1, max_size=8) | st.just(bytes(8)), max_size=12
)


@st.composite
def disks(draw: st.DrawFn) -> list[Disk]:
    """Disks of any size, with a few blocks that are not zero, or zero though written."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        size = draw(SECTORS) * 512
        blocks = {
            block: data.ljust(BLOCK, b"\0")
            for block, data in draw(PIECES).items()
            if block * BLOCK < size
        }
        found.append(Disk(f"drive-scsi{number}", size=size, blocks=blocks))
    return found


NAMES = st.text("abcdefghij.-_0123456789", min_size=1, max_size=20).filter(
    lambda name: name[0] not in ".-"
)
CONFIGS = st.dictionaries(NAMES, st.binary(max_size=300), max_size=4)


def _write(folder: Path, disk: Disk) -> Path:
    """Write a disk as a sparse file; its zero blocks are written as well."""
    path = raw_file(folder / disk.name, size=disk.size)
    with path.open("r+b") as file:
        for number, block in disk.blocks.items():
            file.seek(number * BLOCK)
            file.write(block[: disk.size - number * BLOCK])
    disk.blocks = {number: block for number, block in disk.blocks.items() if block.strip(b"\0")}
    return path


def _create_and_check(folder: Path, found: list[Disk], configs: dict[str, bytes], to: str) -> None:
    sources = []
    for disk in found:
        path = _write(folder, disk)
        if to != "raw":
            path = convert(path, path.with_suffix(f".{to}"), to)
        sources.append(DiskSource(path, disk.name, to))
    target = folder / "a.vma"
    create_of(target, sources, [Config(name, data) for name, data in configs.items()])
    assert_holds(target.read_bytes(), found, list(configs.items()))
    for path in folder.iterdir():
        path.unlink()


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(disks(), CONFIGS)
def test_any_raw_disks_and_configs_come_out_as_they_went_in(
    tmp_path: Path, found: list[Disk], configs: dict[str, bytes]
) -> None:
    _create_and_check(tmp_path, found, configs, "raw")


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(disks())
def test_any_qcow2_images_come_out_as_they_went_in(tmp_path: Path, found: list[Disk]) -> None:
    require_tool("qemu-img")
    require_tool("qemu-nbd")
    _create_and_check(tmp_path, found, {}, "qcow2")


def test_a_size_that_is_no_whole_sectors_is_rounded_up(tmp_path: Path) -> None:
    data = noise(CLUSTER + 1)
    create_of(tmp_path / "a.vma", [DiskSource(raw_file(tmp_path / "disk", data))])
    assert_holds((tmp_path / "a.vma").read_bytes(), [Disk("disk0", data, size=CLUSTER + 512)])


def test_devices_take_turns_and_memory_stays_in_order(tmp_path: Path) -> None:
    found = [
        Disk(name, noise(size)) for name, size in [("a", 2 * EXTENT), ("vmstate", EXTENT), ("b", 1)]
    ]
    found[2].size = 512
    sources = [DiskSource(raw_file(tmp_path / d.name, d.image()), d.name) for d in found]
    create_of(tmp_path / "archive", sources)
    parsed = assert_holds((tmp_path / "archive").read_bytes(), found)
    first = [slot.dev_id for slot in parsed.extents[0].slots]
    assert first == [1] * 16 + [2] * 16 + [3] + [1] * 16 + [2] * 9


def test_holes_are_never_read(tmp_path: Path) -> None:
    path = raw_file(tmp_path / "disk", size=1 << 36)
    with path.open("r+b") as file:
        file.seek((1 << 33) + 5)
        file.write(b"x")
    cancel, seen = threading.Event(), list[int]()

    def see(extent: NewExtent) -> None:
        if extent.payload():
            seen.append(sum(len(view) for view in extent.payload()))
            cancel.set()

    with pytest.raises(CancelledError):
        create(plan_create("/dev/null", [DiskSource(path)]), observers=[see], cancel=cancel)
    assert seen == [BLOCK]


def test_a_report_says_what_went_in(tmp_path: Path) -> None:
    data = noise(CLUSTER) + bytes(CLUSTER) + noise(BLOCK)
    told: list[Progress] = []
    plan = plan_create(str(tmp_path / "a"), [DiskSource(raw_file(tmp_path / "disk", data))])
    report = create(plan, progress=told.append)
    (device,) = report.devices
    assert (device.clusters, device.stored, device.zero_bytes) == (3, 2, 31 * BLOCK)
    assert report.archive_bytes == report.written == (tmp_path / "a").stat().st_size
    assert (told[-2].phase, told[-2].done, told[-2].total) == (Phase.SYNCING, 0, 1)
    assert (told[-1].done, told[-1].total, told[-1].clusters) == (len(data), len(data), (3,))


def test_configs_alone_make_an_archive_with_one_empty_extent(tmp_path: Path) -> None:
    report = create_of(tmp_path / "a.vma", [], [Config("qemu-server.conf", b"cores: 1\n")])
    data = (tmp_path / "a.vma").read_bytes()
    parsed = assert_holds(data, [], [("qemu-server.conf", b"cores: 1\n")])
    assert [extent.slots for extent in parsed.extents] == [()]
    assert report.extents == 1


@pytest.mark.parametrize("size", [EXTENT // 2, 20 * EXTENT])
def test_a_disk_that_changes_while_it_is_read_leaves_no_archive(size: int, tmp_path: Path) -> None:
    disk = raw_file(tmp_path / "disk", b"x" * (8 * EXTENT))
    plan = plan_create(str(tmp_path / "a.vma"), [DiskSource(disk)])
    with pytest.raises(SourceError, match=f"{disk} changed from {8 * EXTENT} to"):
        create(plan, observers=[lambda _: os.truncate(disk, size)])
    assert list(tmp_path.iterdir()) == [disk]


def test_a_cancelled_create_leaves_nothing(tmp_path: Path) -> None:
    disk = raw_file(tmp_path / "disk", b"x" * (4 * EXTENT))
    cancel = threading.Event()
    plan = plan_create(str(tmp_path / "a.vma"), [DiskSource(disk)])
    with pytest.raises(CancelledError):
        create(plan, observers=[lambda _: cancel.set()], cancel=cancel)
    assert list(tmp_path.iterdir()) == [disk]


def test_a_limit_is_asked_about_every_byte(tmp_path: Path) -> None:
    asked: list[float] = []
    limiter = Limiter(1e6, lambda: sum(asked), lambda _, seconds: asked.append(seconds))
    disk = raw_file(tmp_path / "disk", noise(2 * EXTENT))
    report = create(plan_create(str(tmp_path / "a"), [DiskSource(disk)]), limiter=limiter)
    last = 512 + EXTENT
    assert sum(asked) == pytest.approx((report.archive_bytes - last) / 1e6, rel=1e-5)
