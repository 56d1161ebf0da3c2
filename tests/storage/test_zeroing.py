from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.devices import MIB, loop_device, opened
from vmatui.errors import CancelledError
from vmatui.storage import zeroing
from vmatui.storage.destination import ZeroPolicy
from vmatui.storage.zeroing import discard, logical_block_size, make_zero

pytestmark = pytest.mark.root

DISCARD = ZeroPolicy.DISCARD
SIZE = 3 * MIB + 612


@pytest.fixture
def fd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Open a loop device of 4 MiB of 0xff, and work in chunks of 1 MiB."""
    monkeypatch.setattr(zeroing, "CHUNK", MIB)
    with loop_device(tmp_path / "disk.img", 4 * MIB) as device, opened(device, os.O_RDWR) as fd:
        yield fd


def refuse(*_: int) -> bool:
    return False


def pretend(*_: int) -> bool:
    return True


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"_punch_hole": refuse},
        {"_punch_hole": refuse, "discard": pretend},
        {"_punch_hole": refuse, "discard": refuse},
        {"_punch_hole": refuse, "discard": refuse, "_zero_range": refuse},
        {
            "_punch_hole": refuse,
            "discard": refuse,
            "_zero_range": refuse,
            "_zero_out": refuse,
        },
    ],
    ids=["punch", "discard", "discard-that-does-nothing", "zero-range", "zero-out", "write"],
)
def test_every_way_makes_zero_up_to_the_size_and_not_past_it(
    fd: int, monkeypatch: pytest.MonkeyPatch, broken: dict[str, object]
) -> None:
    for name, function in broken.items():
        monkeypatch.setattr(zeroing, name, function)
    ticks: list[int] = []
    make_zero(fd, SIZE, DISCARD, ticks.append, lambda: False)
    assert os.pread(fd, 4 * MIB, 0) == bytes(SIZE) + b"\xff" * (4 * MIB - SIZE)
    assert ticks == [MIB, 2 * MIB, 3 * MIB, 3 * MIB + 512, SIZE]


def test_space_is_given_back_where_that_is_possible(fd: int, tmp_path: Path) -> None:
    os.fsync(fd)
    before = (tmp_path / "disk.img").stat().st_blocks
    make_zero(fd, 4 * MIB, DISCARD, lambda _: None, lambda: False)
    after = (tmp_path / "disk.img").stat().st_blocks
    assert after < before / 2


def test_a_discarded_range_is_left_as_it_is_when_it_reads_zero(
    fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: int) -> bool:
        raise AssertionError("zeros were written over zeros")

    assert discard(fd, 0, 4 * MIB)
    monkeypatch.setattr(zeroing, "_punch_hole", refuse)
    monkeypatch.setattr(zeroing, "_keep", fail)
    make_zero(fd, 4 * MIB, DISCARD, lambda _: None, lambda: False)


def test_a_cancelled_job_stops_at_the_next_chunk(fd: int) -> None:
    ticks: list[int] = []
    with pytest.raises(CancelledError):
        make_zero(fd, 4 * MIB, DISCARD, ticks.append, lambda: len(ticks) == 2)
    assert os.pread(fd, 4 * MIB, 0) == bytes(2 * MIB) + b"\xff" * (2 * MIB)


def test_large_logical_blocks_are_respected(tmp_path: Path) -> None:
    with (
        loop_device(tmp_path / "large.img", MIB, "--sector-size", "4096") as device,
        opened(device, os.O_RDWR) as fd,
    ):
        assert logical_block_size(fd) == 4096
        make_zero(fd, 8192 + 512, DISCARD, lambda _: None, lambda: False)
        assert os.pread(fd, 12288, 0) == bytes(8704) + b"\xff" * (12288 - 8704)
