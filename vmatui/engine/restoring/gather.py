"""Turns the clusters of an extent into as few and as large writes as possible."""

from __future__ import annotations

from collections.abc import Sequence

from vmatui.engine.walking.visitor import Rejected
from vmatui.format.extent import ExtentHeader, Run, runs_in
from vmatui.format.layout import BLOCK_SIZE, BLOCKS_PER_CLUSTER, CLUSTER_SIZE, FULL_MASK


class Write:
    """Bytes that go to one place of a device, gathered from the payload."""

    __slots__ = ("dev_id", "end", "offset", "pieces")

    def __init__(self, dev_id: int, offset: int, start: int, size: int) -> None:
        self.dev_id = dev_id
        self.offset = offset
        """Bytes from the start of the device."""
        self.end = offset + size
        self.pieces = [(start, start + size)]
        """Start and end of each piece in the payload, in bytes, in order."""

    def add(self, start: int, end: int) -> None:
        """Append a part of the payload."""
        self.end += end - start
        if self.pieces[-1][1] == start:
            self.pieces[-1] = (self.pieces[-1][0], end)
        else:
            self.pieces.append((start, end))


def gather_writes(header: ExtentHeader, rejected: Rejected) -> list[Write]:
    """Join the stored blocks of an extent into writes.

    Blocks that follow each other on the device become one write even when other devices' clusters
    lie between them in the payload.

    Args:
        header: Says which blocks the payload holds, in which order.
        rejected: Positions of slots that must not be written.
    """
    writes: list[Write] = []
    open_writes: dict[int, Write] = {}
    start = position = 0
    for slot, count in header.runs if not rejected else [(slot, 1) for slot in header.used]:
        is_left_out = position in rejected
        position += count
        if is_left_out:
            start += (slot >> 48).bit_count() * BLOCK_SIZE
            continue
        dev_id, base = slot >> 32 & 0xFF, (slot & 0xFFFFFFFF) * CLUSTER_SIZE
        for block, blocks in _stored(slot >> 48, count):
            offset, size = base + block * BLOCK_SIZE, blocks * BLOCK_SIZE
            write = open_writes.get(dev_id)
            if write is not None and write.end == offset:
                write.add(start, start + size)
            else:
                write = Write(dev_id, offset, start, size)
                open_writes[dev_id] = write
                writes.append(write)
            start += size
    return writes


def _stored(mask: int, clusters: int) -> Sequence[Run]:
    """Return the runs of stored blocks in neighbouring clusters with the same mask."""
    if mask == FULL_MASK:
        return ((0, BLOCKS_PER_CLUSTER * clusters),)
    runs = runs_in(mask)
    if clusters == 1 or not runs:
        return runs
    firsts = range(0, BLOCKS_PER_CLUSTER * clusters, BLOCKS_PER_CLUSTER)
    return [(first + block, blocks) for first in firsts for block, blocks in runs]
