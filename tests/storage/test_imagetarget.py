"""Images in formats that qemu writes, new ones and existing ones, looked at by qemu-img."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.forge import noise
from tests.storage.devices import MIB, mounted, run
from vmatui.errors import TargetError
from vmatui.storage.destination import ZeroPolicy
from vmatui.storage.imagetarget import ExistingImageTarget, NewImageTarget
from vmatui.storage.newfile import temporary_path

FORMATS = ["qcow2", "vmdk", "vhdx", "vdi"]
SIZE = 9 * MIB + 100


def new_target(path: Path, format: str, *, overwrite: bool = False) -> NewImageTarget:
    return NewImageTarget(path, SIZE, format, disk_size=SIZE + -SIZE % 512, overwrite=overwrite)


def fill(target: NewImageTarget | ExistingImageTarget) -> bytes:
    """Write something to a target from its opening to its sync; return what its disk holds."""
    target.open()
    target.prepare(lambda _: None, lambda: False)
    disk = bytearray(SIZE + -SIZE % 512)
    for offset, data in ((2 * MIB, noise(MIB)), (SIZE - 4000, noise(4096))):
        target.writev(offset, [memoryview(data)[:1000], memoryview(data)[1000:]])
        disk[offset : min(offset + len(data), SIZE)] = data[: SIZE - offset]
    target.sync()
    return bytes(disk)


def disk_in(image: Path, format: str) -> bytes:
    """Return the disk of an image that qemu finds nothing wrong with."""
    if format != "vmdk":  # it can check all others
        run("qemu-img", "check", "-q", "-f", format, image)
    raw = image.with_name("converted.raw")
    run("qemu-img", "convert", "-f", format, "-O", "raw", image, raw)
    return raw.read_bytes()


def names_in(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


@pytest.mark.parametrize("format", FORMATS)
def test_a_new_image_holds_the_disk_under_its_final_name(tmp_path: Path, format: str) -> None:
    path = tmp_path / f"disk.{format}"
    target = new_target(path, format)
    expected = fill(target)
    assert names_in(tmp_path) == {f"tmp-disk.{format}"}
    target.finish()
    target.discard()
    assert names_in(tmp_path) == {f"disk.{format}"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert disk_in(path, format) == expected


def test_a_vmdk_image_knows_its_final_name(tmp_path: Path) -> None:
    target = new_target(tmp_path / "disk.vmdk", "vmdk")
    fill(target)
    target.finish()
    head = (tmp_path / "disk.vmdk").read_bytes()[:65536]
    assert b'SPARSE "disk.vmdk"\n' in head
    assert b"tmp-disk" not in head


@pytest.mark.parametrize("format", FORMATS)
def test_an_image_that_may_be_overwritten_is_untouched_to_the_end(
    tmp_path: Path, format: str
) -> None:
    path = tmp_path / f"disk.{format}"
    path.write_bytes(b"old")
    path.chmod(0o640)
    for end in ("discard", "finish"):
        target = new_target(path, format, overwrite=True)
        fill(target)
        assert path.read_bytes() == b"old"
        getattr(target, end)()
        assert names_in(tmp_path) == {path.name}
    assert path.stat().st_mode & 0o777 == 0o640
    run("qemu-img", "info", "-f", format, path)


def test_an_incomplete_image_says_so(tmp_path: Path) -> None:
    target = new_target(tmp_path / "disk.qcow2", "qcow2")
    expected = fill(target)
    kept = target.keep_incomplete()
    assert kept == f"{tmp_path}/disk.qcow2.incomplete"
    assert disk_in(Path(kept), "qcow2") == expected


@pytest.mark.parametrize("format", FORMATS)
def test_an_existing_image_is_written_into_as_it_is(tmp_path: Path, format: str) -> None:
    path = tmp_path / "disk"
    run("qemu-img", "create", "-q", "-f", format, path, str(SIZE + -SIZE % 512))
    run("qemu-io", "-f", format, "-c", f"write -q -P 255 0 {9 * MIB}", path)
    inode = path.stat().st_ino
    target = ExistingImageTarget(path, SIZE, format, ZeroPolicy.DISCARD, allow_larger=False)
    expected = fill(target)
    target.finish()
    assert path.stat().st_ino == inode
    assert disk_in(path, format) == expected


@pytest.mark.parametrize(
    ("size", "problem"), [(9 * MIB, "but 9437284 are needed"), (14 * MIB, "over 4 MiB more")]
)
def test_an_existing_image_of_the_wrong_size_is_refused(
    tmp_path: Path, size: int, problem: str
) -> None:
    path = tmp_path / "disk.qcow2"
    run("qemu-img", "create", "-q", "-f", "qcow2", path, str(size))
    before = path.read_bytes()
    target = ExistingImageTarget(path, SIZE, "qcow2", ZeroPolicy.DISCARD, allow_larger=False)
    with pytest.raises(TargetError, match=problem):
        target.open()
    assert path.read_bytes() == before


def test_what_is_no_image_is_refused_in_qemus_words(tmp_path: Path) -> None:
    path = tmp_path / "disk.qcow2"
    path.write_bytes(bytes(MIB))
    target = ExistingImageTarget(path, 512, "qcow2", ZeroPolicy.DISCARD, allow_larger=True)
    with pytest.raises(TargetError, match=r"cannot open .*disk\.qcow2: .*; choose another place"):
        target.open()
    assert path.read_bytes() == bytes(MIB)


def test_qemu_that_is_killed_is_said_and_leaves_no_half_image(tmp_path: Path) -> None:
    target = new_target(tmp_path / "disk.qcow2", "qcow2")
    target.open()
    (child,) = children()
    os.kill(child, signal.SIGKILL)
    with pytest.raises(
        TargetError, match=r"^cannot write at offset 4096 of .*disk\.qcow2: qemu-nbd ended"
    ):
        target.writev(4096, [memoryview(bytes(4 * MIB))])
    with pytest.raises(TargetError, match="qemu-nbd ended"):
        target.finish()
    target.discard()
    assert names_in(tmp_path) == set()


def write_noise(target: NewImageTarget) -> None:
    for offset in range(0, SIZE, MIB):
        target.writev(offset, [memoryview(noise(MIB))])
    target.sync()


def children() -> list[int]:
    """Return the processes that this one has started and that still run."""
    words = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(word) for word in words]


@pytest.mark.root
def test_a_full_file_system_is_said_with_the_offset(tmp_path: Path) -> None:
    with mounted("tmpfs", tmp_path / "small", "-t", "tmpfs", "-o", "size=2m") as folder:
        target = new_target(folder / "disk.qcow2", "qcow2")
        target.open()
        with pytest.raises(
            TargetError, match=r"^cannot write at offset \d+ of .*: No space left .*; make room"
        ):
            write_noise(target)
        target.discard()
        assert names_in(folder) == set()


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(TargetError, match="needs qemu-img, which is not installed"):
        new_target(tmp_path / "disk.qcow2", "qcow2").open()
    assert names_in(tmp_path) == set()


def test_an_image_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    target = NewImageTarget(tmp_path / "x.vdi", 1, "vdi", disk_size=1 << 62, overwrite=False)
    with pytest.raises(TargetError, match="qemu-img cannot create"):
        target.open()
    assert names_in(tmp_path) == set()


def test_an_image_that_a_vm_uses_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "disk.qcow2"
    run("qemu-img", "create", "-q", "-f", "qcow2", path, str(10 * MIB))
    vm = subprocess.Popen(
        ["qemu-io", "-f", "qcow2", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert vm.stdin is not None
        assert vm.stdout is not None
        vm.stdin.write(b"length\n")
        vm.stdin.flush()
        assert vm.stdout.readline()
        target = ExistingImageTarget(path, SIZE, "qcow2", ZeroPolicy.DISCARD, allow_larger=False)
        with pytest.raises(TargetError, match="is in use by qemu-io"):
            target.open()
    finally:
        vm.communicate(b"quit\n")


def test_a_temporary_name_is_respected(tmp_path: Path) -> None:
    path = tmp_path / "disk.qcow2"
    temporary_path(path).write_bytes(b"half")
    with pytest.raises(TargetError, match="unfinished output"):
        new_target(path, "qcow2").open()
    assert temporary_path(path).read_bytes() == b"half"
