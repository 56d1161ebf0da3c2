"""Several writes at a time, for targets where each waits for the disk.

That is so where they go past the page cache: one write alone leaves the disk idle in between, and
so does waiting for the last write of an extent before the next extent's first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from vmatui.engine.walking.feed import Buffer

if TYPE_CHECKING:  # a restore to files does without
    from concurrent.futures import Future, ThreadPoolExecutor

AT_ONCE: Final = 8
"""Beyond that the disks that were measured gained nothing."""
HELD: Final = 2
"""Extents whose writes may go on while a later one is worked on; likewise."""

Writev = Callable[[int, Sequence[memoryview]], None]
"""Takes an offset in bytes and what goes there."""


class ParallelWrites:
    """Writes that go on in threads until they are waited for."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._begun: list[Future[None]] = []
        self._kept: deque[tuple[list[Future[None]], Buffer]] = deque()

    @property
    def held(self) -> int:
        """How many buffers are held at most."""
        return 0 if self._pool is None else HELD

    def of(self, writev: Writev) -> Writev:
        """Return a function that only begins what another one does."""
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="vmatui-write")
        submit = self._pool.submit

        def begin(offset: int, views: Sequence[memoryview]) -> None:
            self._begun.append(submit(writev, offset, views))

        return begin

    def keep(self, buffer: Buffer) -> None:
        """Hold the buffer that the writes since the last call take their bytes from.

        Where too many are held already, the writes from the oldest are waited for.

        Raises:
            TargetError: one of those failed; others may go on until all is closed.
        """
        if self._begun:
            buffer.hold()
            self._kept.append((self._begun, buffer))
            self._begun = []
        self._wait(HELD)

    def settle(self) -> None:
        """Wait for all writes whose buffers are held.

        Raises:
            TargetError: one of them failed; others may go on until all is closed.
        """
        self._wait(0)

    def close(self) -> None:
        """Wait for the writes that go on, however they end, and end the threads.

        Those that wait for a thread are dropped: there are any only after a failure or when the
        user has stopped the job, and a slow or sick disk would take long for them.
        """
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _wait(self, left: int) -> None:
        while len(self._kept) > left:
            begun, buffer = self._kept.popleft()
            for each in begun:
                each.result()
            # Not reached after a failure: others may still take their bytes from the buffer.
            buffer.release()
