from __future__ import annotations

import errno
import gzip
import hashlib
import os
from pathlib import Path

import pytest

from tests.compressors import COMPRESSORS
from tests.corpus import PackedArchive, packed_corpus
from tests.damage import flip
from tests.storage.streams import opened, read_all, read_file, sample
from vmatui.errors import SourceError
from vmatui.storage.faults import SourceFault, StreamState
from vmatui.storage.source import open_source

DATA = sample(700_000)
PACKED = {name: pack(DATA) for name, pack in COMPRESSORS.items() if name != "none"}
EACH = pytest.mark.parametrize("compression", PACKED)
LOST_AT_MOST = {"zstd": 0, "gzip": 1 << 15, "lzop": 0, "bzip2": 1 << 12, "xz": 1 << 12}
"""Bytes before a fault in the middle that a library may keep to itself."""


@pytest.mark.parametrize("packed", packed_corpus(), ids=str)
def test_an_archive_of_the_reference_is_unpacked_exactly(packed: PackedArchive) -> None:
    with open_source(packed.path) as source:
        data = read_all(source, 4 << 20)
        assert source.compression == packed.compression
    assert hashlib.sha256(data).hexdigest() == packed.archive.sha256
    assert source.take_faults() == []
    assert source.stream is StreamState.SOUND


@EACH
def test_views_of_any_size_are_filled_in_turn(tmp_path: Path, compression: str) -> None:
    for sizes in ((1, 0, 4095), (300_000, 512), (1_000_000,)):
        with opened(tmp_path, PACKED[compression]) as source:
            assert read_all(source, *sizes) == DATA


@EACH
@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_a_cut_stream_gives_what_is_there_and_says_where_it_ends(
    tmp_path: Path, compression: str, part: float
) -> None:
    packed = PACKED[compression]
    cut = min(20 + int(len(packed) * part), len(packed) - 1)
    data, faults, source = read_file(tmp_path, packed[:cut])
    assert DATA.startswith(data)
    assert faults == [
        SourceFault(
            "stream-error",
            len(data),
            0,
            f"the {compression} stream is cut before its end, at byte {cut} of the file",
            doubt=0 if compression == "lzop" else len(data),
        )
    ]
    assert source.stream is StreamState.FAULTY
    assert source.disk_position == cut


@EACH
def test_a_stream_without_its_last_byte_gives_all_data(tmp_path: Path, compression: str) -> None:
    data, faults, source = read_file(tmp_path, PACKED[compression][:-1])
    assert data == DATA
    assert [fault.kind for fault in faults] == ["stream-error"]
    assert source.stream is StreamState.FAULTY


