"""The NBD client against servers that are odd, broken or hostile; qemu's stands in other tests."""

from __future__ import annotations

import socket
import struct
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.storage.nbdanswers import (
    GO,
    GREETING,
    HANDSHAKE,
    META,
    SIZE,
    STATUS_ID,
    STRUCTURED,
    chunk,
    client_of,
    data_at,
    error,
    export,
    hole_at,
    reply,
    status_of,
)
from vmatui.storage.nbd import NbdClient
from vmatui.storage.nbdstream import NbdClosedError, NbdError, NbdStream

ANSWERS = (
    status_of(1, (4096, 0), (65536, 3), (4096, 0))
    + data_at(3, 8192, b"b" * 4096)
    + data_at(2, 0, b"a" * 100, flags=0)
    + hole_at(2, 100, 3996)
)
FAR = 1 << 31


def named(value: object) -> str:
    """Name a case by the words in it."""
    return value if isinstance(value, str) else "answers"


def converse(client: NbdClient) -> tuple[list[tuple[int, bool]], bytes, bytes]:
    """Ask what `ANSWERS` answers."""
    ranges = client.status(0, SIZE)
    first, second = bytearray(4096), bytearray(4096)
    for read in client.start([(0, memoryview(first)), (8192, memoryview(second))]):
        client.wait(read)
    return ranges, bytes(first), bytes(second)


def test_answers_come_in_any_order_and_in_parts() -> None:
    with client_of(ANSWERS) as client:
        assert client.size == SIZE
        ranges, first, second = converse(client)
    assert ranges == [(4096, False), (65536, True), (4096, False)]
    assert first == b"a" * 100 + bytes(3996)
    assert second == b"b" * 4096


@given(st.integers(0, len(HANDSHAKE + ANSWERS) - 1))
@settings(deadline=None, max_examples=150, derandomize=True)
def test_a_conversation_that_is_cut_anywhere_ends(length: int) -> None:
    with pytest.raises(NbdClosedError), client_of(b"", (HANDSHAKE + ANSWERS)[:length]) as client:
        converse(client)


@given(st.integers(0, len(HANDSHAKE + ANSWERS) - 1), st.integers(1, 255))
@settings(deadline=None, max_examples=400, derandomize=True)
def test_a_conversation_with_any_byte_changed_ends(place: int, change: int) -> None:
    said = bytearray(HANDSHAKE + ANSWERS)
    said[place] ^= change
    try:
        with client_of(b"", bytes(said)) as client:
            ranges, first, second = converse(client)
    except NbdError:
        return
    assert 0 < sum(length for length, _ in ranges) <= SIZE
    assert len(first) == len(second) == 4096


@given(st.binary(max_size=300))
@settings(deadline=None, derandomize=True)
def test_any_answers_end(answers: bytes) -> None:
    with pytest.raises(NbdError), client_of(answers) as client:
        converse(client)


@pytest.mark.parametrize(
    ("handshake", "reason"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "this is no NBD server of today"),
        (GREETING[:-1] + b"\0", "this is no NBD server of today"),
        (GREETING + reply(STRUCTURED, FAR + 1), "the server has no structured replies"),
        (GREETING + reply(GO, 1), "an answer to something else"),
        (GREETING + b"x" * 20, "an answer to something else"),
        (
            GREETING + struct.pack(">QIII", 0x3E889045565A9, 8, 1, 1 << 30),
            "an answer of 1073741824",
        ),
        (GREETING + reply(STRUCTURED, 2) * 64, "too many answers"),
    ],
    ids=named,
)
def test_a_handshake_that_fails_says_why(handshake: bytes, reason: str) -> None:
    with pytest.raises(NbdError, match=reason), client_of(b"", handshake):
        raise AssertionError("the handshake was accepted")


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (reply(GO, FAR + 6, b"no such \x1b[31mexport"), "the server refuses: no such"),
        (reply(GO, 1), "the server gives no size that can be"),
        (export(1 << 63) + reply(GO, 1), "the server gives no size that can be"),
        (reply(GO, 3, struct.pack(">HQ", 0, SIZE)), "an answer of the wrong size"),
    ],
    ids=named,
)
def test_an_export_that_cannot_be_had_says_why(answers: bytes, reason: str) -> None:
    start = GREETING + reply(STRUCTURED, 1) + reply(META, 1)
    with pytest.raises(NbdError, match=reason), client_of(b"", start + answers):
        raise AssertionError("the export was accepted")


