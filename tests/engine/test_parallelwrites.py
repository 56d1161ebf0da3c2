"""Writes that go on at the same time, and are all over when somebody waits for them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing

import pytest

from vmatui.engine.restoring.parallelwrites import AT_ONCE, HELD, ParallelWrites
from vmatui.engine.walking.feed import Buffer, BufferPool
from vmatui.errors import TargetError

PATIENCE = 60
"""Seconds after which a thread that should have come never will."""


def test_as_many_writes_as_it_says_go_on_at_once() -> None:
    meeting = threading.Barrier(AT_ONCE)

    def meet(_offset: int, _views: Sequence[memoryview]) -> None:
        meeting.wait(PATIENCE)  # raises if the others do not come

    with closing(ParallelWrites()) as parallel:
        begin = parallel.of(meet)
        for offset in range(AT_ONCE):
            begin(offset, [memoryview(b"data")])
        parallel.keep(taken_buffer())
        parallel.settle()


def test_a_failure_is_told_at_once_and_what_waits_for_a_thread_is_dropped() -> None:
    begun: list[int] = []
    ended: list[int] = []
    may_end = threading.Event()

    def write(offset: int, _views: Sequence[memoryview]) -> None:
        begun.append(offset)
        if not offset:
            raise TargetError("the disk is gone")
        assert may_end.wait(PATIENCE)
        ended.append(offset)

    pool = BufferPool(1)
    buffer = pool.take()
    assert buffer is not None
    with closing(ParallelWrites()) as parallel:
        begin = parallel.of(write)
        for offset in range(3 * AT_ONCE):
            begin(offset, [])
        parallel.keep(buffer)
        buffer.release()
        with pytest.raises(TargetError, match="the disk is gone"):
            parallel.settle()
        assert not ended
        assert not pool.free.qsize(), "the others take their bytes from it"
        threading.Timer(0.05, may_end.set).start()
    assert len(begun) <= AT_ONCE + 1
    assert sorted(ended) == sorted(begun)[1:], "those that go on are waited for"


def test_buffers_are_held_until_their_writes_are_over_and_only_so_many() -> None:
    may_go_on = [threading.Event() for _ in range(HELD + 2)]
    pool = BufferPool(len(may_go_on))

    def write(number: int, _views: Sequence[memoryview]) -> None:
        assert may_go_on[number].wait(PATIENCE)

    with closing(ParallelWrites()) as parallel:
        begin = parallel.of(write)

        def take(number: int) -> None:
            buffer = pool.take()
            assert buffer is not None
            begin(number, [])
            parallel.keep(buffer)
            buffer.release()

        for number in range(HELD):
            take(number)
        free = len(may_go_on) - HELD
        assert pool.free.qsize() == free
        may_go_on[0].set()
        take(HELD)  # waits for the first, and for none of the others
        assert pool.free.qsize() == free
        for each in may_go_on:
            each.set()
        parallel.settle()
        assert pool.free.qsize() == len(may_go_on)


def test_a_buffer_that_nothing_is_written_from_is_not_held() -> None:
    pool = BufferPool(1)
    buffer = pool.take()
    assert buffer is not None
    with closing(ParallelWrites()) as parallel:
        parallel.keep(buffer)
        buffer.release()
        assert pool.free.qsize() == 1


def test_closing_waits_for_what_goes_on_and_begins_no_more() -> None:
    has_begun = threading.Barrier(AT_ONCE + 1)
    may_go_on = threading.Event()
    written: list[int] = []

    def write(offset: int, _views: Sequence[memoryview]) -> None:
        has_begun.wait(PATIENCE)
        assert may_go_on.wait(PATIENCE)
        written.append(offset)

    with closing(ParallelWrites()) as parallel:
        begin = parallel.of(write)
        for offset in range(3 * AT_ONCE):
            begin(offset, [])
        has_begun.wait(PATIENCE)
        threading.Timer(0.05, may_go_on.set).start()
    assert sorted(written) == list(range(AT_ONCE))


def taken_buffer() -> Buffer:
    buffer = BufferPool(1).take()
    assert buffer is not None
    return buffer
