"""What a raw file as a target never overwrites, and where there can be none."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.storage.devices import MIB, loop_device
from tests.storage.outputting import names_in
from vmatui.errors import TargetError
from vmatui.storage.newfile import temporary_path
from vmatui.storage.rawfile import RawFileTarget


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "disk-a.raw"


def test_an_existing_file_is_refused(path: Path) -> None:
    path.write_bytes(b"old")
    with pytest.raises(TargetError, match=r"disk-a\.raw exists already"):
        RawFileTarget(path, 4096).open()
    assert names_in(path.parent) == {"disk-a.raw"}
    assert path.read_bytes() == b"old"


def test_a_file_that_appears_meanwhile_is_not_overwritten(path: Path) -> None:
    target = RawFileTarget(path, 4)
    target.open()
    path.write_bytes(b"theirs")
    with pytest.raises(TargetError, match="exists already"):
        target.finish()
    target.discard()
    assert path.read_bytes() == b"theirs"
    assert names_in(path.parent) == {"disk-a.raw"}


def test_without_hard_links_a_name_is_still_never_taken_away(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    target = RawFileTarget(path, 4)
    target.open()
    path.write_bytes(b"theirs")
    with pytest.raises(TargetError, match="exists already"):
        target.finish()
    path.unlink()
    target.discard()
    target.open()
    target.writev(0, [memoryview(b"ours")])
    target.finish()
    assert path.read_bytes() == b"ours"
    assert names_in(path.parent) == {"disk-a.raw"}


@pytest.mark.parametrize("kind", ["link", "folder", "fifo"])
def test_what_is_no_regular_file_is_never_replaced(path: Path, kind: str) -> None:
    if kind == "link":
        path.with_name("real").write_bytes(b"old")
        path.symlink_to("real")
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    before = path.lstat()
    with pytest.raises(TargetError, match="not a regular file"):
        RawFileTarget(path, 4096, overwrite=True).open()
    assert path.lstat() == before
    assert not temporary_path(path).exists()


def test_a_link_in_place_of_the_temporary_name_is_not_followed(path: Path) -> None:
    temporary_path(path).symlink_to("victim")
    with pytest.raises(TargetError, match="in the way"):
        RawFileTarget(path, 4096).open()
    assert names_in(path.parent) == {"tmp-disk-a.raw"}


def test_a_missing_folder_and_a_name_too_long_are_said(path: Path) -> None:
    with pytest.raises(TargetError, match=r"cannot create .*/no/x: No such file or directory; "):
        RawFileTarget(path.parent / "no" / "x", 4096).open()
    with pytest.raises(TargetError, match="File name too long"):
        RawFileTarget(path.parent / ("x" * 255), 4096).open()
    with pytest.raises(TargetError, match=r"null (byte|character)"):
        RawFileTarget(path.parent / "a\0b", 4096).open()


def test_a_size_that_the_file_system_cannot_hold_leaves_nothing(path: Path) -> None:
    with pytest.raises(TargetError, match=r"cannot create .*disk-a\.raw: (File too large|Invalid)"):
        RawFileTarget(path, (1 << 63) - 1).open()
    assert names_in(path.parent) == set()


@pytest.mark.root
def test_a_file_that_is_somebodys_disk_is_not_replaced(path: Path) -> None:
    with loop_device(path, MIB) as device:
        target = RawFileTarget(path, MIB, overwrite=True)
        with pytest.raises(TargetError, match=f"is in use by {device}; release it"):
            target.open()
        assert names_in(path.parent) == {"disk-a.raw"}
