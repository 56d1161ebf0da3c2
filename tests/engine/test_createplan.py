"""What speaks against a new archive, known before a byte of any disk is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.creating import create_of, raw_file
from tests.forge import CLUSTER
from tests.parser import parse_strict
from tests.storage.devices import require_own_devices
from vmatui.engine.creating.create import create
from vmatui.engine.creating.createplan import DiskSource, plan_create
from vmatui.errors import SourceError, TargetError, UsageError
from vmatui.format.header import Config


def _sources(tmp_path: Path, count: int) -> list[DiskSource]:
    path = raw_file(tmp_path / "disk", size=512)
    return [DiskSource(path) for _ in range(count)]


def _configs(*sizes: int) -> list[Config]:
    return [Config(f"{number}.conf", bytes(size)) for number, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("disk_count", "configs", "message"),
    [
        (1, _configs(65536), "0.conf has 65536 bytes"),
        (1, _configs(*[0] * 257), "256 configs at most"),
        (255, [], "254 devices at most"),
        (1, _configs(*[65535] * 8), "leave out a config"),
        (0, [], "nothing to put into the archive"),
        (1, [Config("a", b""), Config("a", b"")], "two configs are called a"),
        (1, [Config("../a", b"")], "cannot be a name"),
    ],
)
def test_what_no_archive_can_hold_is_refused_before_anything_is_read(
    disk_count: int, configs: list[Config], message: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=message):
        plan_create(str(tmp_path / "a.vma"), _sources(tmp_path, disk_count), configs)


def test_the_most_that_an_archive_can_hold_is_taken(tmp_path: Path) -> None:
    configs = _configs(*[65535] * 7, *[0] * 249)
    create_of(tmp_path / "a.vma", _sources(tmp_path, 254), configs)
    parsed = parse_strict((tmp_path / "a.vma").read_bytes())
    assert (len(parsed.devices), len(parsed.configs)) == (254, 256)


@pytest.mark.parametrize("name", ["", "a/b", "..", "-d", "a\0b", "a\nb"])
def test_a_device_is_not_called_what_no_file_can_be(name: str, tmp_path: Path) -> None:
    (source,) = _sources(tmp_path, 1)
    with pytest.raises(UsageError, match="cannot be a name in an archive"):
        plan_create(str(tmp_path / "a.vma"), [source._replace(name=name)])


def test_disks_of_one_name_and_empty_disks_are_refused(tmp_path: Path) -> None:
    source = DiskSource(raw_file(tmp_path / "disk", size=512), "a")
    with pytest.raises(UsageError, match="two disks are called a"):
        plan_create("-", [source, source])
    with pytest.raises(UsageError, match="is empty"):
        plan_create("-", [DiskSource(raw_file(tmp_path / "empty"))])
    with pytest.raises(SourceError, match="does not exist"):
        plan_create("-", [DiskSource(tmp_path / "missing")])


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("existing", "exists: archives are never overwritten"),
        ("dangling", "exists: archives are never overwritten"),
        ("disk", "is one of the disks"),
        ("missing/a.vma", "does not exist: create it"),
    ],
)
def test_a_target_that_must_not_be_written_is_a_problem(
    target: str, problem: str, tmp_path: Path
) -> None:
    (tmp_path / "existing").write_bytes(b"precious")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    plan = plan_create(str(tmp_path / target), _sources(tmp_path, 1))
    (found,) = plan.problems
    assert problem in found
    with pytest.raises(TargetError):
        create(plan)
    assert (tmp_path / "existing").read_bytes() == b"precious"


@pytest.mark.parametrize("target", ["", ".", "/", "{folder}"])
def test_a_folder_is_no_archive(target: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        plan_create(target.format(folder=tmp_path), _sources(tmp_path, 1))


def test_an_archive_does_not_lie_among_the_devices(tmp_path: Path) -> None:
    require_own_devices()
    sources = _sources(tmp_path, 1)
    assert plan_create("/dev/typo.vma", sources).problems == (
        "/dev/typo.vma would be among the devices, in memory only: choose another folder",
    )
    assert plan_create("/dev/null", sources).problems == ()


def test_fewer_threads_than_none_are_refused_by_the_plan(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="-3 threads cannot compress"):
        plan_create(str(tmp_path / "a.vma.zst"), _sources(tmp_path, 1), threads=-3)


def test_a_level_that_the_compressor_lacks_is_said_by_the_plan(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="level"):
        plan_create(str(tmp_path / "a.vma.zst"), _sources(tmp_path, 1), level=99)


def test_too_little_space_for_the_worst_case_is_a_warning(tmp_path: Path) -> None:
    disk = raw_file(tmp_path / "disk", size=1 << 42)
    plan = plan_create(str(tmp_path / "a.vma"), [DiskSource(disk)])
    assert plan.worst_case > 1 << 42
    assert any("enough only if much is zero" in warning for warning in plan.warnings)
    assert plan.problems == ()


def test_a_file_that_appears_after_the_plan_is_not_overwritten(tmp_path: Path) -> None:
    plan = plan_create(str(tmp_path / "a.vma"), _sources(tmp_path, 1))
    (tmp_path / "a.vma").write_bytes(b"precious")
    with pytest.raises(TargetError, match="never overwritten"):
        create(plan)
    assert (tmp_path / "a.vma").read_bytes() == b"precious"


def test_a_disk_that_changed_since_the_plan_is_an_error(tmp_path: Path) -> None:
    disk = raw_file(tmp_path / "disk", size=CLUSTER)
    plan = plan_create(str(tmp_path / "a.vma"), [DiskSource(disk)])
    os.truncate(disk, CLUSTER + 512)
    with pytest.raises(SourceError, match="has 66048 now"):
        create(plan)
    assert list(tmp_path.iterdir()) == [disk]


def test_a_disk_that_is_there_twice_is_a_warning_whatever_it_is_called(tmp_path: Path) -> None:
    disk, other = (raw_file(tmp_path / name, b"x") for name in ("a.raw", "b.raw"))
    (tmp_path / "link").symlink_to(disk)
    sources = [DiskSource(path) for path in (disk, other, tmp_path / "link")]
    (warning,) = plan_create(str(tmp_path / "a.vma"), sources).warnings
    assert warning.startswith(f"{disk} goes into the archive 2 times, as disk0 and as disk2")
    assert plan_create(str(tmp_path / "a.vma"), sources[:2]).warnings == ()


def test_a_disk_that_another_program_writes_to_is_a_warning(tmp_path: Path) -> None:
    (source,) = _sources(tmp_path, 1)
    with Path(source.path).open("r+b"):
        (warning,) = plan_create(str(tmp_path / "a.vma"), [source]).warnings
    assert f"(process {os.getpid()}): what is written to it meanwhile" in warning
    assert plan_create(str(tmp_path / "a.vma"), [source]).warnings == ()
