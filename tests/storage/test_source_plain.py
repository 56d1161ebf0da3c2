from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.storage import medium
from tests.storage.devices import loop_device
from tests.storage.streams import opened, read_all, sample
from vmatui.errors import SourceError
from vmatui.storage.faults import SourceFault, StreamState
from vmatui.storage.source import Source, open_source

DATA = sample(100_000)
Preadv = Callable[[int, Sequence[memoryview], int], int]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Offset and bytes asked of each os.preadv."""
    real: Preadv = os.preadv
    seen: list[tuple[int, int]] = []

    def counted(fd: int, views: Sequence[memoryview], offset: int) -> int:
        seen.append((offset, sum(map(len, views))))
        return real(fd, views, offset)

    monkeypatch.setattr(os, "preadv", counted)
    return seen


@pytest.fixture
def break_medium(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have every read that touches one of some byte ranges fail."""

    def break_it(*ranges: range, code: int = errno.EIO) -> None:
        real: Preadv = os.preadv

        def failing(fd: int, views: Sequence[memoryview], offset: int) -> int:
            end = offset + sum(map(len, views))
            if any(offset < bad.stop and bad.start < end for bad in ranges):
                raise OSError(code, os.strerror(code))
            return real(fd, views, offset)

        monkeypatch.setattr(os, "preadv", failing)

    return break_it


def test_payload_and_next_header_come_with_one_system_call(
    tmp_path: Path, calls: list[tuple[int, int]]
) -> None:
    payload, header = bytearray(65536), bytearray(512)
    with opened(tmp_path, DATA) as source:
        assert source.readv([memoryview(payload), memoryview(header)]) == 66048
        assert source.position == source.disk_position == 66048
    assert payload + header == DATA[:66048]
    assert calls == [(0, 66048)]


def test_empty_views_and_no_views_give_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, DATA) as source:
        assert source.readv([]) == 0
        assert source.readv([memoryview(bytearray())]) == 0
        assert source.stream is StreamState.UNREAD


def test_more_views_than_a_system_call_takes_are_filled(tmp_path: Path) -> None:
    buffers = [bytearray(30) for _ in range(3000)]
    with opened(tmp_path, DATA) as source:
        assert source.readv([memoryview(buffer) for buffer in buffers]) == 90_000
    assert b"".join(buffers) == DATA[:90_000]


def test_the_end_is_short_and_has_no_checksum(tmp_path: Path) -> None:
    buffer = memoryview(bytearray(70_000))
    with opened(tmp_path, DATA) as source:
        seen = [(source.readv([buffer]), source.stream) for _ in range(3)]
    assert seen == [
        (70_000, StreamState.UNREAD),
        (30_000, StreamState.ABSENT),
        (0, StreamState.ABSENT),
    ]


def test_seeking_goes_anywhere_and_reads_nothing(
    tmp_path: Path, calls: list[tuple[int, int]]
) -> None:
    buffer = memoryview(bytearray(512))
    with opened(tmp_path, DATA) as source:
        for offset in (90_000, 0, 99_900, 1 << 40):
            source.seek(offset)
            source.advise(offset, 512)
            assert source.position == offset
            assert buffer[: source.readv([buffer])] == DATA[offset : offset + 512]
    # The end is only known by asking once more.
    assert [offset for offset, _ in calls] == [90_000, 0, 99_900, 100_000, 1 << 40]


def test_draining_a_file_goes_to_its_end(tmp_path: Path) -> None:
    with opened(tmp_path, DATA) as source:
        source.drain()
        assert source.position == len(DATA)
        assert source.stream is StreamState.ABSENT


def test_an_advice_that_is_refused_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(fd: int, offset: int, length: int, advice: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "posix_fadvise", refuse)
    with opened(tmp_path, DATA) as source:
        source.advise(0, 512)
        assert read_all(source) == DATA


def zeroed(*ranges: range) -> bytes:
    data = bytearray(DATA)
    for bad in ranges:
        data[bad.start : bad.stop] = bytes(len(bad))
    return bytes(data)


def unreadable(start: int, length: int) -> SourceFault:
    message = (
        f"bytes {start} to {start + length - 1} of the file cannot be read (Input/output error): "
        "zeros stand in for them"
    )
    return SourceFault("read-error", start, length, message)


@pytest.mark.parametrize("sizes", [(100_001,), (30_000, 512), (4096,)])
def test_an_unreadable_region_is_zeros_and_one_fault_and_reading_goes_on(
    tmp_path: Path, break_medium: Callable[..., None], sizes: tuple[int, ...]
) -> None:
    with opened(tmp_path, DATA) as source:
        break_medium(range(9000, 20_000), range(50_000, 50_001))
        assert read_all(source, *sizes) == zeroed(range(8192, 20_480), range(49_152, 53_248))
        assert source.take_faults() == [unreadable(8192, 12_288), unreadable(49_152, 4096)]
        assert source.take_faults() == []
        assert source.stream is StreamState.FAULTY


def test_an_unreadable_end_does_not_make_the_archive_longer(
    tmp_path: Path, break_medium: Callable[..., None]
) -> None:
    with opened(tmp_path, DATA) as source:
        break_medium(range(99_999, 100_000))
        assert read_all(source) == zeroed(range(98_304, 100_000))
        assert source.take_faults() == [unreadable(98_304, 1696)]


