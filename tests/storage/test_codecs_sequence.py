"""bzip2 and xz: what is special about them beside what all compressed sources are tested for."""

from __future__ import annotations

import bz2
import lzma
import zlib

import pytest

from tests.damage import flip
from tests.storage.streams import decode_all, sample
from vmatui.storage.codecs import bzip2, xz

DATA = sample(300_000)


@pytest.mark.parametrize("chunk", [1, 4095, 1 << 20])
@pytest.mark.parametrize("size", [0, 1, 10, 300_000])
def test_reads_of_any_size_decode_to_the_same(chunk: int, size: int) -> None:
    data = DATA[:size]
    for decode, packed in ((bzip2.decode, bz2.compress(data)), (xz.decode, lzma.compress(data))):
        pieces, damages, is_checked = decode_all(decode, packed, chunk)
        assert (b"".join(pieces), damages, is_checked) == (data, [], True)


@pytest.mark.parametrize("check", [lzma.CHECK_NONE, lzma.CHECK_CRC32, lzma.CHECK_SHA256])
def test_xz_without_a_check_has_no_checksum(check: int) -> None:
    packed = lzma.compress(DATA, check=check)
    pieces, damages, is_checked = decode_all(xz.decode, packed)
    assert (b"".join(pieces), damages) == (DATA, [])
    assert is_checked is (check != lzma.CHECK_NONE)


def test_xz_streams_may_have_padding_between_and_behind_them() -> None:
    packed = lzma.compress(DATA[:100]) + bytes(8) + lzma.compress(DATA[100:]) + bytes(4)
    pieces, damages, is_checked = decode_all(xz.decode, packed)
    assert (b"".join(pieces), damages, is_checked) == (DATA, [], True)
    _, damages, is_checked = decode_all(xz.decode, packed + bytes(3))
    assert ([damage.kind for damage in damages], is_checked) == (["stream-error"], None)


def test_an_xz_dictionary_that_is_too_large_is_no_crash() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 4096}]
    packed = bytearray(lzma.compress(DATA, filters=filters))
    # The dictionary's size is the one property byte of the filter: 38 means 2 GiB.
    assert packed[14:17] == b"\x21\x01\x00"
    packed[16] = 38
    packed[20:24] = zlib.crc32(packed[12:20]).to_bytes(4, "little")
    _, damages, is_checked = decode_all(xz.decode, bytes(packed))
    assert is_checked is None
    assert "more than the 192 MiB of memory" in damages[0].message
    assert "`xz -dc FILE | vmatui ... -`" in damages[0].message


@pytest.mark.parametrize("cut", [1, 5, 9, 10, 11, 30, 49])
def test_a_cut_near_the_end_is_a_cut_and_no_wrong_checksum(cut: int) -> None:
    for decode, packed in ((bzip2.decode, bz2.compress(DATA)), (xz.decode, lzma.compress(DATA))):
        pieces, damages, is_checked = decode_all(decode, packed[:-cut])
        assert DATA.startswith(b"".join(pieces))
        assert is_checked is None
        end = len(packed) - cut
        assert damages[0].message == (
            f"the test stream is cut before its end, at byte {end} of the file"
        )


def test_a_damaged_block_says_at_which_byte() -> None:
    packed = bz2.compress(DATA)
    _, damages, _ = decode_all(bzip2.decode, flip(packed, 5))
    assert damages[0].kind == "stream-error"
    assert damages[0].message.startswith("the test stream is damaged at byte 0 of the file")


def test_pieces_are_small_whatever_they_were_packed_to() -> None:
    zeros = bytes(16 << 20)
    for decode, packed in ((bzip2.decode, bz2.compress(zeros)), (xz.decode, lzma.compress(zeros))):
        pieces, damages, is_checked = decode_all(decode, packed)
        assert (sum(map(len, pieces)), damages, is_checked) == (16 << 20, [], True)
        assert max(map(len, pieces)) <= 4096
