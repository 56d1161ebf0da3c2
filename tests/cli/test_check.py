from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.running import ROOT, run, run_process, start
from tests.damage import CONFIGS, DISKS, sound
from tests.forge import CLUSTER, Disk, forge, noise
from tests.storage.devices import MIB, loop_device
from tests.storage.devices import run as run_program
from tests.storage.disks import convert
from tests.tools import require_tool
from vmatui.cli.verbs import restore as restore_verb
from vmatui.engine.archive import Archive
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.restore import RestoreReport, restore

DISK = Path("out/disk-drive-scsi0.raw")
FILES = [str(DISK), "out/disk-drive-efidisk0.raw", "out/vmstate.bin"]


@pytest.fixture
def restored(folder: Path) -> Path:
    """A folder with the sound archive, and in `out` what was restored from it."""
    run("restore", "sound.vma", "out")
    return folder


def flip(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        old = os.pread(file.fileno(), 1, offset)
        os.pwrite(file.fileno(), bytes([old[0] ^ 1]), offset)


def test_a_restored_folder_is_equal_a_line_each(restored: Path) -> None:
    result = run("check", "sound.vma", "out")
    devices = [f"{disk.name}: equal to {file}" for disk, file in zip(DISKS, FILES, strict=True)]
    assert result.lines == [*devices, *(f"{name}: equal to out/{name}" for name in CONFIGS)]
    assert "structure: sound" in result.stderr


def test_a_difference_is_named_with_its_first_byte_and_exit_1(restored: Path) -> None:
    flip(DISK, 300_000)
    result = run("check", "sound.vma", "out", exit_code=1)
    assert result.lines[0] == (
        f"drive-scsi0: differs from {DISK} first at byte 300000: "
        "1 block in 1 of 12 clusters (cluster 4)"
    )
    assert result.lines[1] == f"drive-efidisk0: equal to {FILES[1]}"


def test_one_device_is_compared_where_it_was_put(restored: Path) -> None:
    moved = DISK.rename("elsewhere.img")
    result = run("check", "sound.vma", "--to", f"drive-scsi0={moved}")
    assert result.lines == [
        "drive-scsi0: equal to elsewhere.img",
        "drive-efidisk0: left out",
        "vmstate: left out",
    ]
    run("check", "sound.vma", "--to", f"1={moved}", "--skip", "3", "out")


def test_json_tells_everything_of_a_device(restored: Path) -> None:
    flip(DISK, 5)
    flip(DISK, 5 * CLUSTER)
    (restored / "out/qemu-server.fw").unlink()
    found = run("check", "sound.vma", "out", "--json", exit_code=1).json
    assert found["equal"] is False
    assert found["devices"][0] == {
        "dev_id": 1,
        "name": "drive-scsi0",
        "path": str(DISK),
        "equal": False,
        "size": 12 * CLUSTER,
        "target_size": 12 * CLUSTER,
        "clusters": 12,
        "compared": 12,
        "differing": 2,
        "differing_blocks": 2,
        "first_difference": 5,
        "ranges": [[0, 0], [5, 5]],
        "unreadable": 0,
        "unreadable_ranges": [],
        "read_error": None,
    }
    assert [config["equal"] for config in found["configs"]] == [True, False]
    assert found["verify"]["structure"] == "sound"


def test_a_faulty_archive_is_exit_1_even_where_all_it_holds_is_equal(folder: Path) -> None:
    run("restore", "faulty.vma", "out", exit_code=1)
    result = run("check", "faulty.vma", "out", exit_code=1)
    assert result.lines[0].startswith(f"drive-scsi0: equal to {DISK}.incomplete; ")
    assert "were not compared: the archive does not hold them" in result.lines[0]


def test_the_archive_may_come_through_a_pipe(restored: Path) -> None:
    with Path("sound.vma").open("rb") as archive:
        reader = subprocess.Popen(["cat"], stdin=archive, stdout=subprocess.PIPE)
        result = run_process("check", "-", "out", stdin=reader.stdout)
        reader.communicate()
    assert all(": equal to " in line for line in result.lines)


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["sound.vma"], 2, "nothing says what to compare"),
        (["sound.vma", "--to", "nothing=out"], 2, "the archive has no device nothing"),
        (["sound.vma", "--to", "1=a", "--to", "1=b"], 2, "has two targets"),
        (["sound.vma", "--to", "1=a", "--skip", "1"], 2, "both left out and compared"),
        (["sound.vma", "--to", "1=-"], 2, "cannot be read back"),
        (["sound.vma", "--to", "1=nbd://host/disk"], 2, "cannot be read back"),
        (["sound.vma", "--to", "1=none.raw"], 3, "none.raw does not exist"),
        (["sound.vma", "nowhere"], 3, "disk-drive-scsi0.raw does not exist"),
        (["sound.vma", "--to", "1=."], 3, "neither a file nor a block device"),
        (["none.vma", "out"], 3, "none.vma does not exist"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_sentence(
    words: list[str], status: int, sentence: str, restored: Path
) -> None:
    result = run("check", *words, exit_code=status)
    assert result.stdout == b""
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_disk_that_starts_like_an_image_is_compared_in_the_format_that_was_said(
    folder: Path,
) -> None:
    disk = Disk("scsi0", noise(3 * CLUSTER))
    (folder / "disk.raw").write_bytes(disk.image())
    inner = convert(folder / "disk.raw", folder / "inner.qcow2", "qcow2")
    outer = Disk("scsi0", inner.read_bytes())
    (folder / "outer.vma").write_bytes(forge([outer]))
    run("check", "outer.vma", "--to", f"1={inner}", exit_code=1)
    run("check", "outer.vma", "--to", f"1={inner}", "--format", "raw")
    (folder / "disk.vma").write_bytes(forge([disk]))
    run("check", "disk.vma", "--to", f"1={inner}")
    run("check", "disk.vma", "--to", f"1={inner}", "--format", "scsi0=raw", exit_code=1)


def test_read_errors_of_a_target_are_told_and_nothing_is_called_equal(restored: Path) -> None:
    trace = [require_tool("strace"), "-f", "-o", "/dev/null", "-P", str(DISK.resolve())]
    trace += ["-e", "inject=preadv,preadv2:error=EIO"]
    done = subprocess.run(
        [*trace, sys.executable, "-m", "vmatui", "check", "sound.vma", "out"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 1, done.stderr
    assert lines[0].startswith(f"drive-scsi0: not equal to {DISK}; ")
    assert f"{DISK} cannot be read at offset 0: Input/output error; check the disk" in lines[0]
    assert lines[1] == f"drive-efidisk0: equal to {FILES[1]}"


def test_hostile_names_reach_the_terminal_only_as_escapes(folder: Path) -> None:
    (folder / "a.vma").write_bytes(forge([Disk("\x1b[31m", noise(9))], [("\x1b.conf", b"x")]))
    run("restore", "a.vma", "out")
    result = run("check", "a.vma", "out")
    assert b"\x1b" not in result.stdout
    assert result.lines[0].startswith(r"\x1b[31m: equal to out/")


@pytest.mark.root
def test_a_restore_onto_a_block_device_reads_it_back(folder: Path) -> None:
    with loop_device(folder / "image", 4 * MIB) as device:
        words = ["--to", f"1={device}", "--skip", "2", "--skip", "3", "--overwrite", "--check"]
        result = run("restore", "sound.vma", *words)
        assert f"drive-scsi0: equal to {device}" in result.lines
        flip(device, 11 * CLUSTER)
        result = run("check", "sound.vma", "--to", f"1={device}", exit_code=1)
        assert "first at byte 720896" in result.lines[0]


@pytest.mark.root
def test_a_target_in_use_is_compared_with_a_warning(restored: Path) -> None:
    with loop_device(DISK) as device:
        result = run("check", "sound.vma", "--to", f"1={DISK}")
        assert f"is in use by {device}: what changes while it is read" in result.stderr


@pytest.mark.parametrize("format", ["qcow2", "vmdk", "vhdx", "vdi"])
def test_a_restore_into_an_image_is_read_back_as_the_disk_in_it(format: str, folder: Path) -> None:
    result = run("restore", "sound.vma", "out", "--format", f"1={format}", "--check")
    assert f"drive-scsi0: equal to {folder}/out/disk-drive-scsi0.{format}" in result.lines
    result = run("check", "sound.vma", "out", "--format", f"1={format}")
    assert result.lines[0] == f"drive-scsi0: equal to out/disk-drive-scsi0.{format}"


def test_a_restore_that_checks_says_it_as_json_too(folder: Path) -> None:
    found = run("restore", "sound.vma", "out", "--check", "--json").json
    assert found["check"]["equal"] is True
    assert [device["compared"] for device in found["check"]["devices"]] == [12, 9, 4]
    assert "check" not in run("restore", "sound.vma", "out2", "--json").json


def test_a_disk_that_did_not_keep_what_was_written_fails_the_restore(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def restore_badly(archive: Archive, plan: RestorePlan, **_: object) -> RestoreReport:
        report = restore(archive, plan)
        flip(DISK, 70_000)
        return report

    monkeypatch.setattr(restore_verb, "restore", restore_badly)
    result = run("restore", "sound.vma", "out", "--check", exit_code=1)
    assert "differs from" in result.lines[2]
    assert "first at byte 70000" in result.lines[2]


def test_an_incomplete_output_is_read_back_under_its_name(folder: Path) -> None:
    result = run("restore", "faulty.vma", "out", "--check", exit_code=1)
    assert any(".incomplete; " in line and "equal to" in line for line in result.lines)


@pytest.mark.parametrize("archive", ["-", "fifo", "/dev/stdin"])
def test_a_pipe_cannot_be_checked_and_nothing_is_written(archive: str, folder: Path) -> None:
    os.mkfifo("fifo")
    with Path("sound.vma").open("rb") as file:
        reader = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE)
        words = ["restore", archive, "out", "--check"]
        result = run_process(*words, stdin=reader.stdout, exit_code=2)
        reader.communicate()
    assert "can be read only once, --check reads the archive again" in result.stderr
    assert not Path("out").exists()


def is_open(name: str, process: int) -> bool:
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since
            if descriptor.readlink().name == name:
                return True
    return False


def test_a_stopped_check_ends_with_130(restored: Path) -> None:
    os.mkfifo("fifo")
    process = start(["check", "fifo", "out"])
    writer = os.open("fifo", os.O_WRONLY)
    os.write(writer, sound().build()[: sound().extent_offsets[1]])
    # The targets are opened before anything of the archive is compared.
    while not is_open("vmstate.bin", process.pid):
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    stdout, stderr = process.communicate()
    os.close(writer)
    assert (process.returncode, stdout) == (130, b"")
    assert stderr.decode() == "vmatui: stopped by the user\n"


def test_the_reference_images_of_qemu_are_understood(restored: Path) -> None:
    image = convert(DISK, restored / "disk.qcow2", "qcow2")
    run("check", "sound.vma", "--to", f"1={image}")
    run_program("qemu-io", "-f", "qcow2", "-c", "write -P 7 0x30000 512", image)
    result = run("check", "sound.vma", "--to", f"1={image}", exit_code=1)
    assert "first at byte 196608: 1 block in 1 of 12 clusters (cluster 3)" in result.lines[0]
