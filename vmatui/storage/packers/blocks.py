"""Compresses a stream as blocks that know nothing of each other, several at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor


class BlockPacker:
    """Compresses one archive, a `vmatui.storage.compressors.Compressor`.

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
        self._pack = pack
        self._block_size = block_size
        self._head, self._tail = head, tail
        self._block = bytearray()
        # One block more than threads waits to be written while all of them work.
        self._most_pending = threads + 1
        self._pending: deque[Future[bytes]] = deque()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="vmatui-pack")

    def add(self, view: memoryview) -> Iterator[bytes]:
        """Take bytes, waiting for the oldest block when all threads are busy."""
        if self._head:
            yield self._head
            self._head = b""
        while view:
            room = self._block_size - len(self._block)
            self._block += view[:room]
            view = view[room:]
            if len(self._block) == self._block_size:
                self._submit()
            while len(self._pending) > self._most_pending:
                yield self._pending.popleft().result()

    def end(self) -> Iterator[bytes]:
        """Pack the last block and wait for all of them."""
        if self._block:
            self._submit()
        while self._pending:
            yield self._pending.popleft().result()
        yield self._tail
        self.stop()

    def stop(self) -> None:
        """End the threads once they are done with the block in their hands."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self) -> None:
        self._pending.append(self._pool.submit(self._pack, self._block))
        self._block = bytearray()
