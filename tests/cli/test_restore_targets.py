"""What `restore` says of targets, and what it prints where one is standard output."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import run, start
from tests.damage import DISKS
from tests.storage.devices import MIB
from tests.storage.devices import run as run_program
from tests.tools import require_tool

REST = ["--skip", "2", "--skip", "3"]


def test_a_format_is_said_for_one_device_or_for_all(folder: Path) -> None:
    require_tool("qemu-nbd")
    run("restore", "sound.vma", "out", "--format", "qcow2", "--format", "2=vmdk", "--skip", "3")
    names = {path.name for path in Path("out").glob("disk-*")}
    assert names == {"disk-drive-scsi0.qcow2", "disk-drive-efidisk0.vmdk"}
    Path("raw").write_bytes(DISKS[0].image())
    image = Path("out/disk-drive-scsi0.qcow2")
    run_program("qemu-img", "compare", "-f", "raw", "-F", "qcow2", Path("raw"), image)


def test_a_device_goes_to_standard_output_and_all_talk_elsewhere(folder: Path) -> None:
    process = start(["restore", "sound.vma", "--to", "1=-", *REST])
    stdout, stderr = process.communicate()
    assert process.returncode == 0
    assert stdout == DISKS[0].image()
    assert b"drive-scsi0: restored to standard output" in stderr


def test_a_device_goes_to_a_redirected_file(folder: Path) -> None:
    words = [sys.executable, "-m", "vmatui", "restore", "sound.vma", "--to", "1=-", *REST]
    with Path("disk.raw").open("wb") as file:
        subprocess.run(words, stdout=file, check=True)
    assert Path("disk.raw").read_bytes() == DISKS[0].image()


def test_standard_output_full_of_a_device_has_no_place_for_more(folder: Path) -> None:
    words = ["restore", "sound.vma", "--to", "1=-", *REST]
    for option in ("--json", "-v"):
        assert "goes to standard output" in run(*words, option, exit_code=2).stderr
    both = ["--to", "2=-", "--skip", "3"]
    result = run("restore", "sound.vma", "--to", "1=-", *both, exit_code=4)
    assert "- is already in use as the target of drive-scsi0" in result.stderr
    assert "to standard output" in run(*words, "--plan").lines[0]


def test_a_far_larger_target_needs_consent(folder: Path) -> None:
    Path("old").write_bytes(b"\xff" * 16 * MIB)
    words = ["restore", "sound.vma", "--to", "1=old", *REST, "--in-place", "--overwrite"]
    assert "--allow-larger" in run(*words, exit_code=4).stderr
    run(*words, "--allow-larger", "--zero", "zero", "--limit", "1G")
    image = DISKS[0].image()
    assert Path("old").read_bytes() == image + b"\xff" * (16 * MIB - len(image))


def test_the_plan_tells_scripts_everything(folder: Path) -> None:
    size = len(DISKS[0].image())
    Path("old").write_bytes(bytes(size))
    words = ["--to", "1=old", *REST, "--in-place", "--zero", "1=sparse", "--overwrite"]
    plan = run("restore", "sound.vma", *words, "--plan", "--json").json
    planned = plan["devices"][0]
    assert (planned["kind"], planned["format"], planned["zero"]) == ("file", "raw", "sparse")
    assert planned["room"] == size
    assert planned["in_use"] is None
    assert "not zeroed first" in plan["warnings"][-1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--zero", "wipe"], "'wipe' is none of sparse, zero, discard"),
        (["--zero", "=zero"], "is not [DEV=]VALUE"),
        (["--format", "1=qcow2", "--format", "drive-scsi0=raw"], "said twice of drive-scsi0"),
        (["--format", "nosuch=raw"], "no device nosuch"),
        (["--limit", "fast"], "is no rate"),
    ],
)
def test_words_that_make_no_sense_are_refused(words: list[str], message: str, folder: Path) -> None:
    assert message in run("restore", "sound.vma", "out", *words, exit_code=2).stderr
    assert not Path("out").exists()


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_a_write_that_fails_ends_with_one_sentence_and_can_be_gone_on_with(
    folder: Path, error: str
) -> None:
    strace = require_tool("strace")
    words = [strace, "-f", "-o", "/dev/null", "-e", f"inject=pwritev,pwritev2:error={error}:when=1"]
    words += [sys.executable, "-m", "vmatui", "restore", "sound.vma", "--to", "1=disk.raw", *REST]
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    assert result.returncode == 4
    assert "vmatui: cannot write at offset " in result.stderr
    assert "disk.raw: " in result.stderr
    assert {path.name for path in Path().glob("*disk.raw*")} == {
        "tmp-disk.raw",
        "unfinished-restore-disk.raw.vmatui",
    }
    run("restore", "sound.vma", "--to", "1=disk.raw", *REST, "--resume")
    assert [path.name for path in Path().glob("*disk.raw*")] == ["disk.raw"]
