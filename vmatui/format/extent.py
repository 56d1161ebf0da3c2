"""The 512-byte header of an extent: which clusters follow, and which of their blocks are stored.

Slots stay the 64-bit numbers they are in the file, because a walk looks at millions of them; the
functions here take one apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple

from vmatui.format import layout
from vmatui.format.header import checksum

Run = tuple[int, int]
"""First block and number of blocks, inside one cluster."""

SlotRun = tuple[int, int]
"""A slot, and how many there are from it on that each name the next cluster, stored alike."""

DEVICE_BITS: Final = 0xFF << 32
"""Where a slot names its device."""
ADDRESS: Final = DEVICE_BITS | 0xFFFFFFFF
"""The bits of a slot that say which cluster of which device it is."""
_DEVICE_IDS: Final = slice(layout.EXTENT_SLOTS + 3, layout.EXTENT_HEADER_SIZE, layout.SLOT_SIZE)
"""The bytes of an extent header that are `DEVICE_BITS` of its slots."""


class Slot(NamedTuple):
    """One entry of an extent header, taken apart."""

    mask: int
    """16 bits, bit i set = block i is stored."""
    dev_id: int
    """0 = the slot is empty."""
    cluster: int


class ExtentHeader(NamedTuple):
    """An extent header as it stands in the file, right or wrong."""

    magic_matches: bool
    reserved: int
    block_count: int
    """Blocks that the header says are stored after it."""
    uuid: bytes
    md5: bytes
    """As the header names it; `checksum_matches` says whether it is right."""
    checksum_matches: bool
    used: tuple[int, ...]
    """The slots that name a device, as 64-bit numbers, in order; empty ones are skipped."""
    runs: tuple[SlotRun, ...]
    """The same in short: there are few, and work by the run is done millions of times less."""
    clusters: tuple[tuple[int, int], ...]
    """The clusters that the used slots name, as `cluster_runs` joins them."""
    blocks_in_masks: int
    """Blocks that the masks of the used slots name."""

    @property
    def is_consistent(self) -> bool:
        """Whether nothing in it contradicts anything else; the uuid is for others to judge."""
        return (
            self.checksum_matches
            and self.magic_matches
            and not self.reserved
            and self.blocks_in_masks == self.block_count
        )


def parse_extent(data: bytes) -> ExtentHeader:
    """Parse the 512 bytes of an extent header, without judging them."""
    magic, reserved, block_count, uuid, md5, *slots = layout.EXTENT_HEADER.unpack(data)
    if 0 in data[_DEVICE_IDS]:
        slots = [slot for slot in slots if slot & DEVICE_BITS]
    runs = slot_runs(slots)
    return ExtentHeader(
        magic_matches=magic == layout.EXTENT_MAGIC,
        reserved=reserved,
        block_count=block_count,
        uuid=uuid,
        md5=md5,
        checksum_matches=checksum(data, layout.EXTENT_MD5) == md5,
        used=tuple(slots),
        runs=tuple(runs),
        clusters=tuple(cluster_runs(runs)),
        blocks_in_masks=sum([(slot >> 48).bit_count() * count for slot, count in runs]),
    )


def first_extent(data: bytes) -> int | None:
    """Return where the first extent header with a right md5 starts; None if there is none."""
    size = layout.EXTENT_HEADER_SIZE
    at = data.find(layout.EXTENT_MAGIC)
    while 0 <= at <= len(data) - size:
        header = data[at : at + size]
        if checksum(header, layout.EXTENT_MD5) == header[layout.EXTENT_MD5]:
            return at
        at = data.find(layout.EXTENT_MAGIC, at + 1)
    return None


def slot_runs(slots: Sequence[int]) -> list[SlotRun]:
    """Sum slots up in their order: neighbouring clusters of one device that are stored alike."""
    runs: list[SlotRun] = []
    first = end = slots[0] if slots else 0
    for slot in slots:
        if slot != end:
            runs.append((first, end - first))
            first = end = slot
        end += 1
    if slots:
        runs.append((first, end - first))
    # The last cluster that a slot can name is next to another device's first.
    if any(first & 0xFFFFFFFF > layout.MAX_CLUSTERS - count for first, count in runs):
        return [(slot, 1) for slot in slots]
    return runs


def cluster_runs(runs: Iterable[SlotRun]) -> list[tuple[int, int]]:
    """Join runs of slots, in any order, into runs of clusters, whatever is stored of them.

    Returns:
        First and last address (dev_id and cluster in one number) of each, in order; each of one
        device, and none next to another.
    """
    joined: list[tuple[int, int]] = []
    before = low = -1
    for first, count in sorted([(slot & ADDRESS, count) for slot, count in runs]):
        last = first + count - 1
        # The last cluster that an address can name is next to another device's first.
        if joined and first <= before + 1 and first >> 32 == before >> 32:
            before = max(before, last)
            joined[-1] = (low, before)
        else:
            low, before = first, last
            joined.append((low, before))
    return joined


def proves_slots(data: bytes | memoryview, uuid: bytes) -> bool:
    """Whether the md5 is right once all that is not a slot has the value that it must have.

    Args:
        data: The 512 bytes of an extent header.
        uuid: Of the archive.
    """
    header = parse_extent(bytes(data))
    start = layout.EXTENT_MAGIC + bytes(2) + header.blocks_in_masks.to_bytes(2) + uuid
    rest = bytes(data[layout.EXTENT_UUID.stop :])
    return checksum(start + rest, layout.EXTENT_MD5) == header.md5


def parse_slot(slot: int) -> Slot:
    """Take a slot apart."""
    return Slot(slot >> 48, slot >> 32 & 0xFF, slot & 0xFFFFFFFF)


@cache
def runs_in(mask: int) -> tuple[Run, ...]:
    """Return the runs of stored blocks in a cluster, first block and length in blocks.

    There are 65536 masks at most, so the cache is bounded; archives use a few hundred.
    """
    runs: list[Run] = []
    block = 0
    while mask >> block:
        block += ((mask >> block) & -(mask >> block)).bit_length() - 1
        rest = ~(mask >> block)
        length = (rest & -rest).bit_length() - 1
        runs.append((block, length))
        block += length
    return tuple(runs)
