from __future__ import annotations

import hashlib
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.proxmox import Restore, Sizes, begun, restored
from tests.compressors import as_zstd
from tests.corpus import PackedArchive, small_corpus
from tests.damage import CONFIGS, DAMAGED, DISKS, sound
from tests.storage.devices import loop_device
from tests.tools import require_tool

LIST = [
    *(f"CFG: size: {len(data)} name: {name}" for name, data in CONFIGS.items()),
    "DEV: dev_id=1 size: 786432 devname: drive-scsi0",
    "DEV: dev_id=2 size: 540672 devname: drive-efidisk0",
    f"VMSTATE: dev_id=3 memory: {DISKS[2].size}",
    "CTIME: Tue Nov 14 22:13:20 2023",
]
IMAGES = {disk.name: disk.image() for disk in DISKS}
SKIP_BOTH = ["skip=drive-scsi0", "skip=drive-efidisk0"]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    (tmp_path / "sound.vma.zst").write_bytes(as_zstd(sound().build()))
    return tmp_path / "sound.vma.zst"


def allocated(path: Path, size: int, fill: bytes = b"\0") -> Path:
    """Make a raw file as a storage allocates it, or one that was used before."""
    path.write_bytes(fill * size)
    return path


@pytest.mark.parametrize("flag", ["0", "1"])
def test_raw_files_that_proxmox_made_get_the_disks(
    flag: str, archive: Path, tmp_path: Path
) -> None:
    fill = b"\xff" if flag == "1" else b"\0"
    inodes = {}

    def answer(sizes: Sizes) -> Sequence[str]:
        assert sizes == {"drive-scsi0": 786432, "drive-efidisk0": 540672}
        for name, size in sizes.items():
            inodes[name] = allocated(tmp_path / name, size, fill).stat().st_ino
        return [f"format=raw:{flag}:{name}={tmp_path / name}" for name in sizes]

    restore = restored(archive, tmp_path, answer)
    for name, inode in inodes.items():
        assert (tmp_path / name).read_bytes() == IMAGES[name]
        assert (tmp_path / name).stat().st_ino == inode
    assert restore.lines[: len(LIST)] == LIST
    assert restore.lines[len(LIST)].startswith("progress ")
    assert restore.lines[-2].startswith("total bytes read ")
    assert restore.stderr == ""
    assert restore.read_configs() == {**CONFIGS, "vmstate.bin": IMAGES["vmstate"]}


def test_the_configs_are_there_before_the_map_is_asked_for(archive: Path, tmp_path: Path) -> None:
    with begun(archive, tmp_path) as restore:
        restore.read_list()
        assert restore.read_configs() == CONFIGS
        restore.answer([*SKIP_BOTH, "done"])
        assert restore.finish() == 0


def test_the_list_comes_without_anybody_at_the_other_end_of_the_fifo(
    archive: Path, tmp_path: Path
) -> None:
    with begun(archive, tmp_path) as restore:
        restore.read_list()
        assert restore.lines == LIST
        assert restore.process.poll() is None


# The one with 254 disks goes to as many files elsewhere.
PACKED = [
    each for each in small_corpus() if each.compression == "zstd" and "dev254" not in str(each)
]


@pytest.mark.parametrize("packed", PACKED, ids=str)
def test_the_archives_of_the_reference_are_restored(packed: PackedArchive, tmp_path: Path) -> None:
    def answer(sizes: Sizes) -> Sequence[str]:
        for name, size in sizes.items():
            allocated(tmp_path / name, size, b"\xff")
        return [f"format=raw:1:{name}={tmp_path / name}" for name in sizes]

    restored(packed.path, tmp_path, answer)
    for device in packed.archive.devices:
        digest = hashlib.sha256((tmp_path / device.name).read_bytes()).hexdigest()
        assert digest == device.sha256


@pytest.mark.root
def test_a_used_block_device_shows_no_old_data(archive: Path, tmp_path: Path) -> None:
    size = 1 << 20
    with loop_device(tmp_path / "image", size) as device:
        restored(
            archive,
            tmp_path,
            lambda _: [f"format=raw:1:drive-scsi0={device}", "skip=drive-efidisk0"],
        )
        image = IMAGES["drive-scsi0"]
        assert device.read_bytes() == image + b"\xff" * (size - len(image))


@pytest.mark.root
def test_a_block_device_that_reads_zero_is_not_zeroed_again(archive: Path, tmp_path: Path) -> None:
    allocated(tmp_path / "image", 1 << 20)
    with loop_device(tmp_path / "image") as device:
        restored(
            archive,
            tmp_path,
            lambda _: [f"format=raw:0:drive-scsi0={device}", "skip=drive-efidisk0"],
        )
        assert device.read_bytes()[: DISKS[0].size] == IMAGES["drive-scsi0"]


