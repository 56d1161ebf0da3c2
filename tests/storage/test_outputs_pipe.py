"""Outputs that only go forward: standard output, a FIFO, a character device."""

from __future__ import annotations

import fcntl
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.storage.devices import MIB
from tests.storage.outputting import OPEN, output_to, run_python, write
from vmatui.errors import TargetError
from vmatui.storage.streaming import write_on


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vzdump.vma"


def test_standard_output_gets_the_archive(path: Path) -> None:
    code = OPEN + (
        "output.writev([memoryview(b'over'), memoryview(b' and out')])\n"
        "output.finish(); output.discard()\n"
        "print(output.name, output.written, file=sys.stderr)\n"
        "os.write(1, b'.')\n"
    )
    answer = run_python(code, "-")
    assert answer.stdout == "over and out."
    assert answer.stderr == "standard output 12\n"
    with path.open("wb") as file:
        subprocess.run([sys.executable, "-c", code, "-"], stdout=file, check=True)
    assert path.read_bytes() == b"over and out."


def test_a_terminal_is_no_place_for_an_archive() -> None:
    main, terminal = pty.openpty()
    try:
        answer = subprocess.run(
            [sys.executable, "-c", OPEN, "-"],
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(main)
        os.close(terminal)
    assert "standard output is a terminal: pipe it on or redirect it to a file" in answer.stderr


def test_a_closed_standard_output_is_said() -> None:
    command = ["sh", "-c", 'exec "$0" -c "$1" - >&-', sys.executable, OPEN]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "standard output cannot be opened: Bad file descriptor" in answer.stderr


def test_a_reader_of_standard_output_that_leaves_is_said() -> None:
    code = OPEN + "while True: output.writev([memoryview(bytes(65536))])\n"
    with subprocess.Popen(
        [sys.executable, "-c", code, "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        writer.stdout.read(10)
        writer.stdout.close()
        said = writer.stderr.read()
    assert "standard output was closed by its reader before the end of the archive" in said


def test_a_pipe_that_does_not_block_is_waited_for() -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETFL, os.O_NONBLOCK)
    got = bytearray()

    def drain() -> None:
        while data := os.read(reading, 1 << 16):
            got.extend(data)

    reader = threading.Thread(target=drain)
    data = os.urandom(MIB)
    first = os.write(writing, data)
    assert first < MIB  # now it is full
    reader.start()
    assert write_on(writing, [memoryview(data)[first:]]) == MIB - first
    os.close(writing)
    reader.join()
    os.close(reading)
    assert got == data


def test_a_fifo_is_written_to_its_reader(path: Path) -> None:
    os.mkfifo(path)
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as reader:
        output = output_to(path)
        output.open()
        write(output, b"through", b" the pipe")
        assert output.written == 16
        output.finish()
        output.discard()
        assert reader.communicate()[0] == b"through the pipe"
    assert path.is_fifo()


def test_a_fifo_whose_reader_leaves_is_said(path: Path) -> None:
    os.mkfifo(path)
    with subprocess.Popen(["head", "-c", "1", path], stdout=subprocess.PIPE) as reader:
        output = output_to(path)
        output.open()
        write(output, b"x")
        reader.wait()
        with pytest.raises(TargetError, match="was closed by its reader before the end of the arc"):
            write(output, b"y")
        output.discard()
    assert path.is_fifo()


def test_a_character_device_is_written_as_it_is() -> None:
    output = output_to("/dev/null")
    output.open()
    write(output, b"x" * 100)
    output.finish()
    assert output.written == 100
    with pytest.raises(TargetError, match="/dev/full cannot be written: No space left on device"):
        write_to_full()


def write_to_full() -> None:
    output = output_to("/dev/full")
    output.open()
    try:
        write(output, b"x")
    finally:
        output.discard()
