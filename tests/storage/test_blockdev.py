from __future__ import annotations

import os
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.devices import MIB, loop_device, mounted, opened, partition_of, run, swapping_on
from tests.tools import require_tool
from vmatui.errors import TargetError
from vmatui.storage.blockdev import PathFacts, inspect, same_file
from vmatui.storage.inuse import layers_on, mounts_of

needs_root = pytest.mark.root


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Path]:
    with loop_device(tmp_path / "disk.img", 32 * MIB, "-P") as device:
        yield device


def test_a_path_without_anything_is_absent_and_knows_its_room(tmp_path: Path) -> None:
    facts = inspect(tmp_path / "no" / "such")
    numbers = os.statvfs(tmp_path)
    assert facts.kind == "absent"
    assert facts.size is None
    assert not facts.read_only
    assert facts.free == pytest.approx(numbers.f_bavail * numbers.f_frsize, rel=0.1)


def test_a_file_has_a_size_and_nobody_uses_it(tmp_path: Path) -> None:
    path = tmp_path / "disk.raw"
    path.write_bytes(b"x" * 1000)
    facts = inspect(path)
    assert (facts.kind, facts.size, facts.mounted_at, facts.used_by) == ("file", 1000, (), ())
    assert facts.occupation is None
    assert facts.holds is None
    assert facts.free is not None


def test_symbolic_links_are_followed_even_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"x")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "dangling").symlink_to("elsewhere")
    real = tmp_path.resolve()
    assert inspect(tmp_path / "link").path == real / "real"
    dangling = inspect(tmp_path / "dangling")
    assert (dangling.path, dangling.kind) == (real / "elsewhere", "absent")


