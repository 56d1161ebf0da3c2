from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from vmatui.cli.mapinput import read_lines
from vmatui.errors import UsageError


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "fifo")
    return tmp_path / "fifo"


def writing(fifo: Path, *pieces: bytes) -> threading.Thread:
    """Return a thread that opens the FIFO, and writes one piece after the other to it."""

    def write() -> None:
        with fifo.open("wb", buffering=0) as file:
            for piece in pieces:
                file.write(piece)

    return threading.Thread(target=write)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"one", ["one"]),
        (b"one\n\ntwo\n", ["one", "", "two"]),
        (b"one\r\n\xff\n", ["one\r", "\udcff"]),
        (b"x" * 100_000 + b"\ny", ["x" * 100_000, "y"]),
    ],
)
def test_a_file_is_read_line_by_line(data: bytes, lines: list[str], tmp_path: Path) -> None:
    (tmp_path / "map").write_bytes(data)
    assert list(read_lines(str(tmp_path / "map"))) == lines


def test_a_fifo_is_read_to_the_end_in_whatever_pieces_it_comes(fifo: Path) -> None:
    thread = writing(fifo, b"on", b"e\ntwo\nth", b"ree")
    thread.start()
    assert list(read_lines(str(fifo))) == ["one", "two", "three"]
    thread.join()


def test_a_line_is_there_before_the_next_is_written(fifo: Path) -> None:
    asked = threading.Event()
    wait: Callable[[], object] = asked.wait

    def write() -> None:
        with fifo.open("wb", buffering=0) as file:
            file.write(b"one\n")
            wait()
            file.write(b"two\n")

    thread = threading.Thread(target=write)
    thread.start()
    lines = read_lines(str(fifo))
    assert next(lines) == "one"
    asked.set()
    assert list(lines) == ["two"]
    thread.join()


def test_a_writer_that_says_nothing_ends_the_map(fifo: Path) -> None:
    thread = writing(fifo)
    thread.start()
    assert list(read_lines(str(fifo))) == []
    thread.join()


def test_what_cannot_be_opened_or_read_is_named(tmp_path: Path) -> None:
    for where, reason in ((tmp_path / "missing", "unable to open fifo"), (tmp_path, "be read")):
        with pytest.raises(UsageError, match=reason) as caught:
            list(read_lines(str(where)))
        assert str(where) in str(caught.value)
    with pytest.raises(UsageError, match="unable to open fifo"):
        list(read_lines("a\0b"))


def test_something_endless_is_no_map() -> None:
    with pytest.raises(UsageError, match="/dev/zero goes on for over 1 MiB"):
        list(read_lines("/dev/zero"))