@EACH
@pytest.mark.parametrize("part", [0.05, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("bit", [0, 7])
def test_a_flipped_bit_is_a_fault_and_the_data_before_it_are_given(
    tmp_path: Path, compression: str, part: float, bit: int
) -> None:
    packed = PACKED[compression]
    at = int(len(packed) * part)
    data, faults, source = read_file(tmp_path, flip(packed, at, bit))
    assert faults
    assert {fault.kind for fault in faults} <= {"stream-error", "stream-checksum"}
    assert source.stream is StreamState.FAULTY
    # What a cut at the same place gives lies wholly before the damage.
    before, _, _ = read_file(tmp_path, packed[:at])
    kept = len(before) - LOST_AT_MOST[compression]
    assert data[: max(0, kept)] == DATA[: max(0, kept)]
    assert kept <= faults[0].offset <= len(data)


@pytest.mark.parametrize(
    ("compression", "place"), [("zstd", -1), ("gzip", -8), ("gzip", -4), ("bzip2", -2), ("xz", -28)]
)
def test_a_wrong_checksum_at_the_end_loses_no_data(
    tmp_path: Path, compression: str, place: int
) -> None:
    data, faults, source = read_file(tmp_path, flip(PACKED[compression], place))
    assert data == DATA
    (fault,) = faults
    assert (fault.kind, fault.offset, fault.length) == ("stream-checksum", len(DATA), 0)
    assert source.stream is StreamState.FAULTY


@EACH
def test_the_checksum_is_seen_by_draining(tmp_path: Path, compression: str) -> None:
    view = memoryview(bytearray(100_000))
    with opened(tmp_path, PACKED[compression]) as source:
        source.readv([view])
        states = [source.stream]
        source.drain()
        states.append(source.stream)
        assert states == [StreamState.UNREAD, StreamState.SOUND]
        assert source.position == len(DATA)
    with opened(tmp_path, PACKED[compression][:-1]) as source:
        source.readv([view])
        source.drain()
        assert [fault.kind for fault in source.take_faults()] == ["stream-error"]


@EACH
def test_streams_in_a_row_are_one_archive(tmp_path: Path, compression: str) -> None:
    packed = b"".join(
        COMPRESSORS[compression](DATA[at : at + 200_000]) for at in range(0, 700_000, 200_000)
    )
    data, faults, source = read_file(tmp_path, packed)
    assert (data, faults, source.stream) == (DATA, [], StreamState.SOUND)


@EACH
def test_other_data_after_the_stream_are_a_fault(tmp_path: Path, compression: str) -> None:
    packed = PACKED[compression]
    data, faults, source = read_file(tmp_path, packed + b"garbage behind the last stream" * 9)
    assert data == DATA
    (fault,) = faults
    assert (fault.kind, fault.offset) == ("stream-error", len(DATA))
    assert f"at byte {len(packed)} of the file" in fault.message
    assert source.stream is StreamState.FAULTY


@EACH
def test_a_disk_that_is_gone_gives_what_was_read_before(
    tmp_path: Path, compression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.read
    failing = iter((50_000, 50_000, None))

    def read(fd: int, length: int) -> bytes:
        size = next(failing)
        if size is None:
            raise OSError(errno.ENXIO, "No such device or address")
        return real(fd, size)

    with opened(tmp_path, PACKED[compression]) as source:
        monkeypatch.setattr(os, "read", read)
        data = read_all(source)
        monkeypatch.undo()
        whole, _, _ = read_file(tmp_path, PACKED[compression][:100_064])
        assert data == whole
        message = "the file cannot be read from byte 100064 on: No such device or address"
        doubt = 0 if compression == "lzop" else len(data)
        assert source.take_faults() == [SourceFault("read-error", len(data), 0, message, doubt)]
        assert source.stream is StreamState.FAULTY


@EACH
def test_a_read_error_behind_the_stream_is_not_taken_for_its_end(
    tmp_path: Path, compression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.read

    def read(fd: int, length: int) -> bytes:
        data = real(fd, length)
        if not data:
            raise OSError(errno.EIO, "Input/output error")
        return data

    with opened(tmp_path, PACKED[compression]) as source:
        monkeypatch.setattr(os, "read", read)
        assert read_all(source) == DATA
        assert [fault.kind for fault in source.take_faults()] == ["read-error"]
        assert source.stream is StreamState.FAULTY


def test_gzip_accepts_zeros_behind_the_last_member(tmp_path: Path) -> None:
    data, faults, source = read_file(tmp_path, gzip.compress(DATA) + bytes(200_000))
    assert (data, faults, source.stream) == (DATA, [], StreamState.SOUND)


def test_a_zstd_window_that_is_too_large_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "long.vma.zst"
    # Magic, a descriptor without anything optional, a window of 2 GiB.
    path.write_bytes(b"\x28\xb5\x2f\xfd\x00" + bytes([21 << 3]) + bytes(100))
    with pytest.raises(SourceError) as caught:
        open_source(path)
    assert str(caught.value) == (
        f"{path}: the zstd stream needs 2048 MiB of memory to unpack, more than the 128 MiB "
        "allowed here: unpack it on the way with `zstd -dc --long=31 FILE | vmatui ... -`"
    )
