"""Memory that costs only what is written to, for tables as large as an archive may need them.

It never moves: one thread may write it while another reads.
"""

from __future__ import annotations

import mmap
from typing import Final

_NORESERVE: Final = 0x4000  # mmap.MAP_NORESERVE, which Python names only from 3.13 on


def sparse_memory(size: int) -> memoryview:
    """Return `size` bytes of zeros; pages that nobody writes take no memory."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NORESERVE
    return memoryview(mmap.mmap(-1, max(size, 1), flags=flags))
