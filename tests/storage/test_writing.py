"""The writing that all targets share, seen at raw files."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.storage.devices import MIB, mounted
from tests.storage.outputting import names_in
from vmatui.errors import TargetError
from vmatui.storage.rawfile import RawFileTarget
from vmatui.storage.writing import MAX_PIECES, cut, without, write_all


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "disk-a.raw"


@pytest.mark.parametrize("offset", [0, 600, 1000, 1024, 5000])
def test_nothing_is_written_at_or_past_the_size(path: Path, offset: int) -> None:
    target = RawFileTarget(path, 1000)
    target.open()
    target.writev(offset, [memoryview(b"a" * 300), memoryview(b""), memoryview(b"b" * 900)])
    target.finish()
    assert path.read_bytes() == (bytes(offset) + b"a" * 300 + b"b" * 900)[:1000].ljust(1000, b"\0")


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
