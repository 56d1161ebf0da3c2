"""The damaged archives: each has the one fault that it is named after."""

from __future__ import annotations

import subprocess

import pytest

from tests.compressors import COMPRESSORS, as_zstd
from tests.damage import (
    CONFIGS,
    CONSEQUENCES,
    DAMAGED,
    DISKS,
    HIT_CLUSTER,
    HIT_EXTENT,
    LEGAL,
    flip,
    sound,
)
from tests.parser import parse, parse_strict
from tests.tools import require_tool
from vmatui.format.codes import Code

ARCHIVE = [code for code in DAMAGED if not code.startswith("stream-")]


def test_every_code_has_its_archive_but_those_of_the_medium_and_of_manifests() -> None:
    elsewhere = {"read-error", "rotten-cluster", "rotten-header", "unusable-manifest"}
    assert DAMAGED.keys() == {code.value for code in Code} - elsewhere


@pytest.mark.parametrize("code", ARCHIVE)
def test_a_damaged_archive_has_exactly_its_own_fault(code: str) -> None:
    assert set(parse(DAMAGED[code]()).faults) == {code} | CONSEQUENCES.get(code, set())


@pytest.mark.parametrize("code", ARCHIVE)
def test_a_fault_is_one_and_not_several(code: str) -> None:
    faults = parse(DAMAGED[code]()).faults
    # Two clusters that changed places are both out of order.
    assert faults.count(code) == (2 if code == "vmstate-order" else 1)


@pytest.mark.parametrize(
    ("code", "words"),
    [("stream-checksum", b"doesn't match checksum"), ("stream-error", b"premature end")],
)
def test_a_damaged_stream_is_refused_by_its_program(code: str, words: bytes) -> None:
    command = [require_tool("zstd"), "-q", "-d", "-c"]
    read = subprocess.run(command, input=DAMAGED[code](), capture_output=True, check=False)
    assert read.returncode != 0
    assert words in read.stderr


def test_a_stream_with_a_wrong_checksum_holds_every_byte() -> None:
    command = [require_tool("zstd"), "-q", "-d", "-c", "--no-check"]
    packed = DAMAGED["stream-checksum"]()
    read = subprocess.run(command, input=packed, capture_output=True, check=True)
    assert read.stdout == sound().build()


def test_a_cut_stream_lacks_two_bytes_of_its_checksum() -> None:
    whole = as_zstd(sound().build())
    cut = DAMAGED["stream-error"]()
    assert whole.startswith(cut)
    assert len(whole) - len(cut) == 2


def test_the_hit_slot_is_the_one_that_is_promised() -> None:
    slot = sound().extents[HIT_EXTENT].slots[0]
    assert (slot.dev_id, slot.cluster) == (1, HIT_CLUSTER)
    assert 0 < slot.mask.bit_count() < 16


@pytest.mark.parametrize("name", LEGAL)
def test_a_legal_archive_holds_the_same_disks_and_configs(name: str) -> None:
    parsed = parse_strict(LEGAL[name]())
    assert dict(parsed.configs) == CONFIGS
    images = {device.name: device.image() for device in parsed.devices.values()}
    assert images == {disk.name: disk.image() for disk in DISKS}


def test_legal_archives_are_all_different() -> None:
    assert len({build() for build in LEGAL.values()}) == len(LEGAL)


@pytest.mark.parametrize("offset", [0, 7, -1])
def test_flip_changes_one_bit_and_flips_back(offset: int) -> None:
    data = bytes(range(8))
    changed = flip(data, offset, 3)
    assert (int.from_bytes(data) ^ int.from_bytes(changed)).bit_count() == 1
    assert changed[offset] == data[offset] ^ 8
    assert flip(changed, offset, 3) == data


MAGICS = {
    "none": b"VMA\0",
    "zstd": b"\x28\xb5\x2f\xfd",
    "gzip": b"\x1f\x8b",
    "lzop": b"\x89LZO\0",
    "bzip2": b"BZh",
    "xz": b"\xfd7zXZ\0",
}
PROGRAMS = {"zstd": "zstd", "gzip": "gzip", "lzop": "lzop", "bzip2": "bzip2", "xz": "xz"}


@pytest.mark.parametrize("compression", COMPRESSORS)
def test_a_compressor_writes_what_its_program_reads(compression: str) -> None:
    archive = sound().build()
    packed = COMPRESSORS[compression](archive)
    assert packed.startswith(MAGICS[compression])
    if compression != "none":
        command = [require_tool(PROGRAMS[compression]), "-d", "-c"]
        read = subprocess.run(command, input=packed, capture_output=True, check=True)
        assert read.stdout == archive


def test_zstd_comes_from_a_pipe_as_backup_jobs_write_it() -> None:
    descriptor = as_zstd(sound().build())[4]
    assert descriptor & 0b100, "no content checksum"
    assert not descriptor & 0b11100000, "content size is given"
