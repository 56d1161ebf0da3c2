from __future__ import annotations

import errno
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forge import BLOCK, CLUSTER, Disk, Forge, forge, noise
from tests.opening import opened
from tests.storage.devices import require_own_devices
from tests.tools import require_tool
from vmatui.engine.archive import open_archive
from vmatui.engine.restoring.plan import RestorePlan, plan_restore
from vmatui.engine.restoring.restore import restore
from vmatui.errors import TargetError
from vmatui.storage.largestfile import holds_file_of

DISK = Disk("drive-scsi0", noise(3 * CLUSTER) + bytes(80 * CLUSTER) + noise(BLOCK) + bytes(512))
ARCHIVE = forge([DISK], {"qemu-server.conf": b"name: a\n"})


def plan_to(target: Path, *, overwrite: bool = True) -> RestorePlan:
    with opened(ARCHIVE) as archive:
        return plan_restore(archive.header, to={1: target}, overwrite=overwrite)


def only_problem(plan: RestorePlan) -> str:
    (problem,) = plan.problems
    return problem


def test_a_plan_says_in_words_what_will_be_written(tmp_path: Path) -> None:
    with opened(ARCHIVE) as archive:
        plan = plan_restore(archive.header, folder=tmp_path / "out")
    assert plan.creates_folder
    assert plan.problems == plan.warnings == ()
    assert plan.sentences == (
        f"drive-scsi0: 5.2 MiB into the new file {tmp_path}/out/disk-drive-scsi0.raw",
        f"configs into {tmp_path}/out: qemu-server.conf",
    )
    assert list(tmp_path.iterdir()) == []


def test_replacing_a_file_is_named_and_needs_consent(tmp_path: Path) -> None:
    target = tmp_path / "a.img"
    target.touch()
    assert "REPLACE the file" in plan_to(target).sentences[0]
    assert plan_to(target).problems == ()
    assert "exists and would be overwritten" in only_problem(plan_to(target, overwrite=False))


def test_replacing_a_config_is_named(tmp_path: Path) -> None:
    (tmp_path / "qemu-server.conf").touch()
    with opened(ARCHIVE) as archive:
        plan = plan_restore(archive.header, folder=tmp_path, overwrite=True)
    assert plan.sentences[-1] == f"qemu-server.conf: REPLACES the file {tmp_path}/qemu-server.conf"


def test_the_archive_itself_is_never_a_target(tmp_path: Path) -> None:
    path = tmp_path / "backup.vma"
    path.write_bytes(ARCHIVE)
    (tmp_path / "link").hardlink_to(path)
    with open_archive(path) as archive:
        plan = plan_restore(archive.header, to={1: tmp_path / "link"}, overwrite=True, archive=path)
    assert "in use as the archive itself" in only_problem(plan)


def test_a_folder_and_a_special_file_are_no_targets(tmp_path: Path) -> None:
    assert "is a folder" in only_problem(plan_to(tmp_path))
    assert "special file" in only_problem(plan_to(Path("/dev/null")))


def test_a_mistyped_device_is_no_new_file(tmp_path: Path) -> None:
    require_own_devices()
    (tmp_path / "link").symlink_to("/dev/typo")
    for path in (Path("/dev/typo"), tmp_path / "link"):
        assert only_problem(plan_to(path)) == (
            "/dev/typo is no device, and a file there would be in memory only: "
            "correct the name, or choose another place"
        )


def test_a_folder_among_the_devices_is_no_target() -> None:
    require_own_devices()
    with opened(ARCHIVE) as archive:
        for folder in (Path("/dev"), Path("/dev/new")):
            plan = plan_restore(archive.header, folder=folder)
            assert f"{folder} is among the devices" in only_problem(plan)


def test_memory_that_was_meant_is_a_target() -> None:
    if not Path("/dev/shm").is_mount():
        pytest.skip("there is no /dev/shm")
    with opened(ARCHIVE) as archive:
        plan = plan_restore(archive.header, folder=Path("/dev/shm/new"))
    assert plan.problems == plan_to(Path("/dev/shm/new.raw")).problems == ()


def test_a_folder_that_is_a_file_or_lies_nowhere_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with opened(ARCHIVE) as archive:
        in_file = plan_restore(archive.header, folder=tmp_path / "file")
        nowhere = plan_restore(archive.header, folder=tmp_path / "a" / "b")
    assert "is no folder" in in_file.problems[0]
    assert "does not exist" in only_problem(nowhere)


def test_an_unfinished_output_of_an_earlier_restore_is_named(tmp_path: Path) -> None:
    (tmp_path / "tmp-a.img").touch()
    assert "tmp-a.img is in the way" in only_problem(plan_to(tmp_path / "a.img"))


def test_a_target_in_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert "does not exist" in only_problem(plan_to(tmp_path / "nowhere" / "a.img"))


def test_the_place_of_a_config_is_no_target_for_a_device(tmp_path: Path) -> None:
    with opened(ARCHIVE) as archive:
        to = {1: tmp_path / "qemu-server.conf"}
        plan = plan_restore(archive.header, folder=tmp_path, to=to)
    assert "in use as config qemu-server.conf" in only_problem(plan)