def test_an_image_that_proxmox_made_is_filled(archive: Path, tmp_path: Path) -> None:
    qemu_img = require_tool("qemu-img")
    image = tmp_path / "vm-100-disk-0.qcow2"

    def answer(sizes: Sizes) -> Sequence[str]:
        size = str(sizes["drive-scsi0"])
        subprocess.run([qemu_img, "create", "-q", "-f", "qcow2", str(image), size], check=True)
        return [f"format=qcow2:0:drive-scsi0={image}", "skip=drive-efidisk0"]

    restored(archive, tmp_path, answer)
    (tmp_path / "raw").write_bytes(IMAGES["drive-scsi0"])
    compare = [qemu_img, "compare", "-q", "-f", "qcow2", "-F", "raw", str(image), f"{tmp_path}/raw"]
    subprocess.run(compare, check=True)


def test_a_faulty_archive_ends_with_an_error(tmp_path: Path) -> None:
    archive = tmp_path / "faulty.vma.zst"
    archive.write_bytes(as_zstd(DAMAGED["missing-cluster"]()))
    target = allocated(tmp_path / "disk", DISKS[0].size)
    restore = restored(
        archive,
        tmp_path,
        lambda _: [f"format=raw:1:drive-scsi0={target}", "skip=drive-efidisk0"],
        status=1,
    )
    assert f"these are incomplete: {target}" in restore.stderr


def left(restore: Restore) -> set[str]:
    """Return the names of what there is beside what the test itself made."""
    return {path.name for path in restore.out.parent.iterdir()} - {"bin", "fifo", "sound.vma.zst"}


def test_a_header_with_errors_asks_for_no_map(tmp_path: Path) -> None:
    archive = tmp_path / "sound.vma.zst"
    archive.write_bytes(as_zstd(DAMAGED["header-checksum"]()))
    with begun(archive, tmp_path) as restore:
        assert restore.finish() == 1
        assert restore.lines == []
        assert "wrong vma header chechsum" in restore.stderr
        assert left(restore) == set()


@pytest.mark.parametrize(
    "lines", [[], ["format=raw:1:drive-scsi0=disk"], ["skip=drive-efidisk0", "form"]], ids=len
)
def test_a_proxmox_that_dies_in_the_middle_of_the_map_leaves_nothing(
    lines: list[str], archive: Path, tmp_path: Path
) -> None:
    with begun(archive, tmp_path) as restore:
        restore.read_list()
        restore.answer(lines)
        assert restore.finish() == 2
        assert restore.stderr.count("\n") == 1
        assert left(restore) == set()


def test_a_proxmox_that_dies_before_it_opens_the_fifo_is_not_waited_for(
    archive: Path, tmp_path: Path
) -> None:
    with begun(archive, tmp_path) as restore:
        restore.read_list()
        assert restore.process.stdout is not None
        restore.process.stdout.close()
        assert restore.process.wait() == 141
        assert left(restore) == set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_the_map_is_waited_for_leaves_nothing(
    number: signal.Signals, archive: Path, tmp_path: Path
) -> None:
    with begun(archive, tmp_path) as restore:
        restore.read_list()
        restore.process.send_signal(number)
        assert restore.finish() == 130
        assert restore.stderr == "vma: stopped by the user\n"
        assert left(restore) == set()


def test_a_signal_while_the_map_is_written_leaves_nothing(archive: Path, tmp_path: Path) -> None:
    with begun(archive, tmp_path) as restore:
        restore.read_list()
        with restore.fifo.open("wb", buffering=0) as file:
            file.write(b"skip=drive-scsi0\n")
            restore.process.send_signal(signal.SIGTERM)
            assert restore.finish() == 130
        assert left(restore) == set()


def test_a_signal_while_disks_are_written_takes_the_configs_back(tmp_path: Path) -> None:
    target = allocated(tmp_path / "disk", DISKS[0].size)
    os.mkfifo(tmp_path / "archive")
    with (
        begun(tmp_path / "archive", tmp_path, is_packed=False) as restore,
        (tmp_path / "archive").open("wb", buffering=0) as unfinished,
    ):
        unfinished.write(sound().build()[: sound().extent_offsets[3]])
        restore.read_list()
        restore.answer([f"format=raw:0:drive-scsi0={target}", "skip=drive-efidisk0", "done"])
        assert restore.process.stdout is not None
        assert restore.process.stdout.readline().startswith(b"progress")
        restore.process.send_signal(signal.SIGTERM)
        assert restore.finish() == 130
        assert restore.stderr.splitlines() == [
            f"warning: {target} may be partly overwritten: do not use it",
            "vma: stopped by the user",
        ]
        assert left(restore) == {"disk", "archive"}
