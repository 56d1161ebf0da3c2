"""Standard output as a target: pipes, redirected files, and readers that go away."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.storage.devices import MIB, opened
from vmatui.errors import TargetError
from vmatui.storage.streamtarget import StreamTarget

SIZE = 3 * MIB + 100


class Reader:
    """Everything that came through a pipe."""

    data = b""


@contextmanager
def pipe_to(reader: Reader) -> Iterator[int]:
    out, into = os.pipe()

    def read() -> None:
        with os.fdopen(out, "rb") as file:
            reader.data = file.read()

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield into
    finally:
        os.close(into)
        thread.join()


def test_a_pipe_gets_zeros_for_what_is_left_out() -> None:
    reader = Reader()
    with pipe_to(reader) as fd:
        target = StreamTarget(SIZE, fd)
        target.open()
        assert target.is_pipe
        target.prepare(lambda _: None, lambda: False)
        target.writev(MIB, [memoryview(b"one"), memoryview(b"two")])
        target.writev(MIB + 6, [memoryview(b"three")])
        target.sync()
        target.finish()
    expected = bytearray(SIZE)
    expected[MIB : MIB + 11] = b"onetwothree"
    assert reader.data == expected


def test_what_comes_too_late_for_a_pipe_is_an_error_and_not_written() -> None:
    reader = Reader()
    with pipe_to(reader) as fd:
        target = StreamTarget(SIZE, fd)
        target.open()
        target.writev(512, [memoryview(b"x")])
        with pytest.raises(TargetError, match="the bytes at offset 0 come after those at 513"):
            target.writev(0, [memoryview(b"y")])
        target.keep_incomplete()
    assert reader.data == bytes(512) + b"x"


def test_a_redirected_file_is_written_in_any_order_and_reads_zero_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"head" + b"\xff" * 5 * MIB)
    with opened(path, os.O_RDWR) as fd:
        os.lseek(fd, 4, os.SEEK_SET)
        target = StreamTarget(SIZE, fd)
        target.open()
        target.prepare(lambda _: None, lambda: False)
        target.writev(2 * MIB, [memoryview(b"late")])
        target.writev(0, [memoryview(b"early")])
        target.finish()
        os.write(fd, b"tail")
    data = path.read_bytes()
    assert data[:9] == b"headearly"
    assert data[4 + 2 * MIB :][:4] == b"late"
    assert data[4 + SIZE :] == b"tail"
    assert len(data) - data.count(0) == 4 + 5 + 4 + 4
    assert path.stat().st_blocks * 512 < MIB


def test_a_file_that_is_appended_to_is_written_as_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"head")
    with opened(path, os.O_WRONLY | os.O_APPEND) as fd:
        target = StreamTarget(SIZE, fd)
        target.open()
        assert target.is_pipe
        target.writev(100, [memoryview(b"x")])
        target.finish()
    assert path.read_bytes() == b"head" + bytes(100) + b"x" + bytes(SIZE - 101)


def test_a_reader_that_goes_away_is_said() -> None:
    out, into = os.pipe()
    os.close(out)
    try:
        target = StreamTarget(SIZE, into)
        target.open()
        with pytest.raises(TargetError, match="closed by its reader at offset 0"):
            target.writev(0, [memoryview(b"x")])
    finally:
        os.close(into)


def test_a_terminal_gets_no_disk() -> None:
    controller, terminal = os.openpty()
    try:
        with pytest.raises(TargetError, match="is a terminal"):
            StreamTarget(SIZE, terminal).open()
    finally:
        os.close(controller)
        os.close(terminal)


def test_a_full_device_is_said() -> None:
    with opened(Path("/dev/full"), os.O_WRONLY) as fd:
        target = StreamTarget(SIZE, fd)
        target.open()
        with pytest.raises(TargetError, match="standard output: No space left on device"):
            target.writev(0, [memoryview(b"x")])
