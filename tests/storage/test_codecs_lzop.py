from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Sequence

import pytest
from lzallright import LZOCompressor

from tests.compressors import as_lzop
from tests.damage import flip
from tests.storage.streams import decode_all, sample
from vmatui.storage.codecs.lzop import decode

DATA = sample(700_000)
BLOCK = 262_144
MAGIC = b"\x89LZO\0\r\n\x1a\n"
END = bytes(4)
ADLER_D, ADLER_C, EXTRA, CRC_D, CRC_C, HEADER_CRC = 0x1, 0x2, 0x40, 0x100, 0x200, 0x1000


def number(value: int) -> bytes:
    return struct.pack(">I", value)


def header(
    flags: int = ADLER_D, *, version: int = 0x1040, method: int = 1, name: bytes = b""
) -> bytes:
    is_long = version >= 0x0940
    fields = struct.pack(">HH", version, 0x20A0)
    fields += struct.pack(">HBB", 0x0940, method, 5) if is_long else bytes([method])
    fields += number(flags) + bytes(12 if is_long else 8) + bytes([len(name)]) + name
    checksum = zlib.crc32(fields) if flags & HEADER_CRC else zlib.adler32(fields)
    extra = number(5) + b"extra" + number(0) if flags & EXTRA else b""
    return MAGIC + fields + number(checksum) + extra


def block(data: bytes, flags: int = ADLER_D, wrong: Sequence[int] = ()) -> bytes:
    """Pack a block; the checksums of the flags in `wrong` do not match."""
    packed = LZOCompressor().compress(data)
    if len(packed) >= len(data):
        packed = data
    parts = [number(len(data)), number(len(packed))]
    for flag, compute, covered in (
        (ADLER_D, zlib.adler32, data),
        (CRC_D, zlib.crc32, data),
        (ADLER_C, zlib.adler32, packed),
        (CRC_C, zlib.crc32, packed),
    ):
        is_left_out = packed is data and flag in (ADLER_C, CRC_C)
        if flags & flag and not is_left_out:
            parts.append(number(compute(covered) ^ (flag in wrong)))
    return b"".join((*parts, packed))


def archive(data: bytes, flags: int = ADLER_D) -> bytes:
    blocks = (block(data[at : at + BLOCK], flags) for at in range(0, len(data), BLOCK))
    return b"".join((header(flags), *blocks, END))


@pytest.mark.parametrize("chunk", [1, 7, 4096, 1 << 20])
def test_reads_of_any_size_decode_to_the_same(chunk: int) -> None:
    pieces, damages, is_checked = decode_all(decode, as_lzop(DATA[:300_000]), chunk)
    assert (b"".join(pieces), damages, is_checked) == (DATA[:300_000], [], True)


@pytest.mark.parametrize("option", ["-1", "-9", "--crc32", "-F"])
def test_what_lzop_writes_is_decoded(option: str) -> None:
    pieces, damages, is_checked = decode_all(decode, as_lzop(DATA, option))
    assert (b"".join(pieces), damages) == (DATA, [])
    assert is_checked is (option != "-F")


@pytest.mark.parametrize(
    "flags", [ADLER_D, ADLER_C, CRC_D, CRC_C, ADLER_D | CRC_D | ADLER_C | CRC_C]
)
def test_every_kind_of_checksum_is_read_and_compared(flags: int) -> None:
    pieces, damages, is_checked = decode_all(decode, archive(DATA, flags))
    assert (b"".join(pieces), damages, is_checked) == (DATA, [], True)
    first = flags & -flags
    packed = header(flags) + block(DATA[:BLOCK], flags, wrong=[first]) + END
    pieces, damages, _ = decode_all(decode, packed)
    assert b"".join(pieces) == DATA[:BLOCK]
    assert [damage.kind for damage in damages] == ["stream-checksum"]


def test_packed_data_may_be_wrong_where_the_unpacked_are_right() -> None:
    flags = ADLER_D | ADLER_C
    packed = header(flags) + block(DATA[:BLOCK], flags, wrong=[ADLER_C]) + END
    pieces, damages, _ = decode_all(decode, packed)
    assert (pieces, damages) == ([DATA[:BLOCK]], [])


def test_stored_blocks_are_given_and_have_no_checksum_of_packed_data() -> None:
    flags = ADLER_D | ADLER_C
    noise = random.Random(3).randbytes(4096)
    packed = header(flags) + block(noise, flags) + block(b"abc", flags) + END
    pieces, damages, is_checked = decode_all(decode, packed)
    assert (pieces, damages, is_checked) == ([noise, b"abc"], [], True)


