from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.running import start
from tests.damage import sound
from vmatui.cli.interruption import Interruption
from vmatui.errors import CancelledError

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
CUT = sound().extent_offsets[3]
"""So much of the archive comes; its reader needs the fourth extent's header to go on."""


@contextmanager
def endless_archive(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run on a FIFO whose writer never ends; when this yields, the job is under way."""
    os.mkfifo("fifo")
    process = start(words)
    writer = os.open("fifo", os.O_WRONLY)
    try:
        os.write(writer, sound().build()[:CUT])
        assert process.stdout is not None
        while b"progress" not in process.stdout.readline():
            assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.communicate()
        os.close(writer)


def _interrupt_three_times(process: subprocess.Popen[bytes]) -> bytes:
    """Press Ctrl-C twice, and once more when the program has said that it stops."""
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert process.stderr.readline() == b"vmatui: stopped by the user\n"
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate()
    assert stderr == b""
    return stdout


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_stops_a_restore_and_takes_its_outputs_back(
    number: signal.Signals, folder: Path
) -> None:
    with endless_archive("restore", "-v", "fifo", "out") as process:
        assert list(Path("out").iterdir())
        process.send_signal(number)
        _, stderr = process.communicate()
    assert process.returncode == 130
    assert stderr == b"vmatui: stopped by the user\n"
    assert not Path("out").exists()


def test_ctrl_c_over_and_over_changes_nothing(folder: Path) -> None:
    with endless_archive("restore", "-v", "fifo", "out") as process:
        _interrupt_three_times(process)
    assert process.returncode == 130
    assert not Path("out").exists()


def test_a_stopped_restore_leaves_an_existing_file_as_it_was(folder: Path) -> None:
    Path("disk").write_bytes(b"precious")
    words = ["--to", "1=disk", "--skip", "2", "--skip", "3", "--overwrite"]
    with endless_archive("restore", "-v", "fifo", *words) as process:
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode == 130
    assert Path("disk").read_bytes() == b"precious"
    assert {path.name for path in Path().iterdir()} == {"sound.vma", "faulty.vma", "fifo", "disk"}


def test_ctrl_c_stops_a_verification_and_says_so_in_json(folder: Path) -> None:
    with endless_archive("verify", "-v", "fifo") as process:
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
    assert process.returncode == 130
    assert stderr == b"vmatui: stopped by the user\n"


@pytest.mark.parametrize("verb", ["list", "config", "verify"])
def test_ctrl_c_over_and_over_ends_the_wait_for_a_header_that_never_comes(
    verb: str, folder: Path
) -> None:
    os.mkfifo("fifo")
    process = start([verb, "fifo", "--json"])
    writer = os.open("fifo", os.O_WRONLY)  # returns when the program has opened it
    stdout = _interrupt_three_times(process)
    os.close(writer)
    assert process.returncode == 130
    assert stdout == b'{"schema": 1, "archive": "fifo", "error": "stopped by the user"}\n'


@pytest.mark.parametrize("number", SIGNALS)
def test_before_a_job_the_first_signal_raises(number: signal.Signals) -> None:
    with Interruption():
        with pytest.raises(CancelledError):
            signal.raise_signal(number)
        signal.raise_signal(number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_short_piece_of_work_is_done_before_a_signal_counts(number: signal.Signals) -> None:
    done = []

    def work(interruption: Interruption) -> None:
        with interruption.postponed():
            signal.raise_signal(number)
            done.append(number)

    with Interruption() as interruption:
        with interruption.postponed():
            pass
        with pytest.raises(CancelledError):
            work(interruption)
    assert done == [number]


@pytest.mark.parametrize("number", SIGNALS)
def test_during_a_job_a_signal_sets_the_event(number: signal.Signals) -> None:
    with Interruption() as interruption:
        cancel = interruption.hand_over()
        assert not cancel.is_set()
        signal.raise_signal(number)
        signal.raise_signal(number)
        assert cancel.is_set()


def test_the_handlers_of_before_come_back() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with Interruption():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interruption():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
