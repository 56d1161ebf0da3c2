"""A shell command as an output: its exit status counts, and it never sees a false end."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

import pytest

from tests.storage.devices import MIB
from tests.storage.disks import wait_for_end
from tests.storage.outputting import OPEN, output_to, run_python, write
from vmatui.errors import TargetError
from vmatui.storage.outputs import Output


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vzdump.vma"


def write_and_finish(output: Output) -> None:
    write(output, b"x")
    output.finish()


def test_a_command_gets_the_archive_on_its_standard_input(path: Path) -> None:
    output = output_to(f"exec:cat >'{path}'; echo done >>'{path}'")
    output.open()
    write(output, b"a", b"b" * MIB)
    output.finish()
    output.discard()
    assert output.written == MIB + 1
    assert path.read_bytes() == b"a" + b"b" * MIB + b"done\n"


def test_what_a_command_prints_goes_where_ours_goes() -> None:
    code = OPEN + "output.writev([memoryview(b'tr')]); output.finish()\n"
    assert run_python(code, "exec:tr a-z A-Z").stdout == "TR"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("cat >/dev/null; exit 3", "failed with exit status 3; check it"),
        (
            "cat >/dev/null; echo no >&2; echo 'no \033 room' >&2; exit 1",
            "exit status 1: no \\x1b room",
        ),
        ("nosuchcommand", "failed with exit status 127: "),
        ("cat >/dev/null; kill -9 $$", "was killed by signal 9; check it"),
        ("true", "stopped reading before the end of the archive; check it"),
        ("exec >&2; cat >/dev/null; yes | head -c 100000; echo; echo end; false", "status 1: end"),
    ],
)
def test_a_command_that_fails_is_told_in_its_own_words(command: str, said: str) -> None:
    output = output_to(f"exec:{command}")
    output.open()
    with pytest.raises(TargetError) as caught:
        write_and_finish(output)
    output.discard()
    assert str(caught.value).startswith("the command `")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("true", "stopped reading before the end of the archive; check it"),
        ("exec <&-; echo full >&2; exit 9", "failed with exit status 9: full"),
    ],
)
def test_a_command_that_stops_reading_is_said(command: str, said: str) -> None:
    output = output_to(f"exec:{command}")
    output.open()
    with pytest.raises(TargetError) as caught:
        write(output, bytes(4 * MIB))
    output.discard()
    assert said in str(caught.value)


def test_a_command_never_takes_a_part_for_the_whole(path: Path) -> None:
    part = path.with_name("part")
    output = output_to(f"exec:cat >'{part}' && mv '{part}' '{path}'")
    output.open()
    write(output, b"half")
    output.discard()
    output.discard()
    assert not path.exists()


def test_no_part_of_a_discarded_pipeline_sees_the_end(path: Path) -> None:
    started = path.with_name("started")
    os.mkfifo(started)
    deaf = f"trap '' TERM INT HUP; read pid _ </proc/self/stat; echo $pid >'{started}'"
    last = f"({deaf}; cat; echo whole)"
    output = output_to(f"exec:cat | {last} >'{path}'")
    output.open()
    write(output, b"half")
    pid = int(started.read_text())
    output.discard()
    wait_for_end(pid)
    assert path.read_bytes() in (b"", b"half")


def test_a_shell_that_cannot_be_started_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(subprocess, "Popen", fail)
    with pytest.raises(TargetError, match=r"the command `x` cannot be run: .*Resource temp"):
        output_to("exec:x").open()
    with pytest.raises(TargetError, match="cannot be run"):
        output_to("exec:a\0b").open()
