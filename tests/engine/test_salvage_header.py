from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compressors import as_zstd
from tests.damage import CONFIGS, DISKS, flip, sound
from tests.forge import CLUSTER, UUID, Disk, Forge, forge, noise
from tests.opening import as_file, as_pipe
from tests.salvaging import IMAGES, counts, device, images, salvage_to
from vmatui.engine.salvaging.copies import open_copy
from vmatui.errors import HeaderError, NotAnArchiveError, SourceError

DEVICE_2 = 4096 + 2 * 32
# Where a field is, and what it is overwritten with; each is proved again by the header's own md5.
PROVED = {
    "magic": (0, b"XXXX"),
    "version": (4, b"\xff\xff\xff\xff"),
    "uuid": (8, b"somebody else's."),
    "creation time, one bit": (23, bytes([sound().ctime & 0xFF ^ 4])),
    "blob offset": (48, b"\x12\x34\x56\x78"),
    "blob size, too large": (52, b"\xff\xff\xff\xff"),
    "blob size, too small": (52, bytes(4)),
    "a few bytes of the md5": (36, b"\0\0\0"),
    "a bit of a config": (12288 + 60, bytes([sound().build()[12288 + 60] ^ 4])),
    "header size, none": (56, bytes(4)),
    "header size, too large": (56, b"\x00\x00\x50\x00"),
    "header size, too small": (56, b"\x00\x00\x30\x01"),
    "reserved bytes": (60, noise(100)),
    "config name": (2044, b"\x00\x00\x01\x23"),
    "config data": (3068, b"\xff\xff\xff\xff"),
    "config where none is": (2044 + 400, b"\x00\x00\x00\x01"),
    "device name": (DEVICE_2, b"\x00\x00\x00\x02"),
    "device size, none": (DEVICE_2 + 8, bytes(8)),
    "device size, absurd": (DEVICE_2 + 8, b"\xff" * 8),
    "device size, too small": (DEVICE_2 + 8, struct.pack(">Q", 65536)),
    "device size, too large": (DEVICE_2 + 8, struct.pack(">Q", 5 << 40)),
}


def overwritten(data: bytes, offset: int, field: bytes) -> bytes:
    return data[:offset] + field + data[offset + len(field) :]


def without_md5(data: bytes) -> bytes:
    return overwritten(data, 32, bytes(16))


