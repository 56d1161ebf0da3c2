"""Compresses a stream as blocks that know nothing of each other, several at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Block = TypeVar("Block")
Packed = TypeVar("Packed")


class Packing(Generic[Block, Packed]):
    """Packs blocks in several threads, and gives them in the order in which they came.

    Args:
        pack: Makes a block what it is in the file; runs in several threads at once.
        threads: How many pack.
        most_pending: Blocks that may be pending when the surplus was taken.
    """

    def __init__(self, pack: Callable[[Block], Packed], threads: int, *, most_pending: int) -> None:
        self._pack = pack
        self._most_pending = most_pending
        self._pending: deque[Future[Packed]] = deque()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="vmatui-pack")

    def submit(self, block: Block) -> None:
        """Have a block packed, which nobody may touch any more."""
        self._pending.append(self._pool.submit(self._pack, block))

    def take_surplus(self) -> Iterator[Packed]:
        """Take the oldest blocks, waiting for them, while more are pending than there may be."""
        while len(self._pending) > self._most_pending:
            yield self._pending.popleft().result()

    def take_all(self) -> Iterator[Packed]:
        """Take all blocks, waiting for them."""
        while self._pending:
            yield self._pending.popleft().result()

    def stop(self) -> None:
        """End the threads once they are done with the block in their hands."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class BlockPacker:
    """Compresses one archive in blocks of one size, a `vmatui.storage.compressors.Compressor`.

    Args:
        pack: Makes a block what it is in the file; runs in several threads at once.
        block_size: Bytes of a block before it is packed; the last one may have less.
        threads: How many pack.
        head: What stands in the file before the first block.
        tail: What stands after the last.
    """

    def __init__(
        self,
        pack: Callable[[bytearray], bytes],
        block_size: int,
        threads: int,
        *,
        head: bytes = b"",
        tail: bytes = b"",
    ) -> None:
        # One block more than threads waits to be written while all of them work.
        self._packing = Packing(pack, threads, most_pending=threads + 1)
        self._block_size = block_size
        self._head, self._tail = head, tail
        self._block = bytearray()

    def add(self, views: Sequence[memoryview]) -> Iterator[bytes]:
        """Take bytes, waiting for the oldest block when all threads are busy."""
        if self._head:
            yield self._head
            self._head = b""
        for view in views:
            rest = view
            while rest:
                room = self._block_size - len(self._block)
                self._block += rest[:room]
                rest = rest[room:]
                if len(self._block) == self._block_size:
                    self._submit()
                yield from self._packing.take_surplus()

    def end(self) -> Iterator[bytes]:
        """Pack the last block and wait for all of them."""
        if self._block:
            self._submit()
        yield from self._packing.take_all()
        yield self._tail
        self.stop()

    def stop(self) -> None:
        """End the threads once they are done with the block in their hands."""
        self._packing.stop()

    def _submit(self) -> None:
        self._packing.submit(self._block)
        self._block = bytearray()
