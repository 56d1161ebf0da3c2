"""Several writes at a time, for targets where each waits for the disk.

That is so where they go past the page cache: one write alone leaves the disk idle in between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # a restore to files does without
    from concurrent.futures import Future, ThreadPoolExecutor

AT_ONCE: Final = 4
"""More than two gain little on the disks that were measured, and cost nothing."""

Writev = Callable[[int, Sequence[memoryview]], None]
"""Takes an offset in bytes and what goes there."""


class ParallelWrites:
    """Writes that go on in threads until they are waited for."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._begun: list[Future[None]] = []

    def of(self, writev: Writev) -> Writev:
        """Return a function that only begins what another one does."""
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="vmatui-write")
        submit = self._pool.submit

        def begin(offset: int, views: Sequence[memoryview]) -> None:
            self._begun.append(submit(writev, offset, views))

        return begin

    def settle(self) -> None:
        """Wait for all writes that were begun; afterwards nobody looks at their bytes.

        Raises:
            TargetError: of those that failed, what the first one said.
        """
        begun, self._begun = self._begun, []
        errors = [each.exception() for each in begun]
        for error in filter(None, errors):
            raise error

    def close(self) -> None:
        """Wait for all writes, however they end, and end the threads."""
        if self._pool is not None:
            self._pool.shutdown()
