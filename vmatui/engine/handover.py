"""Work done ahead in a thread of its own, handed over in small batches through a short queue."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

from vmatui.errors import CancelledError

_QUEUED: Final = 8
"""Batches that may wait; items with a buffer are bounded by their buffers already."""
_BATCH: Final = 64
"""Small items that are handed over together: alone, each costs a thread switch."""
_AGE: Final = 0.05
"""Seconds after which they are handed over, fewer though they are: somebody looks at progress."""
_LOOK: Final = 0.05
"""Seconds between two looks at the cancel event while nothing comes."""
_FAREWELL: Final = 0.3
"""Seconds that a thread gets to end: whoever cancels waits for it."""

T = TypeVar("T")


def stop_if(cancel: threading.Event) -> None:
    """Raise `CancelledError` if the user stopped the job."""
    if cancel.is_set():
        raise CancelledError("stopped by the user")


@contextmanager
def done_ahead(
    items: Iterable[T],
    *,
    is_large: Callable[[T], bool],
    wake: Callable[[], None],
    cancel: threading.Event,
    idle: Callable[[], None] = lambda: None,
) -> Iterator[Iterator[T]]:
    """Iterate over items that a thread of its own makes.

    Args:
        items: Iterated over in the thread; what it raises is raised here.
        is_large: Whether an item is worth handing over by itself.
        wake: Called at the end, to free a thread that waits for something of the items'.
        cancel: Looked at before each batch and while nothing comes.
        idle: Called now and then while nothing comes.

    Yields:
        The items, in order.
    """
    handover: _Handover[T] = _Handover()
    thread = threading.Thread(
        target=_make, args=(items, is_large, handover), name="vmatui-ahead", daemon=True
    )
    thread.start()
    try:
        yield _received(handover, cancel, idle)
    finally:
        handover.stop()
        wake()
        # A thread that hangs on a silent pipe cannot be woken; it is left behind.
        thread.join(timeout=_FAREWELL)


class _Handover(Generic[T]):
    """The queue between the two threads, which either side can end."""

    def __init__(self) -> None:
        self._batches: deque[list[T]] = deque()
        self._changed = threading.Condition()
        self.error: BaseException | None = None
        self._is_stopped = False

    def put(self, batch: list[T]) -> bool:
        """Add items (none end them), waiting for room; False when nobody wants any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_stopped or len(self._batches) < _QUEUED)
            self._batches.append(batch)
            self._changed.notify_all()
            return not self._is_stopped

    def get(self) -> list[T] | None:
        """Return the next items, an empty list after the last; None if they take long to come."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._batches), timeout=_LOOK):
                return None
            batch = self._batches.popleft()
            self._changed.notify_all()
            return batch

    def stop(self) -> None:
        """Tell the maker that nobody wants any more."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()


def _make(items: Iterable[T], is_large: Callable[[T], bool], handover: _Handover[T]) -> None:
    batch: list[T] = []
    begun = time.monotonic()
    try:
        for item in items:
            batch.append(item)
            now = time.monotonic()
            if is_large(item) or len(batch) == _BATCH or now - begun > _AGE:
                if not handover.put(batch):
                    return
                batch, begun = [], now
    except BaseException as error:
        handover.error = error
    if batch:
        handover.put(batch)
    handover.put([])


def _received(
    handover: _Handover[T], cancel: threading.Event, idle: Callable[[], None]
) -> Iterator[T]:
    while True:
        batch = handover.get()
        stop_if(cancel)
        if batch is None:
            idle()
        elif batch:
            yield from batch
        else:
            break
    if handover.error is not None:
        raise handover.error
