from __future__ import annotations

import struct
import zlib
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from vmatui.format.partitions import HEAD, MAX_ENTRIES, SECTOR, Partition, parse_partitions

SIZE = 8 << 20
LINUX = UUID("0fc63daf-8483-4772-8e79-3d69d8477de4").bytes_le
Entry = tuple[int, int, str]


def mbr(*entries: tuple[int, int, int]) -> bytes:
    """Return a boot sector with partitions: type, first sector, sectors."""
    table = b"".join(struct.pack("<B3xB3xII", 0, *entry) for entry in entries)
    return bytes(446) + table.ljust(64, b"\0") + b"\x55\xaa"


def gpt(entries: list[Entry], *, size: int = SIZE) -> tuple[bytes, bytes]:
    """Return the first and last `HEAD` bytes of a disk with a GPT: first, last sector, name."""
    table = b"".join(
        struct.pack(
            "<16s16sQQQ72s", LINUX, bytes([number]) * 16, first, last, 0, name.encode("utf-16-le")
        )
        for number, (first, last, name) in enumerate(entries)
    ).ljust(128 * 128, b"\0")
    end = size // SECTOR - 1

    def header(own: int, other: int, table_at: int) -> bytes:
        def pack(crc: int) -> bytes:
            return struct.pack(
                "<8s4sII4xQQQQ16sQIII", b"EFI PART", b"\0\0\1\0", 92, crc, own, other, 34, end - 33,
                bytes(16), table_at, 128, 128, zlib.crc32(table),
            )  # fmt: skip

        return pack(zlib.crc32(pack(0))).ljust(SECTOR, b"\0")

    head = mbr((0xEE, 1, end)) + header(1, end, 2) + table
    tail = bytes(SECTOR) + table + header(end, 1, end - 32)
    assert len(head) == len(tail) == HEAD
    return head, tail


ENTRIES: list[Entry] = [(2048, 4095, "boot"), (4096, 16_000, "root é")]
FOUND = (
    Partition(1, 1 << 20, 1 << 20, "Linux", "boot"),
    Partition(2, 2 << 20, 11_905 * SECTOR, "Linux", "root é"),
)


def test_a_gpt_gives_place_size_kind_and_name() -> None:
    head, tail = gpt(ENTRIES)
    assert parse_partitions(head, tail, SIZE) == FOUND


def test_a_damaged_gpt_is_read_from_its_copy_at_the_end() -> None:
    head, tail = gpt(ENTRIES)
    broken = bytearray(head)
    broken[1100] ^= 1
    assert parse_partitions(bytes(broken), tail, SIZE) == FOUND
    assert parse_partitions(b"", tail, SIZE) == FOUND
    damaged = bytearray(tail)
    damaged[-SECTOR] ^= 1
    assert parse_partitions(bytes(broken), bytes(damaged), SIZE) == ()


def test_an_mbr_gives_its_four_partitions_in_the_order_of_their_places() -> None:
    head = mbr((0x83, 4096, 100), (0x05, 8192, 4096), (0x82, 2048, 2048), (0x42, 63, 1))
    assert [(each.number, each.kind) for each in parse_partitions(head, b"", SIZE)] == [
        (4, "type 0x42"),
        (3, "Linux swap"),
        (1, "Linux"),
        (2, "extended"),
    ]


def test_partitions_that_reach_past_the_disk_are_left_out() -> None:
    assert parse_partitions(mbr((0x83, 2048, 1 << 20)), b"", SIZE) == ()
    head, tail = gpt([(2048, 1 << 62, "x"), (5000, 4000, "y"), (6000, 6000, "z")])
    assert [each.name for each in parse_partitions(head, tail, SIZE)] == ["z"]


def test_a_disk_without_a_table_has_no_partitions() -> None:
    assert parse_partitions(bytes(HEAD), bytes(HEAD), SIZE) == ()
    assert parse_partitions(b"", b"", 0) == ()


@given(st.binary(max_size=HEAD), st.binary(max_size=HEAD), st.integers(0, 1 << 48))
def test_arbitrary_bytes_raise_nothing(head: bytes, tail: bytes, size: int) -> None:
    found = parse_partitions(head[:510].ljust(510, b"\0") + b"\x55\xaa" + head[510:], tail, size)
    assert len(found) <= MAX_ENTRIES
    assert all(each.start + each.size <= size for each in found)


@given(st.integers(0, HEAD - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_gpt_raises_nothing(at: int, change: int) -> None:
    head, tail = gpt(ENTRIES)
    broken = bytearray(head)
    broken[at] ^= change
    parse_partitions(bytes(broken), tail, SIZE)