@pytest.mark.parametrize("flags", [EXTRA, HEADER_CRC, EXTRA | HEADER_CRC])
@pytest.mark.parametrize("version", [0x0900, 0x0940, 0x1040])
def test_every_kind_of_header_is_read(flags: int, version: int) -> None:
    packed = header(flags | ADLER_D, version=version, name=b"n" * 255) + block(DATA[:BLOCK]) + END
    pieces, damages, is_checked = decode_all(decode, packed)
    assert (pieces, damages, is_checked) == ([DATA[:BLOCK]], [], True)


def test_a_header_whose_checksum_is_wrong_is_read_on() -> None:
    packed = flip(archive(DATA), 18)
    pieces, damages, is_checked = decode_all(decode, packed)
    assert (b"".join(pieces), is_checked) == (DATA, True)
    assert [damage.kind for damage in damages] == ["stream-checksum"]


@pytest.mark.parametrize(("flags", "method"), [(ADLER_D | 0x800, 1), (ADLER_D, 0), (ADLER_D, 128)])
def test_filters_and_other_methods_are_not_supported(flags: int, method: int) -> None:
    _, damages, is_checked = decode_all(decode, header(flags, method=method) + END)
    assert is_checked is None
    assert damages[0].message.endswith("is not supported")


def test_a_block_with_a_wrong_checksum_is_given_and_reading_goes_on() -> None:
    blocks = [
        block(DATA[at : at + BLOCK], wrong=[ADLER_D] if at == BLOCK else ())
        for at in range(0, len(DATA), BLOCK)
    ]
    pieces, damages, is_checked = decode_all(decode, b"".join((header(), *blocks, END)))
    assert (b"".join(pieces), is_checked) == (DATA, True)
    (damage,) = damages
    assert (damage.kind, damage.length) == ("stream-checksum", BLOCK)
    assert damage.message == (
        f"the lzop block at byte {len(header()) + len(blocks[0])} of the file "
        "does not match its checksum"
    )


def test_a_block_that_cannot_be_decoded_is_zeros_and_the_rest_keeps_its_place() -> None:
    blocks = [block(DATA[at : at + BLOCK]) for at in range(0, len(DATA), BLOCK)]
    blocks[1] = blocks[1][:12] + bytes(len(blocks[1]) - 12)
    pieces, damages, is_checked = decode_all(decode, b"".join((header(), *blocks, END)))
    assert b"".join(pieces) == DATA[:BLOCK] + bytes(BLOCK) + DATA[2 * BLOCK :]
    assert [(damage.kind, damage.length) for damage in damages] == [("stream-error", BLOCK)]
    assert is_checked is True


@pytest.mark.parametrize("stated", [BLOCK - 1, BLOCK + 1])
def test_a_block_that_unpacks_to_another_length_is_zeros_of_the_stated_one(stated: int) -> None:
    wrong = number(stated) + block(DATA[:BLOCK])[4:]
    pieces, damages, _ = decode_all(decode, header() + wrong + END)
    assert pieces == [bytes(stated)]
    assert [damage.length for damage in damages] == [stated]


@pytest.mark.parametrize(
    ("length", "packed_length"), [((1 << 20) + 1, 100), (0xFFFFFFFF, 100), (100, 0), (100, 101)]
)
def test_lengths_that_make_no_sense_are_refused_before_anything_is_read(
    length: int, packed_length: int
) -> None:
    packed = header() + number(length) + number(packed_length) + bytes(50)
    pieces, damages, is_checked = decode_all(decode, packed)
    assert (pieces, is_checked) == ([], None)
    assert f"{packed_length} packed and {length} unpacked bytes" in damages[0].message


def test_parts_in_a_row_are_one_archive_and_one_without_checksums_leaves_the_whole_without() -> (
    None
):
    packed = archive(DATA[:300_000]) + archive(DATA[300_000:], 0)
    pieces, damages, is_checked = decode_all(decode, packed)
    assert (b"".join(pieces), damages, is_checked) == (DATA, [], False)


@pytest.mark.parametrize("cut", [1, 4, 5, 100])
def test_a_missing_end_marker_is_a_cut(cut: int) -> None:
    packed = archive(DATA)[:-cut]
    pieces, damages, is_checked = decode_all(decode, packed)
    assert is_checked is None
    assert b"".join(pieces) == (DATA if cut <= 4 else DATA[: 2 * BLOCK])
    assert "is cut before its end" in damages[0].message
