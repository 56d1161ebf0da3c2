"""Raw files as targets, and the writing that all targets share."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.storage.devices import MIB, loop_device, mounted, opened
from vmatui.errors import TargetError
from vmatui.storage.newfile import temporary_path
from vmatui.storage.rawfile import RawFileTarget
from vmatui.storage.targets import Target
from vmatui.storage.writing import MAX_PIECES, cut, without, write_all


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "disk-a.raw"


def names_in(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


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


def test_an_existing_file_is_refused(path: Path) -> None:
    path.write_bytes(b"old")
    with pytest.raises(TargetError, match=r"disk-a\.raw exists already"):
        RawFileTarget(path, 4096).open()
    assert names_in(path.parent) == {"disk-a.raw"}
    assert path.read_bytes() == b"old"


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


@pytest.mark.parametrize("offset", [0, 600, 1000, 1024, 5000])
def test_nothing_is_written_at_or_past_the_size(path: Path, offset: int) -> None:
    target = RawFileTarget(path, 1000)
    target.open()
    target.writev(offset, [memoryview(b"a" * 300), memoryview(b""), memoryview(b"b" * 900)])
    target.finish()
    assert path.read_bytes() == (bytes(offset) + b"a" * 300 + b"b" * 900)[:1000].ljust(1000, b"\0")


def test_an_empty_file_can_be_restored(path: Path) -> None:
    target = RawFileTarget(path, 0)
    target.open()
    target.writev(0, [memoryview(b"")])
    target.finish()
    assert path.read_bytes() == b""


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


@pytest.mark.root
def test_a_full_file_system_is_said_with_path_and_offset(tmp_path: Path) -> None:
    with mounted("tmpfs", tmp_path / "small", "-t", "tmpfs", "-o", "size=1m") as folder:
        target = RawFileTarget(folder / "disk.raw", 64 * MIB)
        target.open()
        target.writev(32 * MIB, [memoryview(bytes(MIB // 2))])
        with pytest.raises(TargetError) as caught:
            target.writev(4096, [memoryview(bytes(MIB))])
        assert str(caught.value) == (
            f"cannot write at offset 4096 of {folder}/disk.raw: No space left on device; "
            "make room there or choose another place"
        )
        target.discard()
        assert names_in(folder) == set()


def test_more_pieces_than_one_call_takes_are_all_written(path: Path) -> None:
    pieces = [bytes([number % 251]) * (number % 7) for number in range(3 * MAX_PIECES + 5)]
    target = RawFileTarget(path, 20000)
    target.open()
    target.writev(7, [memoryview(piece) for piece in pieces])
    target.finish()
    assert path.read_bytes().rstrip(b"\0") == (bytes(7) + b"".join(pieces)).rstrip(b"\0")


def test_a_file_is_written_with_one_call_where_that_suffices(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    real = os.pwritev

    def counted(fd: int, views: Sequence[memoryview], offset: int) -> int:
        calls.append(offset)
        return real(fd, views, offset)

    monkeypatch.setattr(os, "pwritev", counted)
    target = RawFileTarget(path, 8 * MIB)
    target.open()
    target.writev(4096, [memoryview(bytes(65536))] * 59)
    target.finish()
    assert calls == [4096]


PIECES = st.lists(st.binary(max_size=20), max_size=12)


@given(PIECES, st.integers(1, 9))
def test_short_writes_are_continued(pieces: list[bytes], most: int) -> None:
    written = bytearray(300)

    def short(_: int, views: Sequence[memoryview], offset: int) -> int:
        data = b"".join(views)[:most]
        written[offset : offset + len(data)] = data
        return len(data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "pwritev", short)
        write_all(0, 5, [memoryview(piece) for piece in pieces])
    assert written == (bytes(5) + b"".join(pieces)).ljust(300, b"\0")


@given(PIECES, st.integers(-3, 300))
def test_pieces_are_divided_without_loss(pieces: list[bytes], length: int) -> None:
    views = [memoryview(piece) for piece in pieces]
    whole = b"".join(pieces)
    assert b"".join(cut(views, length)) == whole[: max(length, 0)]
    assert b"".join(without(views, max(length, 0))) == whole[max(length, 0) :]


def test_bytes_that_do_not_reach_the_disk_never_get_the_final_name(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(fd: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    target = RawFileTarget(path, 4096)
    target.open()
    monkeypatch.setattr(os, "fdatasync", fail)
    for end in (target.sync, target.finish, target.keep_incomplete):
        with pytest.raises(TargetError, match=f"^cannot write all of {path}: Input/output error; "):
            end()
    target.discard()
    assert names_in(path.parent) == set()


def test_files_are_not_left_open(path: Path) -> None:
    with opened(path.parent, os.O_RDONLY) as first:
        pass
    for end in ("finish", "discard", "keep_incomplete"):
        target = RawFileTarget(path, 512, overwrite=True)
        target.open()
        getattr(target, end)()
    with opened(path.parent, os.O_RDONLY) as last:
        assert last == first
