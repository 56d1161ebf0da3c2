from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path

import pytest

from vmatui.storage import writeout
from vmatui.storage.newfile import NewFile
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
    out.wait()
    assert synced == []
    out.add(fd, 1)
    out.wait()
    out.add(fd, 9)
    out.wait()
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
    out.wait()
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
    out.wait()
    monkeypatch.setattr(os, "fdatasync", lambda _fd: None)  # as the system does the next time
    for _ in range(2):
        with pytest.raises(OSError, match="Input/output error"):
            out.sync(fd)
    with pytest.raises(OSError, match="Input/output error"):
        out.add(fd, 1)
    os.close(fd)


def test_a_sync_waits_for_the_one_that_runs_and_hears_what_that_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()
    running: list[int] = []

    def sync(fd: int) -> None:
        """Fail once, like the system, and in the middle of another sync."""
        assert not running
        running.append(fd)
        if not begun.is_set():
            begun.set()
            assert may_end.wait(60)
            running.clear()
            raise OSError(errno.EIO, "Input/output error")
        running.clear()

    monkeypatch.setattr(writeout, "_STEP", 1)
    monkeypatch.setattr(os, "fdatasync", sync)
    fd = _open(tmp_path / "file")
    out = WriteOut()
    out.add(fd, 1)
    assert begun.wait(60)
    threading.Timer(0.05, may_end.set).start()
    with pytest.raises(OSError, match="Input/output error"):
        out.sync(fd)
    os.close(fd)


def test_a_file_that_is_put_aside_can_be_taken_up_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writeout, "_STEP", 1)
    monkeypatch.setattr(os, "fdatasync", lambda _fd: time.sleep(0.2))
    first = NewFile(tmp_path / "file", overwrite=False)
    first.create()
    identity = first.identity
    first.writev(0, [memoryview(b"data")])
    first.suspend()
    second = NewFile(tmp_path / "file", overwrite=False)
    second.reopen(identity)
    second.discard()
