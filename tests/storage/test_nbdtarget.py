"""Exports as targets: qemu's real server, and servers that are odd, broken or hostile."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.storage.devices import MIB
from tests.storage.nbdanswers import GO, GREETING, export, reply
from tests.storage.nbdservers import served
from vmatui.errors import CancelledError, TargetError
from vmatui.storage.destination import ZeroPolicy
from vmatui.storage.exportwriting import ExportWriting
from vmatui.storage.nbdstream import NbdError, NbdStream
from vmatui.storage.nbdtarget import NbdTarget
from vmatui.storage.nbduri import NbdAddress, parse_nbd_uri
from vmatui.storage.nbdwriter import NbdRefusedError, NbdWriter

SIZE = 5 * MIB + 512
DISCARD = ZeroPolicy.DISCARD
HANDSHAKE = GREETING + export(SIZE) + reply(GO, 1)
"""Of a server that can neither flush nor write zeroes by itself."""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A file of 0xff."""
    path = tmp_path / "disk.img"
    path.write_bytes(b"\xff" * (8 * MIB))
    return path


def target_of(uri: str, size: int = SIZE, zero: ZeroPolicy = DISCARD) -> NbdTarget:
    return NbdTarget(uri, size, zero, allow_larger=False)


@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
@pytest.mark.parametrize("zero", [ZeroPolicy.ZERO, ZeroPolicy.DISCARD])
def test_an_export_holds_what_was_written_and_zeros(
    image: Path, tcp: bool, zero: ZeroPolicy
) -> None:
    with served(image, "--discard=unmap", tcp=tcp) as server:
        target = target_of(server.uri, zero=zero)
        target.open()
        ticks: list[int] = []
        target.prepare(ticks.append, lambda: False)
        target.writev(MIB, [memoryview(b"one"), memoryview(b"two")])
        target.writev(SIZE - 1, [memoryview(b"xyz")])
        target.sync()
        target.finish()
        target.discard()
    assert ticks == [SIZE]
    expected = bytearray(SIZE)
    expected[MIB : MIB + 6] = b"onetwo"
    expected[-1:] = b"x"
    assert image.read_bytes() == bytes(expected) + b"\xff" * (8 * MIB - SIZE)


def test_space_is_kept_or_given_back_as_was_wished(image: Path) -> None:
    with served(image, "--discard=unmap") as server:
        for zero in (ZeroPolicy.ZERO, ZeroPolicy.DISCARD):
            target = target_of(server.uri, zero=zero)
            target.open()
            target.prepare(lambda _: None, lambda: False)
            target.finish()
            os.sync()
            is_small = image.stat().st_blocks * 512 < 4 * MIB
            assert is_small == (zero is ZeroPolicy.DISCARD)


def test_sparse_leaves_an_export_as_it_is(image: Path) -> None:
    with served(image) as server:
        target = target_of(server.uri, zero=ZeroPolicy.SPARSE)
        target.open()
        target.prepare(lambda _: None, lambda: False)
        target.finish()
    assert image.read_bytes() == b"\xff" * (8 * MIB)


def test_a_cancelled_job_stops_zeroing(image: Path) -> None:
    with served(image) as server:
        target = target_of(server.uri)
        target.open()
        with pytest.raises(CancelledError):
            target.prepare(lambda _: None, lambda: True)
        target.discard()
    assert image.read_bytes() == b"\xff" * (8 * MIB)


@pytest.mark.parametrize(
    ("options", "size", "problem"),
    [
        (["--read-only"], SIZE, "is read-only; choose another target"),
        ([], 9 * MIB, "has 8388608 bytes but 9437184 are needed"),
        ([], MIB, "over 4 MiB more than the 1048576 needed"),
    ],
)
def test_an_export_that_does_not_fit_is_refused(
    image: Path, options: list[str], size: int, problem: str
) -> None:
    with served(image, *options) as server, pytest.raises(TargetError, match=problem):
        target_of(server.uri, size).open()
    assert image.read_bytes() == b"\xff" * (8 * MIB)


def test_an_export_that_is_not_there_is_said(image: Path) -> None:
    with (
        served(image, export="other") as server,
        pytest.raises(TargetError, match=r"the server refuses: .*; check the server"),
    ):
        target_of(server.uri.replace("other", "disk")).open()


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    uri = f"nbd+unix:///x?socket={tmp_path}/none"
    with pytest.raises(TargetError, match=r"cannot connect to nbd.*No such file"):
        target_of(uri).open()