def test_bad_blocks_are_not_read_more_often_than_needed(
    tmp_path: Path, calls: list[tuple[int, int]], break_medium: Callable[..., None]
) -> None:
    with opened(tmp_path, DATA) as source:
        break_medium(range(40_960))
        assert len(read_all(source, 100_000)) == 100_000
    # Ten bad steps never reach the counter below; the first good one, the rest, and the end do.
    assert calls == [(40_960, 4096), (45_056, 54_944), (100_000, 100_000)]


@pytest.mark.parametrize("code", [errno.ENXIO, errno.ESTALE])
def test_a_medium_that_is_gone_ends_reading_with_one_fault(
    tmp_path: Path, break_medium: Callable[..., None], code: int
) -> None:
    with opened(tmp_path, DATA) as source:
        first = memoryview(bytearray(50_000))
        assert source.readv([first]) == 50_000
        break_medium(range(1 << 60), code=code)
        assert source.readv([first]) == 0
        assert source.readv([first]) == 0
        (fault,) = source.take_faults()
        assert (fault.kind, fault.offset, fault.length) == ("read-error", 50_000, 0)
        assert os.strerror(code) in fault.message
        assert source.stream is StreamState.FAULTY


def test_a_medium_that_goes_away_in_an_unreadable_region_ends_reading(
    tmp_path: Path, break_medium: Callable[..., None]
) -> None:
    with opened(tmp_path, DATA) as source:
        break_medium(range(8192, 1 << 60), code=errno.ENXIO)
        break_medium(range(4096, 8192))
        assert read_all(source) == zeroed(range(4096, 8192))[:8192]
        faults = source.take_faults()
        assert [(fault.offset, fault.length) for fault in faults] == [(4096, 4096), (8192, 0)]


@pytest.mark.root
def test_a_block_device_is_read_like_a_file(tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(DATA[:99_840])
    with loop_device(image, None, "-r") as device, open_source(device) as source:
        assert (source.seekable, source.disk_size) == (True, 99_840)
        assert read_all(source) == DATA[:99_840]
        source.seek(50_000)
        assert read_all(source) == DATA[50_000:99_840]
        source.drain()
        assert source.position == 99_840


@pytest.mark.root
def test_a_block_device_without_a_medium_is_empty(tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.touch()
    with loop_device(image) as device, pytest.raises(SourceError, match="is empty"):
        open_source(device)


def pipe_with(data: bytes) -> Source:
    """Open a pipe that holds this, at most 64 KiB, and then ends."""
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    source = open_source(f"/proc/self/fd/{reading}")
    os.close(reading)
    return source


def test_a_pipe_fills_all_views_whatever_comes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.readv

    def trickle(fd: int, views: Sequence[memoryview]) -> int:
        return real(fd, [views[0][:7]])

    with pipe_with(DATA[:5000]) as source:
        monkeypatch.setattr(os, "readv", trickle)
        assert read_all(source, 1000, 3, 512) == DATA[:5000]
        assert source.position == source.disk_position == 5000
        assert source.stream is StreamState.ABSENT


def test_a_pipe_and_a_packed_archive_cannot_be_sought_in(tmp_path: Path) -> None:
    with pipe_with(DATA[:100]) as source, pytest.raises(SourceError, match="is a pipe"):
        source.seek(0)
    with (
        opened(tmp_path, b"\x1f\x8b\x08") as packed,
        pytest.raises(SourceError, match="decompress"),
    ):
        packed.seek(0)


def test_draining_a_pipe_reads_it_to_its_end() -> None:
    with pipe_with(DATA[:65_000]) as source:
        source.advise(0, 100)
        source.drain()
        assert source.position == 65_000
        assert source.stream is StreamState.ABSENT
        source.drain()


def test_a_read_error_ends_a_pipe_with_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(fd: int, views: Sequence[memoryview]) -> int:
        raise OSError(errno.EIO, "Input/output error")

    with pipe_with(DATA[:5000]) as source:
        monkeypatch.setattr(os, "readv", fail)
        assert read_all(source) == DATA[:64]
        expected = SourceFault("read-error", 64, 0, "reading ended at byte 64: Input/output error")
        assert source.take_faults() == [expected]
        assert source.stream is StreamState.FAULTY


def test_closing_twice_does_no_harm(tmp_path: Path) -> None:
    with opened(tmp_path, DATA) as source:
        source.close()
    source.close()


def test_touching_goes_on_behind_what_can_be_read_and_changes_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, sample(300_000)) as source:
        assert source.touch(100_000)
        assert source.position == 100_000
        assert not source.touch(200_001)
        assert source.position == 100_000
        medium.break_medium(monkeypatch, range(150_000, 150_001))
        assert not source.touch(100_000)
        assert source.position == 100_000
        assert not source.take_faults()
        assert source.touch(50_000)


def test_a_file_system_that_cannot_be_touched_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_out: int, _fd: int, _offset: int, _length: int) -> int:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "sendfile", refuse)
    with opened(tmp_path, sample(300_000)) as source:
        assert not source.touch(100_000)
        assert source.position == 0
