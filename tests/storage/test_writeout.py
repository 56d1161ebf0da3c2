from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from vmatui.storage import writeout
from vmatui.storage.writeout import WriteOut


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let ten bytes be worth a sync, and note the number of the file of each."""
    noted: list[int] = []
    monkeypatch.setattr(writeout, "_STEP", 10)
    monkeypatch.setattr(os, "fdatasync", lambda fd: noted.append(os.fstat(fd).st_ino))
    return noted


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT)


def test_many_bytes_are_synced_and_few_are_not(tmp_path: Path, synced: list[int]) -> None:
    fd = _open(tmp_path / "file")
    out = WriteOut()
    out.add(fd, 9)
    out.settle()
    assert synced == []
    out.add(fd, 1)
    out.settle()
    out.add(fd, 9)
    out.settle()
    assert synced == [os.fstat(fd).st_ino]
    os.close(fd)


def test_the_file_may_be_closed_while_it_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, noted = threading.Event(), threading.Event(), list[int]()

    def sync(fd: int) -> None:
        begun.set()
        may_end.wait()
        noted.append(os.fstat(fd).st_ino)

    monkeypatch.setattr(writeout, "_STEP", 1)
    monkeypatch.setattr(os, "fdatasync", sync)
    fd = _open(tmp_path / "file")
    number = os.fstat(fd).st_ino
    out = WriteOut()
    out.add(fd, 1)
    begun.wait()
    out.add(fd, 1)  # not a second one beside it
    os.close(fd)
    may_end.set()
    out.settle()
    assert noted == [number]


def test_what_cannot_get_to_the_disk_is_told_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(writeout, "_STEP", 1)
    monkeypatch.setattr(os, "fdatasync", fail)
    fd = _open(tmp_path / "file")
    out = WriteOut()
    out.add(fd, 1)
    for _ in range(2):
        with pytest.raises(OSError, match="Input/output error"):
            out.settle()
    with pytest.raises(OSError, match="Input/output error"):
        out.add(fd, 1)
    os.close(fd)
