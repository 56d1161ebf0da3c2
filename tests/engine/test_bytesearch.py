from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from vmatui.engine.inspecting import bytesearch
from vmatui.engine.inspecting.bytepieces import Flaw, Flawed, Piece, within
from vmatui.engine.inspecting.bytesearch import find_bytes, parse_needle
from vmatui.engine.progress import Progress, ProgressFunction, ignore
from vmatui.errors import CancelledError, UsageError


@dataclass
class Memory:
    """A reader of bytes in memory."""

    data: bytes
    flaws: tuple[Flawed, ...] = ()

    @property
    def size(self) -> int:
        return len(self.data)

    def is_near(self, offset: int, length: int) -> bool:
        return True

    def read_at(
        self,
        offset: int,
        length: int,
        *,
        progress: ProgressFunction = ignore,
        cancel: threading.Event | None = None,
    ) -> Piece:
        data = self.data[offset : offset + length]
        return Piece(offset, data, within(self.flaws, offset, offset + len(data)))


@pytest.mark.parametrize(
    ("typed", "needle"),
    [
        ("VMAE", b"VMAE"),
        ("0x564d41", b"VMA"),
        ("0x56 4d 41", b"VMA"),
        (" a b ", b" a b "),
        ("äö", "äö".encode()),
        ("0xyz", b"0xyz"),
    ],
)
def test_text_and_bytes_can_be_typed(typed: str, needle: bytes) -> None:
    assert parse_needle(typed) == needle


@pytest.mark.parametrize("typed", ["", "0x5", "0x56 4", "x" * 5000])
def test_what_cannot_be_looked_for_is_said(typed: str) -> None:
    with pytest.raises(UsageError):
        parse_needle(typed)


@pytest.mark.parametrize("place", [0, 5, 97, 98, 99, 100, 101, 199, 250])
def test_a_needle_is_found_wherever_it_lies_between_steps(
    monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    monkeypatch.setattr(bytesearch, "_STEP", 100)
    data = bytearray(b"." * 300)
    data[place : place + 4] = b"here"
    assert find_bytes(Memory(bytes(data)), b"here", 0) == place
    assert find_bytes(Memory(bytes(data)), b"here", place) == place
    assert find_bytes(Memory(bytes(data)), b"here", place + 1) is None


def test_zeros_that_stand_in_for_what_is_lost_are_never_found() -> None:
    lost: tuple[Flawed, ...] = (10, 60, Flaw.MISSING), (60, 100, Flaw.UNREADABLE)
    data = b"x" * 10 + bytes(100) + b"x" * 10
    assert find_bytes(Memory(data, lost), bytes(4), 0) == 100
    assert find_bytes(Memory(data, lost), b"x" + bytes(1), 0) is None
    zero: tuple[Flawed, ...] = ((10, 110, Flaw.ZERO),)
    assert find_bytes(Memory(data, zero), bytes(4), 0) == 10


def test_a_search_tells_how_far_it_is_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bytesearch, "_STEP", 100)
    cancel, heard = threading.Event(), []

    def hear(progress: Progress) -> None:
        heard.append((progress.done, progress.total))
        cancel.set()

    with pytest.raises(CancelledError):
        find_bytes(Memory(bytes(1000)), b"x", 0, progress=hear, cancel=cancel)
    assert heard == [(100, 1000)]
