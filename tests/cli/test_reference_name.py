"""What a program called `vma` owes those who think that it is the reference."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Result, called_vma, start
from tests.damage import CONFIGS, DAMAGED, DISKS
from tests.forge import forge

ENV = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "TZ": "UTC"}


def vma(*words: str, exit_code: int = 0) -> Result:
    """Run the link named `vma` in the current folder."""
    process = start(words, program=["./bin/vma"])
    out, err = process.communicate()
    result = Result(process.returncode, out, err.decode())
    assert process.returncode == exit_code, result
    return result


@pytest.fixture(autouse=True)
def program(folder: Path) -> None:
    (folder / "bin").mkdir()
    called_vma(folder / "bin")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["sound.vma"],
        ["."],
        ["restore", "sound.vma", "out"],
        ["demo"],
        ["--help"],
        ["--version"],
        ["-h"],
        ["list", "-h", "sound.vma"],
        ["verify"],
        ["config", "a", "b"],
        ["extract", "sound.vma", "out", "more"],
    ],
    ids=" ".join,
)
def test_what_the_reference_does_not_know_is_answered_with_its_usage(words: list[str]) -> None:
    result = vma(*words, exit_code=1)
    assert result.lines[0] == "usage: vma command [command options]"
    assert len(result.lines) == 7
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["list", "sound.vma", "--json"], "list: invalid option -- '-'"),
        (["verify", "-vq", "sound.vma"], "verify: invalid option -- 'q'"),
        (["config", "sound.vma", "-c"], "config: option requires an argument -- 'c'"),
        (["extract", "sound.vma", "out", "-r"], "extract: option requires an argument -- 'r'"),
        (["extract", "sound.vma", "--to", "1=x"], "extract: invalid option -- '-'"),
    ],
)
def test_an_option_of_ours_is_as_unknown_as_any_other(words: list[str], message: str) -> None:
    result = vma(*words, exit_code=1)
    assert result.stderr == f"{message}\n"
    assert result.lines[0].startswith("usage: ")


@pytest.mark.parametrize("words", [["extract", "sound.vma", ""], ["create", "new.vma", "a="]])
def test_an_empty_path_is_not_this_folder(words: list[str]) -> None:
    assert "an empty path names nothing" in vma(*words, exit_code=2).stderr


def test_options_stand_anywhere_and_together() -> None:
    expected = CONFIGS["qemu-server.fw"]
    for words in (["-c", "qemu-server.fw", "sound.vma"], ["sound.vma", "-cqemu-server.fw"]):
        assert vma("config", *words).stdout == expected
    result = vma("extract", "-vd", "drive-efidisk0,nosuch", "sound.vma", "--", "out")
    assert result.lines[0] == "DEVINFO out/tmp-disk-drive-efidisk0.raw 540672"
    assert {path.name for path in Path("out").iterdir()} == {"disk-drive-efidisk0.raw", *CONFIGS}


def test_a_job_that_ends_well_says_nothing_beside_its_lines() -> None:
    assert vma("verify", "sound.vma") == Result(0, b"", "")
    assert vma("extract", "sound.vma", "out").stderr == ""
    assert vma("create", "new.vma", "-d", "format=raw:a=out/disk-drive-scsi0.raw").stderr == ""
    assert vma("extract", "-d", "a", "new.vma", "out2").stderr == ""
    assert Path("out2/disk-a.raw").read_bytes() == DISKS[0].image()


def test_a_config_comes_alone_even_if_there_is_something_to_remark() -> None:
    Path("odd.vma").write_bytes(DAMAGED["unsafe-name"]())
    Path("twins.vma").write_bytes(
        forge([], [("qemu-server.conf", b"a"), ("qemu-server.conf", b"b")])
    )
    for name in ("odd.vma", "twins.vma"):
        assert vma("config", name).stderr == ""
        assert vma("list", name).stderr == ""


def test_errors_go_by_the_name_and_hold_the_words_of_the_reference() -> None:
    assert vma("list", "nosuch", exit_code=3).stderr.startswith("vma: nosuch does not exist")
    result = vma("verify", "faulty.vma", exit_code=1)
    assert "(wrong vma extent header chechsum)" in result.stderr
    assert "payload" not in result.stderr
    result = vma("extract", "faulty.vma", "out", exit_code=1)
    assert "vma: the archive has errors, so these are incomplete: " in result.stderr
    result = vma("create", "new.vma", "-d", "a=sound.vma", exit_code=2)
    assert result.stderr.startswith("vma: no format specified for 'a=sound.vma'")
    Path("taken.vma").touch()
    words = ["create", "taken.vma", "-d", "format=raw:a=sound.vma"]
    assert vma(*words, exit_code=4).stderr.startswith("vma: ")


def test_the_module_is_the_reference_too_when_started_by_its_name() -> None:
    done = subprocess.run(
        ["vma", "-m", "vmatui"],
        executable=sys.executable,
        env=ENV,
        capture_output=True,
        check=False,
    )
    assert done.stdout.startswith(b"usage: vma ")
    assert done.returncode == 1


def test_only_the_name_itself_is_the_reference() -> None:
    Path("bin/vma2").symlink_to("vmatui")
    process = start(["list", "--json", "sound.vma"], program=["./bin/vma2"])
    assert process.communicate()[0].startswith(b"{")
