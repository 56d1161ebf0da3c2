"""Raw files as targets: their names, their rights, and what is left of them at any end."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.storage.devices import MIB, opened
from tests.storage.outputting import names_in
from vmatui.errors import TargetError
from vmatui.storage.newfile import temporary_path
from vmatui.storage.rawfile import RawFileTarget
from vmatui.storage.targets import Target


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "disk-a.raw"


def test_a_finished_file_has_the_bytes_the_size_and_only_the_final_name(path: Path) -> None:
    target: Target = RawFileTarget(path, 10 * MIB + 512)
    target.open()
    target.prepare(lambda _: None, lambda: False)
    target.writev(MIB, [memoryview(b"one"), memoryview(b"two")])
    target.sync()
    target.finish()
    target.discard()
    assert names_in(path.parent) == {"disk-a.raw"}
    with path.open("rb") as file:
        assert file.read(MIB) == bytes(MIB)
        assert file.read(6) == b"onetwo"
        assert not any(file.read())
    assert path.stat().st_size == 10 * MIB + 512
    assert path.stat().st_blocks * 512 < MIB


def test_the_final_name_does_not_exist_before_the_end(path: Path) -> None:
    target = RawFileTarget(path, 4096)
    target.open()
    target.writev(0, [memoryview(b"x" * 4096)])
    target.sync()
    assert names_in(path.parent) == {"tmp-disk-a.raw"}
    target.finish()
    assert names_in(path.parent) == {"disk-a.raw"}


def test_a_killed_job_leaves_only_a_temporary_name_which_the_next_one_respects(path: Path) -> None:
    code = (
        "import os, pathlib, signal, sys\n"
        "from vmatui.storage.rawfile import RawFileTarget\n"
        "target = RawFileTarget(pathlib.Path(sys.argv[1]), 1 << 20)\n"
        "target.open(); target.writev(0, [memoryview(b'half')])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    answer = subprocess.run([sys.executable, "-c", code, path], check=False)
    assert answer.returncode == -signal.SIGKILL
    assert names_in(path.parent) == {"tmp-disk-a.raw"}
    again = RawFileTarget(path, 1 << 20)
    with pytest.raises(TargetError, match=r"unfinished output .*/tmp-disk-a\.raw; remove it"):
        again.open()
    again.discard()
    assert temporary_path(path).read_bytes().startswith(b"half")


def test_a_discarded_file_is_gone_however_often(path: Path) -> None:
    target = RawFileTarget(path, 4096)
    target.discard()
    target.open()
    target.writev(0, [memoryview(b"x")])
    target.discard()
    target.discard()
    assert names_in(path.parent) == set()


def test_a_new_file_is_private_and_a_replaced_one_hands_its_rights_down(path: Path) -> None:
    old_mask = os.umask(0)
    try:
        for mode in (0o600, 0o640):
            target = RawFileTarget(path, 512, overwrite=True)
            target.open()
            assert stat.S_IMODE(temporary_path(path).stat().st_mode) == 0o600
            target.finish()
            target.discard()
            assert stat.S_IMODE(path.stat().st_mode) == mode
            path.chmod(0o640)
    finally:
        os.umask(old_mask)


@pytest.mark.root
def test_a_replaced_file_hands_its_owner_down(path: Path) -> None:
    path.write_bytes(b"old")
    os.chown(path, 1234, 4321)
    target = RawFileTarget(path, 512, overwrite=True)
    target.open()
    target.finish()
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


def test_a_file_that_may_be_overwritten_is_untouched_to_the_end(path: Path) -> None:
    path.write_bytes(b"old")
    for end in ("discard", "finish"):
        target = RawFileTarget(path, 4, overwrite=True)
        target.open()
        target.writev(0, [memoryview(b"new!")])
        target.sync()
        assert path.read_bytes() == b"old"
        getattr(target, end)()
    assert path.read_bytes() == b"new!"
    assert names_in(path.parent) == {"disk-a.raw"}


def test_what_is_kept_incomplete_says_so_under_a_name_of_its_own(path: Path) -> None:
    expected = ["disk-a.raw.incomplete", "disk-a.raw.incomplete-2", "disk-a.raw.incomplete-3"]
    for number, name in enumerate(expected):
        target = RawFileTarget(path, 4)
        target.open()
        target.writev(0, [memoryview(b"%04d" % number)])
        assert target.keep_incomplete() == str(path.with_name(name))
        target.discard()
    assert names_in(path.parent) == set(expected)
    assert [path.with_name(name).read_bytes() for name in expected] == [b"0000", b"0001", b"0002"]


def test_an_old_file_survives_an_incomplete_new_one(path: Path) -> None:
    path.write_bytes(b"old")
    target = RawFileTarget(path, 4, overwrite=True)
    target.open()
    target.keep_incomplete()
    assert path.read_bytes() == b"old"
    assert names_in(path.parent) == {"disk-a.raw", "disk-a.raw.incomplete"}


def test_an_empty_file_can_be_restored(path: Path) -> None:
    target = RawFileTarget(path, 0)
    target.open()
    target.writev(0, [memoryview(b"")])
    target.finish()
    assert path.read_bytes() == b""


def test_files_are_not_left_open(path: Path) -> None:
    with opened(path.parent, os.O_RDONLY) as first:
        pass
    for end in ("finish", "discard", "keep_incomplete"):
        target = RawFileTarget(path, 512, overwrite=True)
        target.open()
        getattr(target, end)()
        target.discard()
    with opened(path.parent, os.O_RDONLY) as last:
        assert last == first
