from __future__ import annotations

from pathlib import Path

import pytest

from tests.damage import CONFIGS, DISKS
from tests.forge import CLUSTER, Disk, noise
from tests.opening import report_of
from tests.parser import parse_strict
from vmatui.engine.create import create
from vmatui.engine.createplan import DiskSource, plan_create
from vmatui.errors import TargetError, UsageError
from vmatui.format.header import Config


def sources(folder: Path, disks: tuple[Disk, ...]) -> list[DiskSource]:
    """Write the disks as raw files."""
    made = []
    for number, disk in enumerate(disks):
        path = folder / f"{number}.raw"
        path.write_bytes(disk.image())
        made.append(DiskSource(path, disk.name, "raw"))
    return made


def test_an_archive_holds_exactly_its_disks_and_configs(tmp_path: Path) -> None:
    target = tmp_path / "new.vma"
    configs = [Config(name, data) for name, data in CONFIGS.items()]
    create(plan_create(str(target), sources(tmp_path, DISKS), configs))
    parsed = parse_strict(target.read_bytes())
    assert [device.image() for device in parsed.devices.values()] == [
        disk.image() for disk in DISKS
    ]
    assert dict(parsed.configs) == CONFIGS
    assert report_of(target.read_bytes()).findings == ()


def test_a_compressed_archive_is_sound(tmp_path: Path) -> None:
    target = tmp_path / "new.vma.zst"
    create(plan_create(str(target), sources(tmp_path, DISKS)))
    report = report_of(target.read_bytes())
    assert (report.compression, report.stream, report.is_sound) == ("zstd", "sound", True)


def test_nothing_is_overwritten_and_nothing_left_behind(tmp_path: Path) -> None:
    target = tmp_path / "new.vma"
    target.write_bytes(b"old")
    plan = plan_create(str(target), sources(tmp_path, DISKS[:1]))
    with pytest.raises(TargetError, match="exists"):
        create(plan)
    assert target.read_bytes() == b"old"
    assert {path.name for path in tmp_path.iterdir()} == {"new.vma", "0.raw"}


def test_holes_become_zero_clusters_without_being_read(tmp_path: Path) -> None:
    disk = tmp_path / "sparse.raw"
    with disk.open("wb") as file:
        file.truncate(8 << 30)
        file.seek(4 << 30)
        file.write(noise(CLUSTER))
    target = tmp_path / "new.vma"
    create(plan_create(str(target), [DiskSource(disk, "drive-scsi0", "raw")]))
    (device,) = report_of(target.read_bytes()).devices
    assert (device.clusters, device.stored, device.missing) == ((8 << 30) // CLUSTER, 1, 0)


def test_two_disks_of_one_name_are_refused(tmp_path: Path) -> None:
    (disk,) = sources(tmp_path, DISKS[:1])
    with pytest.raises(UsageError):
        plan_create(str(tmp_path / "new.vma"), [disk, disk])
