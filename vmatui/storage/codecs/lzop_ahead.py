"""Blocks of an lzop part, unpacked by several threads ahead of their turn.

Only blocks that are right in every respect are given from here. The first that is not stays where
it is, for the decoder that goes block by block and knows what to do about damage.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from vmatui.storage.codecs.intake import Decoded, Intake, Mark
from vmatui.storage.codecs.lzop_block import LARGEST_HEADER, BlockHeader, parse_block

_MOST_THREADS: Final = 4
_LARGEST_BLOCK: Final = 1 << 18
"""Bytes of a block that is unpacked here: what lzop writes."""


class BlocksAhead:
    """The blocks that follow in a stream, unpacked by threads.

    Args:
        intake: Stands at a block whenever `decode` is called, and behind those given afterwards.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._threads = min(len(os.sched_getaffinity(0)), _MOST_THREADS)
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="vmatui-unpack")
        self._begun: deque[tuple[BlockHeader, Future[bytes | None]]] = deque()
        self._length = 0
        """Bytes of the file in the blocks that are under way."""

    def decode(self, flags: int) -> Decoded:
        """Decode blocks up to one that is not for here; always True.

        Args:
            flags: Of the part.
        """
        while self._threads > 1:
            self._begin(flags)
            if not self._begun:
                break
            header, unpacked = self._begun.popleft()
            data = unpacked.result()
            if data is None:
                self._begun.clear()
                self._length = 0
                break
            self._length -= header.end
            self._intake.skip(header.end)
            yield data
            yield Mark.SETTLED
        return True

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(cancel_futures=True)

    def _begin(self, flags: int) -> None:
        while len(self._begun) < self._threads + 1:
            at = self._length
            header = parse_block(self._intake.look(at + LARGEST_HEADER)[at:], flags)
            if header is None or header.length > _LARGEST_BLOCK:
                return
            packed = self._intake.look(at + header.end)[at + header.size :]
            if len(packed) < header.packed_length:
                return
            self._length += header.end
            self._begun.append((header, self._pool.submit(_unpack, header, packed)))


def _unpack(header: BlockHeader, packed: memoryview) -> bytes | None:
    data = header.unpack(packed)
    return data if data is not None and header.proves(data, packed) else None