def test_folders_and_special_files_are_told_apart(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert inspect(tmp_path).kind == "folder"
    assert inspect(tmp_path / "fifo").kind == "other"
    assert inspect(Path("/dev/null")).kind == "other"


def test_a_path_that_cannot_be_looked_at_is_a_target_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(TargetError, match="file/below: Not a directory"):
        inspect(tmp_path / "file" / "below")
    with pytest.raises(TargetError, match="circle: Too many levels"):
        inspect(tmp_path / "circle")
    with pytest.raises(TargetError, match=r"null (byte|character)"):
        inspect(tmp_path / "a\0b")


def test_what_a_file_holds_is_said_in_words(tmp_path: Path) -> None:
    require_tool("blkid")
    image = tmp_path / "disk.img"
    image.write_bytes(bytes(8 * MIB))
    run("mkfs.ext4", "-q", image)
    assert inspect(image).holds == "ext4 file system"
    with image.open("r+b") as file:
        file.write(bytes(8192))
    table = bytearray(512)
    table[446:462] = struct.pack("<B3sB3sII", 0, bytes(3), 0x83, bytes(3), 2048, 4096)
    table[510:] = b"\x55\xaa"
    image.write_bytes(table + bytes(8 * MIB))
    assert inspect(image).holds == "MBR partition table"
    run("mkswap", image)
    assert inspect(image).holds == "swap space and MBR partition table"


def test_without_blkid_nothing_is_known_of_the_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = tmp_path / "disk.img"
    image.write_bytes(bytes(8 * MIB))
    run("mkswap", image)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    assert inspect(image).holds is None


def test_a_program_that_may_write_a_file_uses_it(tmp_path: Path) -> None:
    path = tmp_path / "disk.raw"
    path.write_bytes(b"x")
    with opened(path, os.O_RDONLY):
        assert inspect(path).used_by == ()
    with opened(path, os.O_RDWR):
        (user,) = inspect(path).used_by
    assert user.endswith(f"(process {os.getpid()})")


def test_paths_are_one_file_whatever_their_names(tmp_path: Path) -> None:
    one, link, hard, other = (tmp_path / name for name in ("one", "link", "hard", "other"))
    one.write_bytes(b"x")
    other.write_bytes(b"x")
    link.symlink_to(one)
    hard.hardlink_to(one)
    assert same_file(one, link)
    assert same_file(one, hard)
    assert not same_file(one, other)
    assert not same_file(one, tmp_path / "absent")
    assert same_file(tmp_path / "absent", tmp_path / "no" / ".." / "absent")


def test_devices_that_the_kernel_built_on_another_are_named(tmp_path: Path) -> None:
    for holder, files in {
        "dm-1": {"dm/name": "pve-root\n", "dm/uuid": "LVM-x0y1\n"},
        "dm-2": {"dm/name": "odd\x1b\n", "dm/uuid": "\n"},
        "md0": {"md/level": "raid1\n"},
        "bcache0": {},
    }.items():
        for name, content in files.items():
            (tmp_path / "holders" / holder / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "holders" / holder / name).write_text(content)
        (tmp_path / "holders" / holder).mkdir(parents=True, exist_ok=True)
    assert list(layers_on(tmp_path)) == [
        "/dev/bcache0",
        "LVM pve-root (/dev/dm-1)",
        "device mapper odd\\x1b (/dev/dm-2)",
        "RAID /dev/md0",
    ]


def test_every_use_is_said() -> None:
    facts = PathFacts(
        Path("/dev/sdx"), "block", 1, False, ("/mnt", "swap"), ("RAID /dev/md0",), None, None
    )
    assert facts.occupation == "mounted at /mnt and used as swap space and in use by RAID /dev/md0"


@needs_root
def test_a_block_device_is_known_through_a_link(loop: Path, tmp_path: Path) -> None:
    (tmp_path / "by-id").symlink_to(loop)
    facts = inspect(tmp_path / "by-id")
    assert (facts.path, facts.kind, facts.size) == (loop, "block", 32 * MIB)
    assert (facts.read_only, facts.occupation, facts.free) == (False, None, None)


@needs_root
def test_two_nodes_of_one_device_are_the_same(loop: Path, tmp_path: Path) -> None:
    number = loop.stat().st_rdev
    os.mknod(tmp_path / "node", stat.S_IFBLK | 0o600, number)
    assert same_file(loop, tmp_path / "node")
    assert inspect(tmp_path / "node").size == 32 * MIB


@needs_root
def test_a_read_only_device_is_known(tmp_path: Path) -> None:
    with loop_device(tmp_path / "disk.img", MIB, "-r") as device:
        assert inspect(device).read_only


@needs_root
def test_a_file_on_a_read_only_file_system_is_read_only(loop: Path, tmp_path: Path) -> None:
    run("mkfs.ext4", "-q", loop)
    with mounted(loop, tmp_path / "mnt") as place:
        (place / "disk.raw").write_bytes(b"x")
    with mounted(loop, tmp_path / "mnt", "-o", "ro") as place:
        assert inspect(place / "disk.raw").read_only
        assert inspect(place / "absent").read_only


@needs_root
def test_a_mounted_device_and_the_file_behind_it_are_in_use(loop: Path, tmp_path: Path) -> None:
    run("mkfs.ext4", "-q", loop)
    with mounted(loop, tmp_path / "a b\tc"):
        place = f"{tmp_path}/a b\\tc"
        assert inspect(loop).mounted_at == (place,)
        assert inspect(loop).holds == "ext4 file system"
        behind = inspect(tmp_path / "disk.img")
        assert behind.used_by == (f"{loop} (mounted at {place})",)
    assert inspect(loop).mounted_at == ()
    assert inspect(tmp_path / "disk.img").used_by == (str(loop),)


@needs_root
def test_a_mounted_partition_is_a_use_of_the_whole_disk(loop: Path, tmp_path: Path) -> None:
    with partition_of(loop) as partition:
        run("mkfs.ext4", "-q", partition)
        with mounted(partition, tmp_path / "mnt") as place:
            assert inspect(loop).mounted_at == (str(place),)
            assert inspect(partition).mounted_at == (str(place),)
            assert inspect(tmp_path / "disk.img").used_by == (f"{loop} (mounted at {place})",)
        assert inspect(loop).occupation is None


@needs_root
def test_swap_space_is_in_use(loop: Path) -> None:
    with swapping_on(loop):
        facts = inspect(loop)
        assert facts.mounted_at == ("swap",)
        assert facts.occupation == "used as swap space"


@needs_root
def test_a_swap_file_is_in_use(loop: Path, tmp_path: Path) -> None:
    run("mkfs.ext4", "-q", loop)
    with mounted(loop, tmp_path / "mnt") as place:
        file = place / "swap file"
        file.touch(0o600)
        file.write_bytes(bytes(MIB))
        with swapping_on(file):
            assert inspect(file).mounted_at == ("swap",)


@needs_root
def test_a_file_system_under_a_number_of_its_own_is_found_by_its_source(
    loop: Path, tmp_path: Path
) -> None:
    with mounted("tmpfs", tmp_path / "plain", "-t", "tmpfs"):
        assert mounts_of({("block", 7, 9999)}) == ()
    # A tmpfs that calls a device its source looks like btrfs does: number 0:N, source /dev/...
    with mounted(loop, tmp_path / "like-btrfs", "-t", "tmpfs") as place:
        assert inspect(loop).mounted_at == (str(place),)


@needs_root
def test_a_device_that_somebody_has_for_himself_is_in_use(loop: Path) -> None:
    with opened(loop, os.O_RDONLY | os.O_EXCL):
        assert inspect(loop).occupation == "in use by the kernel or another program"


@needs_root
def test_a_claimed_device_of_a_pool_is_said_to_be_of_a_pool(tmp_path: Path) -> None:
    uberblock = struct.pack("<QQQQQ", 0x00BAB10C, 5000, 4, 0, 0).ljust(1024, b"\0")
    with (tmp_path / "pool.img").open("wb") as image:
        image.truncate(64 * MIB)
        for label in (0, 256 << 10, (64 << 20) - (512 << 10), (64 << 20) - (256 << 10)):
            image.seek(label + (128 << 10))
            image.write(uberblock * 128)
    with loop_device(tmp_path / "pool.img") as device:
        assert inspect(device).holds == "ZFS pool member"
        assert inspect(device).occupation is None
        with opened(device, os.O_RDONLY | os.O_EXCL):
            assert inspect(device).occupation == "in use by a ZFS pool"


@needs_root
def test_a_program_that_has_a_device_open_for_writing_uses_it(loop: Path) -> None:
    code = "import os, sys; os.open(sys.argv[1], os.O_RDWR); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(loop)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdout.readline()
        (user,) = inspect(loop).used_by
        assert user.endswith(f"(process {program.pid})")
        program.stdin.close()
    assert inspect(loop).used_by == ()
