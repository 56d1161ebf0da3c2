from __future__ import annotations

import gzip
import random
import struct
import zlib

import pytest

from tests.damage import flip
from tests.storage.streams import decode_all, sample
from vmatui.storage.codecs import gzip as codec
from vmatui.storage.codecs import inflater
from vmatui.storage.codecs.fast_zlib import library

DATA = sample(400_000)


@pytest.fixture(params=[library, zlib], ids=["installed", "zlib"], autouse=True)
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test with the library that is installed, and with the one that always is."""
    monkeypatch.setattr(inflater, "library", request.param)


def member(data: bytes, flags: int = 0, optional: bytes = b"") -> bytes:
    header = b"\x1f\x8b\x08" + bytes([flags]) + bytes(5) + b"\xff" + optional
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    trailer = struct.pack("<II", zlib.crc32(data), len(data))
    return header + packer.compress(data) + packer.flush() + trailer


@pytest.mark.parametrize("chunk", [1, 7, 4096, 1 << 20])
def test_reads_of_any_size_decode_to_the_same(chunk: int) -> None:
    pieces, damages, is_checked = decode_all(codec.decode, gzip.compress(DATA), chunk)
    assert (b"".join(pieces), damages, is_checked) == (DATA, [], True)


def test_what_the_library_read_ahead_is_not_lost_wherever_a_member_ends() -> None:
    data = bytes(random.Random(1).choices(range(16), k=56_000))
    for length in range(55_300, 55_700):
        packed = gzip.compress(data[:length], 1)  # about as long as what the library gets at once
        pieces, damages, is_checked = decode_all(codec.decode, packed * 2)
        assert (b"".join(pieces), damages, is_checked) == (data[:length] * 2, [], True)


@pytest.mark.parametrize("level", [0, 1, 9])
def test_stored_and_packed_data_are_decoded(level: int) -> None:
    pieces, damages, _ = decode_all(codec.decode, gzip.compress(DATA, level))
    assert (b"".join(pieces), damages) == (DATA, [])


@pytest.mark.parametrize(
    ("flags", "optional"),
    [
        (0x01, b""),
        (0x02, b"\x12\x34"),
        (0x04, b"\x05\x00extra"),
        (0x08, b"name.vma\0"),
        (0x10, b"x" * 70_000 + b"\0"),
        (0x1F, b"\x01\x00enamed\0told\0\x12\x34"),
    ],
)
def test_every_optional_field_of_the_header_is_passed(flags: int, optional: bytes) -> None:
    pieces, damages, is_checked = decode_all(codec.decode, member(DATA, flags, optional))
    assert (b"".join(pieces), damages, is_checked) == (DATA, [], True)


@pytest.mark.parametrize(("flags", "optional"), [(0x20, b""), (0x80, b"")])
def test_reserved_flags_are_damage(flags: int, optional: bytes) -> None:
    pieces, damages, is_checked = decode_all(codec.decode, member(DATA, flags, optional))
    assert (pieces, is_checked) == ([], None)
    assert "reserved flags" in damages[0].message


@pytest.mark.parametrize("length", [3, 9, 12, 20, 300])
def test_a_cut_header_is_a_cut(length: int) -> None:
    _, damages, is_checked = decode_all(codec.decode, member(b"", 0x08, b"n" * 1000)[:length])
    assert is_checked is None
    assert damages[0].message == (
        f"the test stream is cut before its end, at byte {length} of the file"
    )


@pytest.mark.parametrize("place", [-8, -5, -4, -1])
def test_a_wrong_checksum_or_length_in_the_middle_is_passed(place: int) -> None:
    first = flip(member(DATA[:150_000]), place)
    pieces, damages, is_checked = decode_all(codec.decode, first + member(DATA[150_000:]))
    assert (b"".join(pieces), is_checked) == (DATA, True)
    assert [damage.kind for damage in damages] == ["stream-checksum"]
    assert f"ends at byte {len(first)} of the file" in damages[0].message


def test_data_that_were_changed_are_given_with_a_wrong_checksum() -> None:
    packed = gzip.compress(DATA, 0)
    pieces, damages, _ = decode_all(codec.decode, flip(packed, 300_000))
    assert len(b"".join(pieces)) == len(DATA)
    assert [damage.kind for damage in damages] == ["stream-checksum"]


def test_empty_members_and_zeros_at_the_end_are_accepted() -> None:
    packed = member(b"") * 3 + member(DATA) + member(b"") + bytes(100_000)
    pieces, damages, is_checked = decode_all(codec.decode, packed)
    assert (b"".join(pieces), damages, is_checked) == (DATA, [], True)


def test_data_behind_the_zeros_at_the_end_are_damage() -> None:
    packed = member(DATA)
    pieces, damages, is_checked = decode_all(codec.decode, packed + bytes(9) + member(DATA))
    assert (b"".join(pieces), is_checked) == (DATA + DATA, True)
    assert damages[0].message.startswith(f"the test stream is damaged at byte {len(packed)} ")
    assert damages[0].is_break


def test_deflate_data_that_make_no_sense_are_damage() -> None:
    packed = member(b"")[:10] + b"\xff" * 1000
    pieces, damages, is_checked = decode_all(codec.decode, packed)
    assert (pieces, is_checked) == ([], None)
    assert damages[0].kind == "stream-error"


def test_a_piece_is_small_whatever_it_was_packed_to() -> None:
    pieces, _, _ = decode_all(codec.decode, gzip.compress(bytes(16 << 20)))
    assert sum(map(len, pieces)) == 16 << 20
    assert max(map(len, pieces)) <= 1 << 15
