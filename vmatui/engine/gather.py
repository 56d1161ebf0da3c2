"""Turns the clusters of an extent into as few and as large writes as possible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from vmatui.engine.checker import Placement
from vmatui.format.extent import runs_in
from vmatui.format.layout import BLOCK_SIZE, CLUSTER_SIZE


@dataclass(slots=True)
class Write:
    """Bytes that go to one place of a device, gathered from the payload."""

    dev_id: int
    offset: int
    """Bytes from the start of the device."""
    end: int
    pieces: list[tuple[int, int]] = field(default_factory=list)
    """Start and end of each piece in the payload, in bytes, in order."""


def gather_writes(placements: Iterable[Placement]) -> list[Write]:
    """Join the stored blocks of an extent into writes.

    Blocks that follow each other on the device become one write even when other devices' clusters
    lie between them in the payload.
    """
    writes: list[Write] = []
    open_writes: dict[int, Write] = {}
    for dev_id, cluster, mask, start in placements:
        base = cluster * CLUSTER_SIZE
        for block, count in runs_in(mask):
            offset = base + block * BLOCK_SIZE
            length = count * BLOCK_SIZE
            write = open_writes.get(dev_id)
            if write is None or write.end != offset:
                write = open_writes[dev_id] = Write(dev_id, offset, offset)
                writes.append(write)
            write.end = offset + length
            if write.pieces and write.pieces[-1][1] == start:
                write.pieces[-1] = (write.pieces[-1][0], start + length)
            else:
                write.pieces.append((start, start + length))
            start += length
    return writes
