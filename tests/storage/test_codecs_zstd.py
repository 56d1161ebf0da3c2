from __future__ import annotations

import struct

import pytest

from tests.compressors import as_zstd
from tests.damage import flip
from tests.storage.streams import decode_all, sample
from vmatui.storage.codecs.zstd import decode
from vmatui.storage.codecs.zstd_frame import parse_header, refusal

DATA = sample(500_000)
MAGIC = b"\x28\xb5\x2f\xfd"


def skippable(content: bytes, number: int = 0) -> bytes:
    return struct.pack("<II", 0x184D2A50 + number, len(content)) + content


def block(kind: int, size: int, content: bytes, *, is_last: bool = False) -> bytes:
    return (size << 3 | kind << 1 | is_last).to_bytes(3, "little") + content


FRAME = MAGIC + b"\x00\x58"
"""A frame's header: no checksum, no content size, a window of 2 MiB."""


@pytest.mark.parametrize("chunk", [1, 7, 4096, 1 << 20])
def test_reads_of_any_size_decode_to_the_same(chunk: int) -> None:
    pieces, damages, is_checked = decode_all(decode, as_zstd(DATA[:200_000]), chunk)
    assert (b"".join(pieces), damages, is_checked) == (DATA[:200_000], [], True)


@pytest.mark.parametrize("option", ["-1", "-19", "--long=27", "--no-check", "--rsyncable"])
def test_what_zstd_writes_is_decoded(option: str) -> None:
    pieces, damages, is_checked = decode_all(decode, as_zstd(DATA, option))
    assert (b"".join(pieces), damages) == (DATA, [])
    assert is_checked is (option != "--no-check")


def test_frames_without_data_may_stand_anywhere() -> None:
    packed = (
        skippable(b"")
        + skippable(bytes(300_000), 15)
        + as_zstd(DATA[:250_000])
        + skippable(b"seek table", 14)
        + as_zstd(b"")
        + as_zstd(DATA[250_000:])
        + skippable(b"at the end")
    )
    pieces, damages, is_checked = decode_all(decode, packed)
    assert (b"".join(pieces), damages, is_checked) == (DATA, [], True)


def test_one_frame_without_a_checksum_leaves_the_whole_without() -> None:
    packed = as_zstd(DATA[:100_000], "--no-check") + as_zstd(DATA[100_000:])
    pieces, damages, is_checked = decode_all(decode, packed)
    assert (b"".join(pieces), damages, is_checked) == (DATA, [], False)


def test_a_wrong_checksum_in_the_middle_is_passed() -> None:
    first = flip(as_zstd(DATA[:100_000]), -4)
    pieces, damages, is_checked = decode_all(decode, first + as_zstd(DATA[100_000:]))
    assert (b"".join(pieces), is_checked) == (DATA, True)
    assert [damage.kind for damage in damages] == ["stream-checksum"]
    assert f"ends at byte {len(first)} of the file" in damages[0].message


def test_raw_and_repeated_blocks_are_decoded() -> None:
    packed = (
        FRAME + block(0, 5, b"hello") + block(1, 131_072, b"x") + block(0, 0, b"", is_last=True)
    )
    pieces, damages, is_checked = decode_all(decode, packed)
    assert (b"".join(pieces), damages, is_checked) == (b"hello" + b"x" * 131_072, [], False)


def test_a_cut_raw_block_gives_its_first_bytes() -> None:
    pieces, damages, is_checked = decode_all(decode, FRAME + block(0, 50_000, DATA[:20_000]))
    assert (b"".join(pieces), is_checked) == (DATA[:20_000], None)
    assert damages[0].message == "the test stream is cut before its end, at byte 20009 of the file"


@pytest.mark.parametrize(
    "packed",
    [
        FRAME + block(3, 100, bytes(100)),
        FRAME + block(2, 2_000_000, bytes(100)),
        FRAME + block(2, 50, b"\xff" * 50),
        MAGIC + b"\x08\x58" + block(0, 0, b"", is_last=True),
    ],
    ids=["reserved block", "block too large", "block makes no sense", "reserved bit"],
)
def test_a_damaged_frame_says_at_which_byte(packed: bytes) -> None:
    pieces, damages, is_checked = decode_all(decode, packed)
    assert (pieces, is_checked) == ([], None)
    (damage,) = damages
    assert damage.kind == "stream-error"
    assert damage.message.startswith("the test stream is damaged at byte ")
    assert "of the file: " in damage.message


def test_the_block_before_a_damaged_one_is_given() -> None:
    packed = FRAME + block(0, 5, b"hello") + block(2, 50, b"\xff" * 50)
    pieces, damages, _ = decode_all(decode, packed)
    assert pieces == [b"hello"]
    assert damages[0].message.startswith("the test stream is damaged at byte 14 of the file")


def test_a_frame_for_a_dictionary_is_damage_and_no_crash() -> None:
    packed = MAGIC + b"\x01\x58\x07" + block(0, 5, b"hello", is_last=True)
    _, damages, is_checked = decode_all(decode, packed)
    assert ([damage.kind for damage in damages], is_checked) == (["stream-error"], None)


def test_a_piece_is_never_larger_than_a_block() -> None:
    pieces, _, _ = decode_all(decode, as_zstd(bytes(32 << 20)))
    assert sum(map(len, pieces)) == 32 << 20
    assert max(map(len, pieces)) <= 1 << 17


@pytest.mark.parametrize(
    ("head", "size", "window", "has_checksum"),
    [
        ("04 58", 6, 2 << 20, True),
        ("00 5f", 6, (2 << 20) // 8 * 15, False),
        ("20 ff", 6, 255, False),
        ("64 0100", 7, 257, True),
        ("c3 58 01020304 0102030405060708", 18, 2 << 20, False),
        ("e3 01020304 0000000400000000", 17, 4 << 24, False),
        ("", 6, 1024, False),
    ],
)
def test_a_frame_header_is_read(head: str, size: int, window: int, has_checksum: bool) -> None:
    header = parse_header(MAGIC + bytes.fromhex(head))
    assert (header.size, header.window, header.has_checksum) == (size, window, has_checksum)


def test_windows_up_to_the_default_are_decoded_and_larger_ones_are_refused() -> None:
    allowed, first_refused = bytes([17 << 3]), bytes([17 << 3 | 1])
    assert refusal(MAGIC + b"\x00" + allowed) is None
    assert "needs 144 MiB" in (refusal(MAGIC + b"\x00" + first_refused) or "")
    later = as_zstd(DATA) + MAGIC + b"\x00" + first_refused + bytes(20)
    pieces, damages, is_checked = decode_all(decode, later)
    assert (b"".join(pieces), is_checked) == (DATA, None)
    assert "--long=31" in damages[0].message