@pytest.mark.parametrize("packed", [bytes, as_zstd], ids=["plain", "zstd"])
@pytest.mark.parametrize("field", PROVED)
def test_one_damaged_field_is_mended_and_proved(
    field: str, packed: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    data = packed(overwritten(sound().build(), *PROVED[field]))
    report = salvage_to(tmp_path / "out", data)
    assert report.is_complete
    assert "its md5 proves" in report.notes[0]
    assert images(report) == IMAGES
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").glob("qemu*")} == CONFIGS
    assert {output.name for output in report.outputs} == {disk.name for disk in DISKS}


def test_a_wrong_md5_of_the_header_alone_loses_nothing_but_the_proof(tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", without_md5(sound().build()))
    assert not report.is_complete
    assert images(report) == IMAGES
    assert counts(report) == {1: (12, 0, 0), 2: (9, 0, 0), 3: (4, 0, 0)}
    assert [config.path.name for config in report.configs] == [
        f"{name}.incomplete" for name in CONFIGS
    ]
    assert "nothing proves" in report.notes[0]


@pytest.mark.parametrize("size", [0, 1 << 63, 5 << 40, 1])
def test_a_size_that_nothing_proves_is_learnt_to_the_cluster(size: int, tmp_path: Path) -> None:
    data = overwritten(without_md5(sound().build()), DEVICE_2 + 8, struct.pack(">Q", size))
    report = salvage_to(tmp_path / "out", data)
    assert device(report, 2).is_size_learnt
    assert device(report, 2).size == 9 * CLUSTER
    assert images(report)[2] == IMAGES[2].ljust(9 * CLUSTER, b"\0")
    assert {dev_id: images(report)[dev_id] for dev_id in (1, 3)} == {1: IMAGES[1], 3: IMAGES[3]}
    assert any("learnt from its highest cluster" in note for note in report.notes)


@pytest.mark.parametrize("size", [(1 << 48) + 1, 1 << 63, (1 << 64) - 1])
def test_a_size_that_cannot_be_is_learnt_though_the_md5_is_right(size: int, tmp_path: Path) -> None:
    archive = sound()
    archive.devices[2].size = size
    report = salvage_to(tmp_path / "out", archive.build())
    assert device(report, 2).is_size_learnt
    assert images(report)[2] == IMAGES[2].ljust(9 * CLUSTER, b"\0")
    assert counts(report) == {1: (12, 0, 0), 2: (9, 0, 0), 3: (4, 0, 0)}
    assert report.notes[0].endswith(
        "its header has a right md5, but a size that no device can have"
    )
    assert "learnt from its highest cluster" in report.notes[1]
    assert [output.is_complete for output in report.outputs] == [True, False, True]
    assert all(config.is_complete for config in report.configs)
    assert not report.is_complete


def test_a_device_without_extents_whose_size_cannot_be_stays_out(tmp_path: Path) -> None:
    archive = sound()
    archive.add_device(9, "empty", 1 << 63)
    report = salvage_to(tmp_path / "out", archive.build())
    assert images(report) == IMAGES
    assert not report.notes
    assert not report.is_header_whole


def test_a_uuid_is_learnt_though_nothing_proves_it(tmp_path: Path) -> None:
    report = salvage_to(tmp_path / "out", overwritten(without_md5(sound().build()), 8, bytes(16)))
    assert images(report) == IMAGES
    assert report.copies[0].uuid.bytes == UUID
    assert any("was learnt from its extents" in note for note in report.notes)


def test_the_uuid_is_that_of_most_extents(tmp_path: Path) -> None:
    archive = sound()
    archive.extents[0].uuid = b"somebody else's."
    report = salvage_to(tmp_path / "out", overwritten(archive.build(), 8, bytes(16)))
    assert report.copies[0].uuid.bytes == UUID
    assert sum(each.missing for each in report.devices) == len(archive.extents[0].slots)


def test_a_name_that_nothing_proves_is_invented(tmp_path: Path) -> None:
    data = overwritten(without_md5(sound().build()), DEVICE_2, b"\x00\x00\x00\x02")
    report = salvage_to(tmp_path / "out", data)
    assert [output.name for output in report.outputs] == ["drive-scsi0", "unnamed-2", "vmstate"]
    assert images(report) == IMAGES


def test_a_first_extent_that_is_damaged_as_well_is_not_lost(tmp_path: Path) -> None:
    data = overwritten(sound().build(), *PROVED["uuid"])
    report = salvage_to(tmp_path / "out", flip(data, sound().extent_offsets[0]))
    assert images(report) == IMAGES
    assert all(each.missing == 0 for each in report.devices)


def test_the_header_of_a_whole_copy_counts(tmp_path: Path) -> None:
    damaged = overwritten(without_md5(sound().build()), DEVICE_2 + 8, bytes(8))
    report = salvage_to(tmp_path / "out", damaged, sound().build())
    assert report.is_complete
    assert images(report) == IMAGES


def test_a_header_without_faults_is_taken_as_it_is(tmp_path: Path) -> None:
    """Its md5 is right, so extents of a device that it does not name are not ours to add."""
    archive = sound()
    archive.devices[2].size = 0
    report = salvage_to(tmp_path / "out", archive.build())
    assert [each.dev_id for each in report.devices] == [1, 3]
    assert not report.notes


def test_what_is_no_archive_is_still_called_by_its_name() -> None:
    with as_file(noise(1 << 20)) as path, pytest.raises(NotAnArchiveError, match="not a VMA"):
        open_copy(path)
    with (
        as_file(overwritten(forge([Disk("a", noise(4096))]), 0, b"X" * 20000)) as path,
        pytest.raises(SourceError),
    ):
        open_copy(path)


def test_a_pipe_cannot_be_looked_at_twice_so_its_header_stays_as_it_is() -> None:
    with as_pipe(without_md5(sound().build())) as path:
        copy = open_copy(path)
        with copy.archive:
            assert not copy.is_header_whole
            assert "a pipe can be read only once" in copy.notes[0]
            assert copy.archive.header.devices[0].name == DISKS[0].name
    for data in (flip(sound().build(), 0), flip(sound().build(), 4), sound().build()[5000:]):
        with as_pipe(data) as path, pytest.raises(HeaderError, match="read only once: put it"):
            open_copy(path)
    with as_pipe(noise(50_000)) as path, pytest.raises(NotAnArchiveError, match="not a VMA"):
        open_copy(path)


def test_many_configs_and_a_large_header_are_mended_too(tmp_path: Path) -> None:
    configs = {f"c{number}.conf": noise(20_000, number) for number in range(20)}
    data = Forge.of(DISKS, configs).build()
    report = salvage_to(tmp_path / "out", overwritten(data, *PROVED["device size, none"]))
    assert report.is_complete
    assert len(report.configs) == 20
