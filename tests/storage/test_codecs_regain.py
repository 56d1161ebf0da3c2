"""Going on behind damage, codec by codec, on streams made by hand."""

from __future__ import annotations

import gzip as real_gzip
import random
import zlib
from pathlib import Path

import pytest

from tests.damage import flip
from tests.storage.streams import decode_all, opened, read_all, sample
from tests.storage.test_codecs_lzop import BLOCK, END, block, header
from tests.streamdamage import seek_table, zstd_frame
from vmatui.storage.codecs import gzip, lzop, zstd
from vmatui.storage.codecs.intake import Damage
from vmatui.storage.faults import StreamState

DATA = sample(1_000_000)
UNIT = 200_000
PARTS = [DATA[at : at + UNIT] for at in range(0, len(DATA), UNIT)]
NOISE = random.Random(7).randbytes(3000)


def broken(frame: bytes) -> bytes:
    """Give the frame's second block the one kind that there is not."""
    at = 4 + 1 + (0 if frame[4] & 0x20 else 1) + (0, 2, 4, 8)[frame[4] >> 6]
    at += 3 + (int.from_bytes(frame[at : at + 3], "little") >> 3)
    return frame[:at] + bytes([frame[at] | 6]) + frame[at + 1 :]


def corrupt(frame: bytes) -> bytes:
    """Fill the frame's second block with bytes that make no sense; the headers stay."""
    at = 4 + 1 + (0 if frame[4] & 0x20 else 1) + (0, 2, 4, 8)[frame[4] >> 6]
    at += 3 + (int.from_bytes(frame[at : at + 3], "little") >> 3)
    size = int.from_bytes(frame[at : at + 3], "little") >> 3
    return frame[: at + 3] + b"\xff" * size + frame[at + 3 + size :]


def test_a_zstd_frame_that_says_its_length_is_filled_up_with_zeros() -> None:
    frames = [zstd_frame(part) for part in PARTS]
    frames[1] = corrupt(frames[1])
    pieces, (damage,), is_checked = decode_all(zstd.decode, b"".join(frames))
    lost = UNIT - (1 << 17)
    assert b"".join(pieces) == DATA[: 2 * UNIT - lost] + bytes(lost) + DATA[2 * UNIT :]
    assert (damage.kind, damage.length, damage.is_break) == ("stream-error", lost, False)
    assert is_checked is True


@pytest.mark.parametrize("sized", [True, False])
def test_behind_a_zstd_frame_whose_end_is_not_known_the_next_one_is_found(sized: bool) -> None:
    frames = [zstd_frame(part, sized=sized) for part in PARTS]
    frames[1] = broken(frames[1]) if sized else corrupt(frames[1])
    pieces, (damage,), _ = decode_all(zstd.decode, b"".join(frames))
    assert b"".join(pieces) == DATA[: UNIT + (1 << 17)] + DATA[2 * UNIT :]
    assert (damage.length, damage.is_break) == (0, True)
    place = len(frames[0]) + len(frames[1])
    assert f"found again at byte {place}, an unknown number" in damage.message


def test_noise_between_zstd_frames_is_passed_even_if_it_looks_like_one() -> None:
    frames = [zstd_frame(part) for part in PARTS]
    packed = frames[0] + NOISE + frames[1][:9] + NOISE + b"".join(frames[1:])
    pieces, damages, _ = decode_all(zstd.decode, packed)
    assert b"".join(pieces) == DATA
    assert all(damage.is_break for damage in damages)


@pytest.mark.parametrize("gone", [0, 65_536])
def test_a_seek_table_keeps_what_follows_in_its_place(tmp_path: Path, gone: int) -> None:
    frames = [zstd_frame(part, sized=False) for part in PARTS]
    table = seek_table(frames, len(DATA), UNIT)
    at = len(frames[0]) + len(frames[1]) - 100
    whole = b"".join(frames)
    packed = whole[:at] + b"\xff" * (0 if gone else 100) + whole[at + (gone or 100) :] + table
    with opened(tmp_path, packed) as source:
        data = read_all(source)
        assert not source.resume()
        assert len(data) == len(DATA)
        assert (data[: UNIT + (1 << 17)], data[-2 * UNIT :]) == (
            DATA[: UNIT + (1 << 17)],
            DATA[-2 * UNIT :],
        )


@pytest.mark.parametrize(
    "table",
    [
        seek_table([b"x" * 100], 1 << 31, 1 << 31),
        seek_table([b"x" * 10_000_000], 100, 100),
        b"\xff" * 8 + b"\xb1\xea\x92\x8f",
    ],
    ids=["more than can be packed", "longer than the file", "longer than any"],
)
def test_a_seek_table_that_makes_no_sense_is_not_used(tmp_path: Path, table: bytes) -> None:
    frames = [zstd_frame(part, sized=False) for part in PARTS]
    packed = frames[0] + corrupt(frames[1]) + frames[2] + table
    with opened(tmp_path, packed) as source:
        assert read_all(source) == DATA[: UNIT + (1 << 17)]
        assert source.resume()
        assert read_all(source) == PARTS[2]
        assert source.stream is StreamState.FAULTY


