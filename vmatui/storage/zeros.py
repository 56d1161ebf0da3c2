"""Finds the blocks of a cluster that are not all zero, without copying a byte."""

from __future__ import annotations

import mmap
from typing import Final

from vmatui.format.layout import BLOCK_SIZE, BLOCKS_PER_CLUSTER, CLUSTER_SIZE, FULL_MASK

_ZERO_CLUSTER: Final = bytes(CLUSTER_SIZE)
_ZERO_BLOCK: Final = bytes(BLOCK_SIZE)
_BLOCKS: Final = tuple(
    (1 << block, block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE)
    for block in range(BLOCKS_PER_CLUSTER)
)


def mask_of(buffer: bytes | bytearray | memoryview | mmap.mmap, offset: int) -> int:
    """Return the mask of a cluster: bit n is set if block n has a byte that is not zero.

    Args:
        buffer: Single bytes.
        offset: Where the cluster starts in it; all 65536 bytes must be there.
    """
    # Most blocks that are stored tell it by their first byte.
    firsts = buffer[offset : offset + CLUSTER_SIZE : BLOCK_SIZE]
    if 0 not in firsts:
        return FULL_MASK
    cluster = memoryview(buffer)[offset : offset + CLUSTER_SIZE]
    # memcmp against constant zeros; it ends at the first byte that differs.
    if _ZERO_CLUSTER.startswith(cluster):
        return 0
    mask = 0
    for first, (bit, start, end) in zip(firsts, _BLOCKS, strict=True):
        if first or not _ZERO_BLOCK.startswith(cluster[start:end]):
            mask |= bit
    return mask