@pytest.mark.parametrize(
    "meta",
    [
        reply(META, FAR + 1),
        reply(META, 1),
        reply(META, 4, struct.pack(">I", STATUS_ID) + b"x:y") + reply(META, 1),
        reply(META, 4, b"") + reply(META, 1),
    ],
    ids=named,
)
def test_a_server_without_block_status_has_only_data(meta: bytes) -> None:
    handshake = GREETING + reply(STRUCTURED, 1) + meta + export() + reply(GO, 1)
    with client_of(b"", handshake) as client:
        assert client.status(4096, 8192) == [(8192, False)]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (data_at(1, 0, b"x" * 4097), "other bytes than those asked for"),
        (data_at(1, 1, b"x" * 4096), "other bytes than those asked for"),
        (data_at(1, FAR, b"x" * 4096), "other bytes than those asked for"),
        (data_at(1, 0, b""), "other bytes than those asked for"),
        (chunk(1, 1, b"1234567"), "an answer of the wrong size"),
        (data_at(1, 0, b"x" * 4095), "too few bytes"),
        (data_at(1, 0, b"x" * 4096, flags=0) + data_at(1, 0, b"x"), "other bytes than those"),
        (hole_at(1, 0, (1 << 32) - 1), "other bytes than those asked for"),
        (chunk(1, 2, b"12345678"), "of a kind that does not fit"),
        (chunk(1, 0), "too few bytes"),
        (chunk(1, 0, b"x"), "of a kind that does not fit"),
        (chunk(1, 6), "of a kind that does not fit"),
        (status_of(1, (4096, 0)), "of a kind that does not fit"),
        (data_at(2, 0, b"x" * 4096), "something that was not asked"),
        (struct.pack(">IIQ", 0x67446698, 0, 1).ljust(20, b"x"), "something that was not asked"),
        (chunk(1, 0x8001, b"abc"), "an answer of the wrong size"),
        (struct.pack(">IHHQI", 0x668E33EF, 1, 0x8001, 1, 1 << 31), "an answer of 2147483648 bytes"),
        (error(1, 5), "Input/output error"),
        (error(1, 28, b"\xff\xfe no room", offset=512), "No space left on device"),
        (error(1, 0), "Input/output error"),
    ],
    ids=named,
)
def test_a_read_that_fails_says_why(answer: bytes, reason: str) -> None:
    with client_of(answer) as client:
        (read,) = client.start([(0, memoryview(bytearray(4096)))])
        with pytest.raises(NbdError, match=reason):
            client.wait(read)


def test_after_an_error_the_next_answers_are_understood() -> None:
    answers = (
        error(1, 5, b"bad sector") + data_at(2, 0, b"good") + error(3, 22) + status_of(4, (9, 2))
    )
    with client_of(answers) as client:
        view = bytearray(4)
        bad, good = client.start([(512, memoryview(bytearray(4))), (0, memoryview(view))])
        with pytest.raises(NbdError, match="Input/output error"):
            client.wait(bad)
        client.wait(good)
        assert view == b"good"
        with pytest.raises(NbdError, match="Invalid argument"):
            client.status(0, 9)
        assert client.status(0, 9) == [(9, True)]


def test_an_error_after_some_data_is_an_error() -> None:
    with client_of(data_at(1, 0, b"ab", flags=0) + error(1, 5)) as client:
        (read,) = client.start([(0, memoryview(bytearray(4)))])
        with pytest.raises(NbdError, match="Input/output error"):
            client.wait(read)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (status_of(1), "no block status"),
        (status_of(1, (0, 0)), "no block status"),
        (chunk(1, 0), "no block status"),
        (status_of(1, (4096, 0), context=STATUS_ID + 1), "a kind that was not asked for"),
        (chunk(1, 5, b"abc"), "wrong size"),
        (chunk(1, 5, struct.pack(">I", STATUS_ID) + b"1234567"), "wrong size"),
        (struct.pack(">IHHQI", 0x668E33EF, 1, 5, 1, (1 << 32) - 1), "an answer of 4294967295"),
        (data_at(1, 0, b"x"), "of a kind that does not fit"),
    ],
    ids=named,
)
def test_block_status_that_makes_no_sense_says_why(answer: bytes, reason: str) -> None:
    with client_of(answer) as client, pytest.raises(NbdError, match=reason):
        client.status(0, SIZE)


def test_block_status_past_the_end_of_the_question_is_cut() -> None:
    with client_of(status_of(1, (512, 2), ((1 << 32) - 1, 0), (4096, 3))) as client:
        assert client.status(0, 4096) == [(512, True), (3584, False)]


def test_closing_wakes_a_thread_that_waits() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(HANDSHAKE)
        client = NbdClient(NbdStream(ours))
        (read,) = client.start([(0, memoryview(bytearray(4)))])
        caught: list[BaseException] = []

        def wait() -> None:
            try:
                client.wait(read)
            except NbdError as error:
                caught.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        client.close()
        thread.join()
    assert [type(error) for error in caught] == [NbdClosedError]


def test_a_server_that_is_gone_is_said_when_it_is_asked() -> None:
    with client_of(b"") as client:
        client.close()
        with pytest.raises(NbdClosedError, match="the connection is gone"):
            client.start([(0, memoryview(bytearray(4)))])
