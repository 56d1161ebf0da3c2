from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.running import Result, run, start
from tests.damage import CONFIGS, DAMAGED, DISKS
from tests.forge import Disk, forge, noise

IMAGES = {disk.name: disk.image() for disk in DISKS}
SKIP = ["skip=drive-scsi0", "skip=drive-efidisk0"]
LISTED = 6
"""Lines of the list."""


def restore(
    *lines: str, words: tuple[str, ...] = (), exit_code: int = 0, archive: str = "sound.vma"
) -> Result:
    """Restore to `out` with a map of these lines."""
    Path("map").write_text("".join(f"{line}\n" for line in lines))
    return run("extract", "-r", "map", archive, "out", *words, exit_code=exit_code)


def files_in(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


@pytest.fixture(autouse=True)
def target(folder: Path) -> Path:
    """A disk of the size of the first device, used before."""
    (folder / "disk").write_bytes(b"\xff" * DISKS[0].size)
    return folder / "disk"


def test_the_lines_of_v_are_those_of_a_restore_without_a_map(folder: Path) -> None:
    plain = run("extract", "-v", "sound.vma", "plain").lines
    listed = run("list", "sound.vma").lines
    words = ("-v", "-d", "drive-scsi0,vmstate")
    mapped = restore("1:drive-scsi0=disk", words=words).lines
    progress = [line for line in plain if not line.startswith("DEVINFO")]
    assert mapped == listed + progress
    assert Path("disk").read_bytes() == IMAGES["drive-scsi0"]


def test_a_zero_keeps_what_is_in_the_target_where_the_device_is_zero(folder: Path) -> None:
    restore("format=raw:0:drive-scsi0=disk", "skip=drive-efidisk0")
    image = IMAGES["drive-scsi0"]
    blocks = range(0, len(image), 4096)
    expected = [image[at : at + 4096].strip(b"\0") and image[at : at + 4096] for at in blocks]
    written = Path("disk").read_bytes()
    found = [written[at : at + 4096] for at in blocks]
    assert found == [block or b"\xff" * 4096 for block in expected]


def test_the_memory_of_the_vm_goes_to_the_folder_unless_the_map_names_it(folder: Path) -> None:
    restore(*SKIP)
    assert files_in("out") == {**CONFIGS, "vmstate.bin": IMAGES["vmstate"]}
    restore(*SKIP, "skip=vmstate", words=("--overwrite",))
    Path("memory").write_bytes(b"\xff" * DISKS[2].size)
    restore(*SKIP, "1:vmstate=memory", words=("--overwrite", "--skip", "drive-scsi0"))
    assert Path("memory").read_bytes() == IMAGES["vmstate"]


def test_the_map_may_come_from_standard_input(folder: Path) -> None:
    process = start(["extract", "-r", "-", "sound.vma", "out"], stdin=subprocess.PIPE)
    lines = b"format=raw:1:drive-scsi0=disk\nskip=drive-efidisk0\ndone\nnot read\n"
    process.communicate(lines)
    assert process.returncode == 0
    assert Path("disk").read_bytes() == IMAGES["drive-scsi0"]


def test_a_device_that_the_archive_does_not_have_is_passed_over(folder: Path) -> None:
    result = restore("1:drive-scsi0=disk", "0:nosuch=nowhere", "skip=drive-efidisk0")
    assert "warning: the archive has no device nosuch, which the map names" in result.stderr
    assert Path("disk").read_bytes() == IMAGES["drive-scsi0"]


def test_devices_of_one_limit_are_restored(folder: Path) -> None:
    Path("efi").write_bytes(b"\xff" * DISKS[1].size)
    options = "throttling.bps=100000000:throttling.group=g"
    restore(f"{options}:1:drive-scsi0=disk", f"{options}:1:drive-efidisk0=efi")
    assert Path("disk").read_bytes() == IMAGES["drive-scsi0"]
    assert Path("efi").read_bytes() == IMAGES["drive-efidisk0"]


def test_a_dry_run_reads_the_map_and_writes_nothing(folder: Path) -> None:
    result = restore("1:drive-scsi0=disk", "skip=drive-efidisk0", words=("--dry-run",))
    assert "disk" in result.lines[LISTED]
    assert result.lines[LISTED + 1] == "drive-efidisk0: skipped"
    result = restore(*SKIP[1:], "1:drive-scsi0=.", words=("--plan",), exit_code=4)
    assert result.lines[-1].startswith("problem: ")
    assert not Path("out").exists()
    assert Path("disk").read_bytes() == b"\xff" * DISKS[0].size


@pytest.mark.parametrize(
    ("lines", "exit_code", "message"),
    [
        ([], 2, "no device name mapping for drive-scsi0: add a line to the map"),
        (["1:drive-scsi0=disk"], 2, "no device name mapping for drive-efidisk0"),
        (["drive-scsi0=disk"], 2, "line 1 of the map: parse error"),
        (["1:drive-scsi0=disk", "1:drive-efidisk0=disk"], 4, "in use as the target of drive-scsi0"),
        (["1:drive-scsi0=nosuch", "skip=drive-efidisk0"], 4, "nosuch: it does not exist"),
        (["1:drive-scsi0=out/nosuch", "skip=drive-efidisk0"], 4, "out/nosuch: it does not exist"),
        (["1:drive-scsi0=small", "skip=drive-efidisk0"], 4, "too small"),
        (["1:drive-scsi0=large", "skip=drive-efidisk0"], 4, "4 MiB larger"),
        (["1:drive-scsi0=sound.vma", "skip=drive-efidisk0"], 4, "the archive itself"),
        (["1:drive-scsi0=out/qemu-server.fw", "skip=drive-efidisk0"], 4, "in use as config"),
        (["1:drive-scsi0=.", "skip=drive-efidisk0"], 4, "is a folder"),
    ],
)
def test_a_map_that_cannot_be_followed_leaves_everything_as_it_was(
    lines: list[str], exit_code: int, message: str, folder: Path
) -> None:
    Path("small").write_bytes(b"\xff" * (DISKS[0].size - 512))
    Path("large").write_bytes(b"\xff" * (DISKS[0].size + (4 << 20) + 512))
    Path("map").touch()
    before = files_in(".")
    result = restore(*lines, exit_code=exit_code)
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert len(result.lines) == LISTED
    assert {**files_in("."), "map": b""} == before


def test_a_target_may_be_4_mib_larger_and_keeps_its_size(folder: Path) -> None:
    Path("disk").write_bytes(b"\xff" * (DISKS[0].size + (4 << 20)))
    restore("format=raw:1:drive-scsi0=disk", "skip=drive-efidisk0")
    written = Path("disk").read_bytes()
    assert written.startswith(IMAGES["drive-scsi0"])
    assert written[DISKS[0].size :] == b"\xff" * (4 << 20)


def test_devices_of_one_name_are_not_both_written_to_one_target(folder: Path) -> None:
    Path("twins.vma").write_bytes(forge([Disk("same", noise(512, seed)) for seed in (1, 2)]))
    Path("disk").write_bytes(b"\xff" * 512)
    result = restore("1:same=disk", archive="twins.vma", exit_code=4)
    assert "already in use as the target of same" in result.stderr


@pytest.mark.parametrize("name", ["qemu-server.conf", "vmstate.bin"])
def test_the_folder_is_overwritten_only_when_the_user_agrees(name: str, folder: Path) -> None:
    Path("out").mkdir()
    Path("out", name).write_bytes(b"old")
    result = restore(*SKIP, exit_code=4)
    assert result.lines == []
    assert f"out/{name} exists and would be overwritten" in result.stderr
    assert files_in("out") == {name: b"old"}
    restore("1:drive-scsi0=nosuch", SKIP[1], words=("--overwrite",), exit_code=4)
    assert set(files_in("out")) == {name}
    restore(*SKIP, words=("--overwrite",))
    assert files_in("out") == {**CONFIGS, "vmstate.bin": IMAGES["vmstate"]}


def test_a_faulty_archive_keeps_the_configs_and_names_the_targets(folder: Path) -> None:
    Path("faulty.vma").write_bytes(DAMAGED["missing-cluster"]())
    lines = ["1:drive-scsi0=disk", "skip=drive-efidisk0", "skip=vmstate"]
    result = restore(*lines, archive="faulty.vma", exit_code=1)
    assert "these are incomplete: " in result.stderr
    assert files_in("out") == CONFIGS


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-r", "map", "sound.vma"], "name a folder"),
        (["-r", "map", "sound.vma", "out", "--to", "1=disk"], "leave out --to"),
        (["-r", "map", "sound.vma", "out", "--format", "raw"], "leave out --to, --format"),
        (["-r", "map", "sound.vma", "out", "--zero", "zero"], "leave out --to, --format, --zero"),
        (["-r", "map", "sound.vma", "out", "--in-place"], "--in-place, or -r"),
        (["-r", "map", "sound.vma", "out", "--json"], "--json has no place"),
        (["-r", "-", "-", "out"], "cannot both come from standard input"),
        (["-r", "nosuch", "sound.vma", "out"], "unable to open fifo nosuch"),
    ],
)
def test_words_that_do_not_go_with_a_map_are_refused(
    words: list[str], message: str, folder: Path
) -> None:
    Path("map").write_text("\n".join(SKIP))
    assert message in run("extract", *words, exit_code=2).stderr
    assert not Path("out").exists()
