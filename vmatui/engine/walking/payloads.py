"""The payload of an extent by its header: how long it may be, and whether anybody wants it."""

from __future__ import annotations

from collections.abc import Callable

from vmatui.format import layout
from vmatui.format.extent import ExtentHeader

Wanted = Callable[[ExtentHeader], bool]
"""Whether anybody wants the payload of the extent with this header."""


def payload_sizes(header: ExtentHeader) -> tuple[int, ...]:
    """Return the payload sizes in bytes that a header allows, ascending."""
    named = header.blocks_in_masks
    if named == header.block_count:
        return (named * layout.BLOCK_SIZE,)
    counts = {named, header.block_count}
    return tuple(sorted(n * layout.BLOCK_SIZE for n in counts if n <= layout.MAX_BLOCKS_PER_EXTENT))