def test_a_config_cannot_take_the_temporary_name_of_a_device(tmp_path: Path) -> None:
    configs = {"tmp-disk-drive-scsi0.raw": b"config"}
    with opened(forge([DISK], configs)) as archive:
        report = restore(archive, plan_restore(archive.header, folder=tmp_path / "out"))
    images = [output.path.read_bytes() for output in (*report.outputs, *report.configs)]
    assert images == [DISK.image(), b"config"]


def test_images_larger_than_the_free_space_are_a_warning_and_no_problem(tmp_path: Path) -> None:
    huge = Forge()
    huge.add_device(1, "huge", 10 << 40)
    with opened(huge.build()) as archive:
        plan = plan_restore(archive.header, folder=tmp_path)
    assert plan.problems == ()
    assert "are free" in plan.warnings[0]


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Path]:
    """A loop device as large as the disk, filled with 0xff."""
    tool = require_tool("losetup")
    backing = tmp_path / "backing"
    backing.write_bytes(b"\xff" * DISK.size)
    found = subprocess.run(
        [tool, "-f", "--show", backing], check=True, capture_output=True, text=True
    )
    device = Path(found.stdout.strip())
    try:
        yield device
    finally:
        subprocess.run([tool, "-d", device], check=True)


@pytest.mark.root
def test_a_used_block_device_holds_exactly_the_image_afterwards(loop: Path) -> None:
    with opened(ARCHIVE) as archive:
        plan = plan_restore(archive.header, to={1: loop}, overwrite=True)
        assert "OVERWRITE the block device" in plan.sentences[0]
        assert restore(archive, plan).is_complete
    assert loop.read_bytes() == DISK.image()
    assert loop.is_block_device()


@pytest.mark.root
def test_a_block_device_needs_consent(loop: Path) -> None:
    assert "would be overwritten" in only_problem(plan_to(loop, overwrite=False))


@pytest.mark.root
def test_a_mounted_block_device_is_refused_untouched(tmp_path: Path) -> None:
    require_tool("mkfs.ext4")
    image, mount = tmp_path / "fs.img", tmp_path / "mount"
    mount.mkdir()
    with image.open("wb") as file:
        file.truncate(2 << 20)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, mount], check=True)
    try:
        found = subprocess.run(
            ["findmnt", "-n", "-o", "SOURCE", mount], check=True, capture_output=True, text=True
        )
        device = Path(found.stdout.strip())
        before = device.read_bytes()
        plan = plan_to(device)
        assert any(f"mounted at {mount}" in problem for problem in plan.problems)
        with opened(ARCHIVE) as archive, pytest.raises(TargetError, match="release it first"):
            restore(archive, plan)
        assert device.read_bytes() == before
    finally:
        subprocess.run(["umount", mount], check=True)


@pytest.mark.root
@pytest.mark.parametrize(
    ("size", "problem"), [(DISK.size + 512, "too small"), (512, "more than 4 MiB larger")]
)
def test_a_block_device_of_the_wrong_size_is_refused(size: int, problem: str, loop: Path) -> None:
    with opened(forge([Disk("drive-scsi0", size=size)])) as archive:
        plan = plan_restore(archive.header, to={1: loop}, overwrite=True)
    assert problem in only_problem(plan)


def test_a_folder_that_is_something_else_is_one_problem(tmp_path: Path) -> None:
    place = tmp_path / "socket"
    with opened(ARCHIVE) as archive, socket.socket(socket.AF_UNIX) as taken:
        taken.bind(str(place))
        plan = plan_restore(archive.header, folder=place)
    assert only_problem(plan) == f"{place} is no folder: choose another"


def test_a_folder_that_this_user_may_not_write_is_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disks = [DISK, Disk("drive-scsi1", noise(CLUSTER))]
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != tmp_path)  # root may all
    with opened(forge(disks)) as archive:
        for folder in (tmp_path / "new", tmp_path):
            problem = only_problem(plan_restore(archive.header, folder=folder))
            assert problem.startswith(f"the folder {tmp_path} may not be written by this user: ")


def test_a_disk_that_is_larger_than_any_file_there_is_a_problem_of_the_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which file systems have such a limit, and how high it is, differs: here it is played."""
    huge = Forge()
    huge.add_device(1, "huge", 200 << 40)

    def refuse(_: int, size: int) -> None:
        raise OSError(errno.EFBIG if size > 16 << 40 else errno.EIO, "played")

    monkeypatch.setattr(os, "ftruncate", refuse)
    with opened(huge.build()) as archive:
        problem = only_problem(plan_restore(archive.header, folder=tmp_path / "new"))
        assert not plan_restore(archive.header, folder=tmp_path, skip=[1]).problems
    assert f"{tmp_path}/new/disk-huge.raw would have {200 << 40} bytes" in problem
    assert "--skip huge" in problem
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", ["open", "ftruncate"])
def test_a_file_system_that_cannot_be_asked_is_no_problem(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "played")

    with monkeypatch.context() as patched:
        patched.setattr(os, failing, fail)
        assert holds_file_of(200 << 40, tmp_path / "new" / "file")
    assert holds_file_of(1, tmp_path / "new" / "file")