def test_behind_a_damaged_gzip_member_the_next_one_is_found() -> None:
    members = [real_gzip.compress(part, mtime=0) for part in PARTS]
    members[1] = members[1][:30_000] + b"\xff" * 5000 + NOISE
    pieces, damages, is_checked = decode_all(gzip.decode, b"".join(members))
    data = b"".join(pieces)
    assert data.startswith(PARTS[0])
    assert data.endswith(b"".join(PARTS[2:]))
    assert [damage.is_break for damage in damages] == [True]
    assert is_checked is True


def test_a_full_flush_inside_a_gzip_member_is_found_and_others_are_not() -> None:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    kinds = (zlib.Z_SYNC_FLUSH, zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH)
    text = [b"%d bottles of beer\n" % number * 4000 for number in range(4)]
    parts = [
        packer.compress(part) + packer.flush(kind) for part, kind in zip(text, kinds, strict=False)
    ]
    packed = b"".join(parts) + packer.compress(text[3]) + packer.flush()
    at = len(parts[0]) // 2
    pieces, damages, _ = decode_all(gzip.decode, packed[:at] + NOISE + packed[at + 20 :])
    assert b"".join(pieces).endswith(text[3])
    assert not b"".join(pieces).endswith(text[2] + text[3])
    assert [damage.kind for damage in damages][-1] == "stream-checksum"
    assert "cannot be compared" in damages[-1].message


def lzop_blocks() -> list[bytes]:
    return [block(DATA[at : at + BLOCK]) for at in range(0, len(DATA), BLOCK)]


@pytest.mark.parametrize("place", [1, 3, 4, 6])
def test_behind_damaged_lengths_of_an_lzop_block_the_next_one_is_found(place: int) -> None:
    blocks = lzop_blocks()
    blocks[1] = flip(blocks[1], place, 4)
    pieces, damages, _ = decode_all(lzop.decode, b"".join((header(), *blocks, END)))
    data = b"".join(pieces)
    assert data.startswith(DATA[:BLOCK])
    assert data.endswith(DATA[2 * BLOCK :])
    assert damages[-1].is_break or damages[-1].length == BLOCK


def test_a_false_end_marker_of_lzop_does_not_end_it() -> None:
    blocks = lzop_blocks()
    packed = b"".join((header(), blocks[0], bytes(4096), *blocks[1:], END))
    pieces, damages, is_checked = decode_all(lzop.decode, packed)
    assert (b"".join(pieces), is_checked) == (DATA, True)
    assert [damage.is_break for damage in damages] == [True]


def test_an_lzop_block_without_a_checksum_proves_itself_by_its_length() -> None:
    blocks = [block(DATA[at : at + BLOCK], 0) for at in range(0, len(DATA), BLOCK)]
    packed = b"".join((header(0), blocks[0], NOISE, *blocks[1:], END))
    pieces, _, is_checked = decode_all(lzop.decode, packed)
    assert b"".join(pieces) == DATA
    assert is_checked is False


def test_the_search_gives_up_where_nothing_proves_itself_any_more() -> None:
    traps = b"\x28\xb5\x2f\xfd\x24\x05\x2f\x00\x00hello" * 20_000
    good = zstd_frame(PARTS[0])
    pieces, damages, is_checked = decode_all(zstd.decode, good + NOISE + traps + good)
    assert (b"".join(pieces), is_checked) == (PARTS[0], None)
    assert isinstance(damages[-1], Damage)


def test_a_loss_ends_reading_until_it_is_passed(tmp_path: Path) -> None:
    frames = [zstd_frame(part, sized=False) for part in PARTS]
    with opened(tmp_path, frames[0] + NOISE + frames[1]) as source:
        assert read_all(source) == PARTS[0]
        assert source.readv([memoryview(bytearray(1))]) == 0
        assert (source.resume(), source.resume()) == (True, False)
        assert read_all(source) == PARTS[1]
        assert not source.resume()
        assert source.position == 2 * UNIT
        (fault,) = source.take_faults()
        # The first frame's checksum matched before the loss.
        assert (fault.offset, fault.length, fault.doubt) == (UNIT, 0, 0)


def test_faults_that_nobody_takes_stay_few(tmp_path: Path) -> None:
    empty = flip(zstd_frame(b""), -1)
    with opened(tmp_path, empty * 5000 + zstd_frame(PARTS[0])) as source:
        assert read_all(source) == PARTS[0]
        assert len(source.take_faults()) == 1000
