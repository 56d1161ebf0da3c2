from __future__ import annotations

import os
import pty
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.compressors import COMPRESSORS
from tests.storage.streams import read_all, sample
from vmatui.errors import SourceError
from vmatui.storage.faults import Compression, StreamState
from vmatui.storage.source import open_source

DATA = sample(300_000)
EACH = pytest.mark.parametrize("compression", COMPRESSORS)


@contextmanager
def standard_input(fd: int) -> Iterator[None]:
    """Have a descriptor as standard input for a while."""
    saved = os.dup(0)
    os.dup2(fd, 0)
    try:
        yield
    finally:
        os.dup2(saved, 0)
        os.close(saved)


def written(fd: int, data: bytes) -> threading.Thread:
    """Write to a descriptor and close it, in a thread."""

    def write() -> None:
        with os.fdopen(fd, "wb") as file:
            file.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    return thread


@EACH
def test_a_file_is_opened_by_its_magic_and_not_by_its_name(
    tmp_path: Path, compression: str
) -> None:
    path = tmp_path / "named-wrongly.tar.zip"
    path.write_bytes(COMPRESSORS[compression](DATA))
    with open_source(path) as source:
        assert source.compression == compression
        assert source.name == str(path)
        assert source.disk_size == path.stat().st_size
        assert source.seekable is (compression == "none")
        assert source.stream is StreamState.UNREAD
        assert read_all(source) == DATA
        assert source.position == len(DATA)
        assert source.disk_position == path.stat().st_size
        assert source.take_faults() == []
        sound = StreamState.ABSENT if compression == "none" else StreamState.SOUND
        assert source.stream is sound


@EACH
def test_a_pipe_on_standard_input_loses_no_byte_and_stays_open(compression: str) -> None:
    reading, writing = os.pipe()
    packed = COMPRESSORS[compression](DATA)
    writer = written(writing, packed)
    with standard_input(reading):
        os.close(reading)
        with open_source("-") as source:
            assert (source.name, source.seekable, source.disk_size) == ("-", False, None)
            assert source.compression == compression
            assert read_all(source) == DATA
            assert source.disk_position == len(packed)
        assert stat.S_ISFIFO(os.fstat(0).st_mode)
    writer.join()


@EACH
def test_a_named_pipe_is_read(tmp_path: Path, compression: str) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(COMPRESSORS[compression](DATA),))
    writer.start()
    with open_source(path) as source:
        assert source.disk_size is None
        assert read_all(source) == DATA
    writer.join()


@pytest.mark.parametrize("path", ["/dev/stdin", "/proc/self/fd/0"])
def test_a_path_to_standard_input_is_a_pipe(path: str) -> None:
    reading, writing = os.pipe()
    writer = written(writing, DATA)
    with standard_input(reading):
        os.close(reading)
        with open_source(path) as source:
            assert read_all(source) == DATA
    writer.join()


def test_process_substitution_is_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "archive.gz"
    path.write_bytes(COMPRESSORS["gzip"](DATA))
    code = (
        "import sys; from vmatui.storage.source import open_source; "
        "s = open_source(sys.argv[1]); b = memoryview(bytearray(400000)); "
        "n = s.readv([b]); sys.stdout.buffer.write(b[:n])"
    )
    command = ["bash", "-c", '"$0" -c "$1" <(gzip -dc "$2")', sys.executable, code, str(path)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == DATA


def test_a_file_on_standard_input_can_be_sought_in(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(DATA)
    with (tmp_path / "archive").open("rb") as file, standard_input(file.fileno()):
        source = open_source("-")
        source.seek(200_000)
        assert source.seekable
        assert read_all(source) == DATA[200_000:]


def test_a_half_read_file_on_standard_input_is_read_on_from_there(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(b"read before" + DATA)
    with (tmp_path / "archive").open("rb") as file, standard_input(file.fileno()):
        os.read(0, 11)
        source = open_source("-")
        assert not source.seekable
        assert source.disk_size == len(DATA)
        assert read_all(source) == DATA


def test_a_pipe_that_was_made_non_blocking_is_waited_for() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with standard_input(reading):
        os.close(reading)
        opening = threading.Timer(0, written, (writing, DATA))
        opening.start()
        with open_source("-") as source:
            assert read_all(source) == DATA
        assert source.take_faults() == []
        opening.join()


@pytest.mark.parametrize("size", [1, 8, 63, 64, 65])
def test_a_source_shorter_than_any_header_is_given_as_it_is(tmp_path: Path, size: int) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"x" * size,))
    writer.start()
    with open_source(path) as source:
        assert source.compression is Compression.NONE
        assert read_all(source, 40, 10) == b"x" * size
        assert source.stream is StreamState.ABSENT
    writer.join()


def refused(path: str | os.PathLike[str]) -> str:
    with pytest.raises(SourceError) as caught:
        open_source(path)
    assert caught.value.exit_code == 3
    return str(caught.value)


def test_what_cannot_be_opened_is_named_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "empty.vma"
    path.touch()
    assert refused(path) == f"{path} is empty (0 bytes): name another archive"
    assert refused("/dev/null") == "/dev/null is empty (0 bytes): name another archive"
    assert refused(tmp_path) == f"{tmp_path} is a folder: name an archive in it"
    assert refused(tmp_path / "no") == f"{tmp_path / 'no'} does not exist: check the path"
    assert "cannot be opened: Not a directory" in refused(path / "below")
    assert refused("a\0b") == "a\\x00b is no path that can exist: check it"


def test_a_medium_whose_first_bytes_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "archive").write_bytes(DATA)

    def fail(fd: int, length: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", fail)
    assert refused(tmp_path / "archive").endswith("cannot be read: Input/output error")


def test_a_file_of_another_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", deny)
    assert refused("/root/a\x1b[1m.vma") == (
        "/root/a\\x1b[1m.vma may not be read by this user: try as root"
    )


def test_a_terminal_is_refused_instead_of_waited_for() -> None:
    master, terminal = pty.openpty()
    with standard_input(terminal):
        assert refused("-") == "standard input is a terminal: pipe an archive into it"
    os.close(master)
    os.close(terminal)


def test_an_empty_or_unreadable_standard_input_is_named() -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    with standard_input(null):
        assert refused("-") == "standard input is empty (0 bytes): name another archive"
    os.close(null)
    null = os.open(os.devnull, os.O_WRONLY)
    with standard_input(null):
        assert refused("-") == "standard input cannot be read: Bad file descriptor"
    os.close(null)


def test_a_refused_path_leaves_no_descriptor_open(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    before = sorted(Path("/proc/self/fd").iterdir())
    for path in (tmp_path / "empty", tmp_path, tmp_path / "no"):
        refused(path)
    assert sorted(Path("/proc/self/fd").iterdir()) == before
