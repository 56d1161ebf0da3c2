"""A `vmatui create` that ends early: by a signal, killed, on a full disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, run, start
from tests.creating import raw_file
from tests.forge import CLUSTER, noise
from tests.storage.devices import mounted
from tests.storage.disks import wait_for_end

EXTENT = 58 * CLUSTER


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with two disks the current one."""
    raw_file(tmp_path / "efi.raw", noise(540672))
    raw_file(tmp_path / "big.raw", noise(EXTENT) * 4)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _made(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"efi.raw", "big.raw"}


def _slow_create(*words: str) -> subprocess.Popen[bytes]:
    """Start a create that waits long before its third extent, and wait for its first."""
    process = start(["create", "-v", *words, "--limit", "64K", "big.raw"])
    assert process.stderr is not None
    while b"progress 25%" not in process.stderr.readline():
        assert process.poll() is None
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_it_and_nothing_is_left(number: signal.Signals, here: Path) -> None:
    process = _slow_create("a.vma")
    process.send_signal(number)
    _, stderr = process.communicate()
    assert (process.returncode, stderr) == (130, b"vmatui: stopped by the user\n")
    assert _made(here) == set()


def test_ctrl_c_ends_the_wait_for_a_reader_that_never_comes(here: Path) -> None:
    os.mkfifo("fifo")
    process = start(["create", "-v", "fifo", "efi.raw"])
    assert process.stderr is not None
    assert process.stderr.readline() == b"progress 0% 0/540672 0\n"
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate()
    assert (process.returncode, stderr) == (130, b"vmatui: stopped by the user\n")


def test_ctrl_c_ends_a_command_that_reads_no_more(here: Path) -> None:
    # Once it has read the header, nothing but its pipe is in the way.
    command = "exec:head -c 12800 >header; echo $$ >pid; exec sleep 1000"
    process = start(["create", command, "big.raw"])
    while not (Path("pid").exists() and Path("pid").read_text()):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate()
    assert (process.returncode, stderr) == (130, b"vmatui: stopped by the user\n")
    wait_for_end(int(Path("pid").read_text()))


def test_a_killed_create_leaves_no_archive(here: Path) -> None:
    process = _slow_create("a.vma")
    process.kill()
    process.communicate()
    assert _made(here) == {"tmp-a.vma"}


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        ("os.open", set()),
        ("os.writev", {"tmp-a.vma"}),
        ("os.preadv", {"tmp-a.vma"}),
        ("os.fdatasync", {"tmp-a.vma"}),
        ("os.link", {"tmp-a.vma"}),
    ],
)
def test_killed_at_any_step_it_leaves_no_archive(moment: str, left: set[str], here: Path) -> None:
    code = f"""
import os, signal, sys
from vmatui.__main__ import main
true = {moment}
def die(*arguments, **options):
    if "{moment}" != "os.open" or "tmp-a.vma" in str(arguments[0]):
        os.kill(os.getpid(), signal.SIGKILL)
    return true(*arguments, **options)
{moment} = die
sys.argv = ["vmatui", "create", "a.vma", "efi.raw"]
main()
"""
    process = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert process.returncode == -signal.SIGKILL
    assert _made(here) - {"tmp-a.vma"} == set()
    assert _made(here) <= left


@pytest.mark.root
def test_a_full_disk_ends_it_with_one_sentence_and_leaves_nothing(here: Path) -> None:
    with mounted("tmpfs", here / "small", "-t", "tmpfs", "-o", "size=1m") as small:
        result = run("create", small / "a.vma", "big.raw", exit_code=4)
        assert list(small.iterdir()) == []
    warning, sentence = result.stderr.splitlines()
    assert warning.startswith("warning: the archive needs up to 14.5 MiB")
    assert "No space left on device" in sentence
