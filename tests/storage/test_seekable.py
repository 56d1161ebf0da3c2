"""Zstd archives with a seek table: entered anywhere, and never trusted further than they prove."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.opening import as_file, as_pipe
from tests.seekable import Reads, table_of
from tests.storage.streams import opened, read_all, sample
from tests.streamdamage import seek_table, zstd_frame
from vmatui.storage.compressors import compressor_of
from vmatui.storage.faults import Compression, StreamState
from vmatui.storage.source import Source, open_source

UNIT = 1_500_000
DATA = sample(4 * UNIT + 12_345)
PARTS = [DATA[at : at + UNIT] for at in range(0, len(DATA), UNIT)]


def ours() -> bytes:
    packer = compressor_of(Compression.ZSTD, None, 2)
    packed = bytearray()
    for part in PARTS:
        for piece in packer.add([memoryview(part)]):
            packed += piece
    for piece in packer.end():
        packed += piece
    return bytes(packed)


def foreign(*, sized: bool = True) -> bytes:
    frames = [zstd_frame(part, sized=sized) for part in PARTS]
    sizes = [(len(frame), len(part)) for frame, part in zip(frames, PARTS, strict=True)]
    return b"".join(frames) + table_of(sizes)


FILES: dict[str, Callable[[], bytes]] = {
    "ours": ours,
    "with checksums in the table": foreign,
    "without sizes in the frames": lambda: foreign(sized=False),
}


def read_at(source: Source, offset: int, length: int) -> bytes:
    source.seek(offset)
    buffer = bytearray(length)
    return bytes(buffer[: source.readv([memoryview(buffer)])])


def glance_at(source: Source, offset: int, length: int) -> bytes:
    source.seek(offset)
    buffer = bytearray(length)
    return bytes(buffer[: source.glance(memoryview(buffer))])


@pytest.mark.parametrize("kind", FILES)
def test_any_place_is_read_in_any_order(tmp_path: Path, kind: str) -> None:
    chance = random.Random(1)
    with opened(tmp_path, FILES[kind]()) as source:
        assert (source.seekable, source.archive_size) == (True, len(DATA))
        for _ in range(60):
            offset, length = chance.randrange(len(DATA)), chance.choice([1, 512, 70_000, UNIT])
            read = chance.choice([read_at, glance_at])
            assert read(source, offset, length) == DATA[offset : offset + length]
            assert source.position == min(offset + length, len(DATA))
            assert source.settled <= source.position
        assert read_at(source, len(DATA), 9) == read_at(source, 2 * len(DATA), 9) == b""
        assert source.take_faults() == []
        assert source.stream is StreamState.UNREAD


@pytest.mark.parametrize("kind", FILES)
def test_any_place_is_touched_and_read_again(tmp_path: Path, kind: str) -> None:
    chance = random.Random(2)
    with opened(tmp_path, FILES[kind]()) as source:
        for _ in range(30):
            offset, length = chance.randrange(len(DATA)), chance.choice([1, 512, 70_000, UNIT])
            source.seek(offset)
            assert source.touch(length) == (offset + length <= len(DATA))
            assert source.position in {offset, offset + length}
            if source.position > offset:
                source.back(offset)
            buffer = bytearray(length)
            got = source.readv([memoryview(buffer)])
            assert bytes(buffer[:got]) == DATA[offset : offset + length]
        assert source.take_faults() == []


@pytest.mark.parametrize("kind", FILES)
def test_read_from_start_to_end_the_stream_proves_itself(tmp_path: Path, kind: str) -> None:
    with opened(tmp_path, FILES[kind]()) as source:
        assert read_all(source) == DATA
        assert source.disk_position == source.disk_size
        assert (source.stream, source.take_faults()) == (StreamState.SOUND, [])


def test_through_a_pipe_it_is_a_stream_like_any_other() -> None:
    with as_pipe(ours()) as path, open_source(path) as source:
        assert not source.seekable
        assert read_all(source) == DATA


def test_a_header_at_the_start_of_a_frame_costs_one_small_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = ours()
    with opened(tmp_path, packed) as source:
        source.seek(2 * UNIT)
        reads = Reads(monkeypatch)
        for number in (2, 1, 3):
            assert glance_at(source, number * UNIT, 512) == PARTS[number][:512]
        assert reads.total == 3 * 4096


def test_entering_a_frame_reads_no_other_one_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, ours()) as source:
        source.seek(0)
        reads = Reads(monkeypatch)
        assert read_at(source, 3 * UNIT + 99, 700) == PARTS[3][99:799]
        source.seek(0)
        assert reads.total < len(ours()) // 4 + (1 << 18)


def flipped(packed: bytes, at: int) -> bytes:
    return packed[:at] + bytes([packed[at] ^ 0x10]) + packed[at + 1 :]


@pytest.mark.parametrize("kind", FILES)
def test_damage_in_a_frame_is_told_and_leaves_the_others_alone(tmp_path: Path, kind: str) -> None:
    packed = FILES[kind]()
    with opened(tmp_path, flipped(packed, int(len(packed) * 0.3))) as source:
        assert read_at(source, 3 * UNIT, UNIT) == PARTS[3]
        assert source.take_faults() == []
        got = read_at(source, UNIT, UNIT)
        source.seek(0)
        faults = source.take_faults()
        assert source.stream is StreamState.FAULTY
        assert len(got) == UNIT
        wrong = next((at for at in range(UNIT) if got[at] != PARTS[1][at]), UNIT)
        assert UNIT <= min(fault.offset - fault.doubt for fault in faults) <= UNIT + wrong
        assert glance_at(source, 2 * UNIT, 5000) == PARTS[2][:5000]
        assert source.take_faults() == []


def test_a_wrong_checksum_casts_doubt_on_what_was_given_of_its_frame(tmp_path: Path) -> None:
    frames = [zstd_frame(part) for part in PARTS]
    frames[1] = flipped(frames[1], len(frames[1]) - 1)
    with opened(tmp_path, b"".join(frames) + seek_table(frames, len(DATA), UNIT)) as source:
        assert read_at(source, UNIT + 1000, 50) == PARTS[1][1000:1050]
        assert source.settled == UNIT
        source.seek(0)
        (fault,) = source.take_faults()
        assert (fault.kind, fault.offset) == ("stream-checksum", 2 * UNIT)
        assert fault.doubt == UNIT


def lying(sized: bool) -> bytes:
    frames = [zstd_frame(part, sized=sized) for part in PARTS]
    sizes = [(len(frame), len(part)) for frame, part in zip(frames, PARTS, strict=True)]
    sizes[1], sizes[2] = (sizes[1][0], UNIT - 7), (sizes[2][0], UNIT + 7)
    return b"".join(frames) + table_of(sizes)


@pytest.mark.parametrize("sized", [True, False])
def test_a_table_that_does_not_fit_is_found_out_and_a_whole_read_does_not_care(
    tmp_path: Path, sized: bool
) -> None:
    packed = lying(sized)
    with opened(tmp_path, packed) as source:
        assert read_all(source) == DATA
        assert (source.stream, source.take_faults()) == (StreamState.SOUND, [])
    with opened(tmp_path, packed) as source:
        source.seek(UNIT)
        read_all(source)
        (fault,) = source.take_faults()
        assert "does not fit the frames" in fault.message


@pytest.mark.parametrize(
    "table",
    [
        lambda frames: seek_table(frames[:-1], len(DATA), UNIT),
        lambda frames: seek_table([*frames, b"x"], len(DATA) + UNIT, UNIT),
        lambda frames: table_of([(0, 1), (sum(map(len, frames)), len(DATA))]),
        lambda frames: table_of([(sum(map(len, frames)), 33 << 20)]),
        lambda frames: seek_table(frames, len(DATA), UNIT)[:-1] + b"\0",
        lambda frames: b"\x5e\x2a\x4d\x18\x09\0\0\0" + b"\xff\xff\xff\x07\0\xb1\xea\x92\x8f",
    ],
    ids=["a frame missing", "one too many", "empty frame", "long frame", "magic", "huge"],
)
def test_a_table_that_cannot_be_right_leaves_a_stream(
    tmp_path: Path, table: Callable[[list[bytes]], bytes]
) -> None:
    frames = [zstd_frame(part) for part in PARTS]
    with opened(tmp_path, b"".join(frames) + table(frames)) as source:
        assert (source.seekable, source.archive_size) == (False, None)
        buffer = bytearray(len(DATA))
        assert source.readv([memoryview(buffer)]) == len(DATA)
        assert bytes(buffer) == DATA


SMALL = DATA[:40_000]
SMALL_PARTS = [SMALL[at : at + 9000] for at in range(0, len(SMALL), 9000)]
SMALL_FRAMES = [zstd_frame(part) for part in SMALL_PARTS]
SMALL_SIZES = [
    (len(frame), len(part)) for frame, part in zip(SMALL_FRAMES, SMALL_PARTS, strict=True)
]


@given(
    sizes=st.permutations(SMALL_SIZES),
    nudges=st.lists(st.tuples(st.integers(0, 4), st.integers(-2, 2), st.integers(-300, 300))),
    seeks=st.lists(st.tuples(st.integers(0, 50_000), st.integers(1, 20_000), st.booleans())),
    damage=st.none() | st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)),
)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_whatever_a_table_claims_reading_ends_and_a_whole_read_says_the_same(
    sizes: list[tuple[int, int]],
    nudges: list[tuple[int, int, int]],
    seeks: list[tuple[int, int, bool]],
    damage: tuple[float, int] | None,
) -> None:
    wrong = list(sizes)
    for number, packed, unpacked in nudges:
        wrong[number] = max(0, wrong[number][0] + packed), max(0, wrong[number][1] + unpacked)
    frames = bytearray(b"".join(SMALL_FRAMES))
    if damage is not None:
        frames[int(len(frames) * damage[0])] ^= 1 << damage[1]
    with as_file(bytes(frames) + table_of(wrong)) as path:
        if damage is None:
            with open_source(path) as source:
                assert read_all(source, 700) == SMALL
                assert source.stream is StreamState.SOUND
        with open_source(path) as source:
            for offset, length, is_glance in seeks if source.seekable else ():
                (glance_at if is_glance else read_at)(source, offset, length)
                assert source.position <= max(offset, 50_000) + length
            faults = source.take_faults()
            assert all(fault.message.isprintable() for fault in faults)