def test_a_server_that_is_killed_is_said_with_the_offset(image: Path) -> None:
    with served(image) as server:
        target = target_of(server.uri)
        target.open()
        server.process.kill()
        server.process.wait()
        with pytest.raises(TargetError, match=r"^cannot write at offset 4096 of nbd\+unix:.* gone"):
            target.writev(4096, [memoryview(bytes(4 * MIB))])
        target.discard()


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("nbd://host", NbdAddress("", "host")),
        ("nbd://host/", NbdAddress("", "host", 10809)),
        ("nbd://[::1]:99/a%20b/c", NbdAddress("a b/c", "::1", 99)),
        ("nbd+unix:///?socket=/a/../s", NbdAddress("", socket_path="/s")),
        ("nbd+unix:///e?socket=%2Fs", NbdAddress("e", socket_path="/s")),
    ],
)
def test_a_uri_leads_to_an_export(uri: str, address: NbdAddress) -> None:
    assert parse_nbd_uri(uri) == address


@pytest.mark.parametrize(
    "uri",
    [
        *("nbd://", "nbd://host:port/", "nbd://host:99999", "nbd://h/?socket=/s", "nbd+unix:///e"),
        *("nbd+unix://host/e?socket=/s", "nbd+unix:///?socket=/a&socket=/b", "nbd://[x"),
        "nbd://h/" + "x" * 5000,
    ],
)
def test_a_uri_that_leads_nowhere_is_refused(uri: str) -> None:
    with pytest.raises(TargetError, match="leads to no NBD export: write nbd://"):
        parse_nbd_uri(uri)


def answer(handle: int, error: int = 0) -> bytes:
    return struct.pack(">IIQ", 0x67446698, error, handle)


@contextmanager
def writer_of(answers: bytes, handshake: bytes = HANDSHAKE) -> Iterator[NbdWriter]:
    """Yield a client of a server that says all this, whatever it is told."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(handshake + answers)
        theirs.shutdown(socket.SHUT_WR)
        hearing = threading.Thread(target=_hear, args=(theirs,))
        hearing.start()
        try:
            yield NbdWriter(NbdStream(ours))
        finally:
            ours.close()
            hearing.join()


def _hear(connection: socket.socket) -> None:
    with suppress(ConnectionResetError):
        while connection.recv(1 << 16):
            pass


def write_some(writer: NbdWriter) -> None:
    for number in range(3):
        writer.write(number * 512, [memoryview(bytes(512))])
    writer.flush()


def test_answers_come_in_any_order() -> None:
    with writer_of(answer(2) + answer(3) + answer(1)) as writer:
        write_some(writer)


def test_a_refused_write_is_told_with_its_own_offset() -> None:
    with writer_of(answer(1) + answer(3, 28)) as writer:
        with pytest.raises(NbdRefusedError, match="No space left") as caught:
            write_some(writer)
        assert caught.value.offset == 1024


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (answer(9), "something that was not asked"),
        (answer(1) + answer(1), "something that was not asked"),
        (b"x" * 16, "something that was not asked"),
        (answer(1, 0xFFFF), "Input/output error"),
        (answer(1), "the connection was closed"),
    ],
)
def test_answers_that_make_no_sense_say_why(answers: bytes, reason: str) -> None:
    with writer_of(answers) as writer, pytest.raises(NbdError, match=reason):
        write_some(writer)


@given(st.integers(0, len(HANDSHAKE) + 47), st.integers(1, 255))
@settings(deadline=None, max_examples=200, derandomize=True)
def test_a_conversation_with_any_byte_changed_ends(place: int, change: int) -> None:
    said = bytearray(HANDSHAKE + answer(1) + answer(2) + answer(3))
    said[place] ^= change
    try:
        with writer_of(b"", bytes(said)) as writer:
            write_some(writer)
    except NbdError:
        return
    assert place < len(HANDSHAKE)


def test_a_server_without_zeroes_gets_them_written(image: Path) -> None:
    answers = b"".join(answer(number) for number in range(1, 7))
    with writer_of(answers) as writer:
        assert not writer.can_write_zeroes
        ticks: list[int] = []
        ExportWriting("x", SIZE, writer).make_zero(DISCARD, ticks.append, lambda: False)
    assert ticks == [SIZE]


def test_a_server_that_refuses_zeroes_gets_them_written() -> None:
    flags = 0b1000101
    said = reply(GO, 3, struct.pack(">HQH", 0, SIZE, flags)) + reply(GO, 1)
    answers = answer(1, 95) + b"".join(answer(number) for number in range(2, 8))
    with writer_of(answers, GREETING + said) as writer:
        assert writer.can_write_zeroes
        ExportWriting("x", SIZE, writer).make_zero(DISCARD, lambda _: None, lambda: False)


def test_a_full_server_says_to_make_room() -> None:
    with writer_of(answer(1, 28)) as writer:
        writing = ExportWriting("nbd://x/", SIZE, writer)
        writing.writev(4096, [memoryview(b"x")])
        with pytest.raises(
            TargetError, match=r"^cannot write at offset 4096 of nbd://x/: .*; make room there"
        ):
            writing.sync()
