"""Bad places of the medium under a compressed archive: named, and read past as far as it goes."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compressors import COMPRESSORS
from tests.storage.medium import break_medium
from tests.storage.streams import opened, read_all, sample
from tests.storage.test_codecs_lzop import ADLER_D, BLOCK, END, block, header
from tests.streamdamage import seek_table, zstd_frame
from vmatui.storage.faults import SourceFault, StreamState
from vmatui.storage.source import Source, open_source
from vmatui.storage.unreadable import unreadable_from

DATA = sample(1_000_000)
UNIT = 200_000
PARTS = [DATA[at : at + UNIT] for at in range(0, len(DATA), UNIT)]
PACK: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda part: zstd_frame(part, sized=False),
    "gzip": gzip.compress,
}


def read_on(source: Source) -> tuple[list[bytes], list[SourceFault]]:
    """Return the stretches of data between losses, and all faults."""
    stretches = [read_all(source)]
    while source.resume():
        stretches.append(read_all(source))
    return stretches, source.take_faults()


@pytest.mark.parametrize("compression", PACK)
@pytest.mark.parametrize("length", [1, 4096, 20_000])
def test_other_frames_and_members_come_back_behind_a_bad_place(
    compression: str, length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = [PACK[compression](part) for part in PARTS]
    bad = len(packed[0]) + len(packed[1]) // 2
    with opened(tmp_path, b"".join(packed)) as source:
        break_medium(monkeypatch, range(bad, bad + length))
        (before, after), faults = read_on(source)
        assert source.stream is StreamState.FAULTY
    assert DATA.startswith(before)
    assert len(before) >= UNIT
    assert after == DATA[2 * UNIT :]
    (fault,) = faults
    last = -(-(bad + length) // 4096) * 4096 - 1
    assert fault.kind == "read-error"
    assert f"bytes {bad} to {last} of the file cannot be read (Input/output error)" in fault.message
    assert f"found again at byte {len(packed[0] + packed[1])}" in fault.message


@pytest.mark.parametrize("compression", [name for name in COMPRESSORS if name != "none"])
def test_all_before_a_bad_place_counts(
    compression: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = COMPRESSORS[compression](DATA)
    with opened(tmp_path, packed[:300_000]) as source:
        cut = read_all(source)
    with opened(tmp_path, packed) as source:
        break_medium(monkeypatch, range(300_000, len(packed)))
        data = read_all(source)
        faults = source.take_faults()
    assert data == cut
    assert faults[0].kind == "read-error"
    assert f"bytes 300000 to {len(packed) - 1} of the file" in faults[0].message


def test_a_bad_place_at_a_frames_start_costs_that_frame_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [zstd_frame(part) for part in PARTS]
    bad = len(frames[0])
    with opened(tmp_path, b"".join(frames)) as source:
        break_medium(monkeypatch, range(bad, bad + 1))
        (before, after), (fault,) = read_on(source)
    assert (before, after) == (DATA[:UNIT], DATA[2 * UNIT :])
    assert fault.message.startswith(f"bytes {bad} to ")


def test_with_a_seek_table_what_follows_keeps_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [zstd_frame(part, sized=False) for part in PARTS]
    packed = b"".join(frames) + seek_table(frames, len(DATA), UNIT)
    bad = len(frames[0]) + 40_000
    with opened(tmp_path, packed) as source:
        break_medium(monkeypatch, range(bad, bad + 1))
        (data,), (fault,) = read_on(source)
        source.seek(3 * UNIT + 5)
        assert read_all(source) == DATA[3 * UNIT + 5 :]
        source.seek(UNIT + 150_000)
        assert read_all(source)[50_000:] == DATA[2 * UNIT :]
    assert len(data) == len(DATA)
    assert data[2 * UNIT :] == DATA[2 * UNIT :]
    assert fault.length == 2 * UNIT - fault.offset
    assert fault.kind == "read-error"


def test_every_bad_place_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [zstd_frame(part, sized=False) for part in PARTS]
    starts = [sum(map(len, frames[:number])) for number in range(len(frames))]
    bad = [range(starts[1] + 30_000, starts[1] + 30_001), range(starts[2] - 500, starts[2] + 500)]
    with opened(tmp_path, b"".join(frames)) as source:
        break_medium(monkeypatch, *bad)
        (before, after), faults = read_on(source)
    assert DATA.startswith(before)
    assert after == DATA[3 * UNIT :]
    told = " ".join(fault.message for fault in faults)
    for place in bad:
        assert f"bytes {place.start} to " in told


@pytest.mark.parametrize("flags", [0, ADLER_D])
def test_a_bad_place_in_an_lzop_block_costs_that_block_only(
    flags: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = [block(DATA[at : at + BLOCK], flags) for at in range(0, len(DATA), BLOCK)]
    bad = len(header(flags)) + len(blocks[0]) + 5000
    with opened(tmp_path, b"".join((header(flags), *blocks, END))) as source:
        break_medium(monkeypatch, range(bad, bad + 1))
        (data,), faults = read_on(source)
    assert data == DATA[:BLOCK] + bytes(BLOCK) + DATA[2 * BLOCK :]
    ((kind, offset, length),) = [(each.kind, each.offset, each.length) for each in faults]
    assert (kind, offset, length) == ("read-error", BLOCK, BLOCK)
    assert f"bytes {bad} to " in faults[0].message


def test_a_bad_place_between_lzop_blocks_loses_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = [block(DATA[at : at + BLOCK]) for at in range(0, len(DATA), BLOCK)]
    bad = len(header()) + sum(map(len, blocks[:2]))
    with opened(tmp_path, b"".join((header(), *blocks, END))) as source:
        break_medium(monkeypatch, range(bad - 100, bad + 100))
        (before, after), (fault,) = read_on(source)
    assert (before, after) == (DATA[:BLOCK], DATA[3 * BLOCK :])
    assert f"bytes {bad - 100} to " in fault.message


@pytest.mark.parametrize("compression", ["zstd", "gzip", "lzop"])
def test_a_disk_whose_end_is_dead_does_not_hang(
    compression: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "archive"
    path.write_bytes(COMPRESSORS[compression](DATA))
    os.truncate(path, 3 << 30)
    with open_source(path) as source:
        break_medium(monkeypatch, range(200_000, 3 << 30))
        data = read_all(source)
        assert not source.resume()
        faults = source.take_faults()
    assert DATA.startswith(data)
    assert {fault.kind for fault in faults} == {"read-error"}
    assert any(f"to {(3 << 30) - 1} of the file" in fault.message for fault in faults)
    assert len(faults) < 10


def test_the_end_of_a_long_bad_place_is_found_soon_and_not_far_off(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(8192))
    with pytest.MonkeyPatch.context() as patch, path.open("rb") as file:
        break_medium(patch, range(100, 9_000_000))
        length = unreadable_from(file.fileno(), 100, 1 << 30)
    assert 9_000_000 <= 100 + length < 9_000_000 * 17 / 16
