"""One thread reads ahead, another works: a short queue between them, buffers used over and over.

The reader's thread walks the source (and so decompresses); whoever iterates checks and writes.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from vmatui.engine.archive import Archive
from vmatui.engine.feed import BufferPool
from vmatui.engine.walk import Extent, Gap, Walk
from vmatui.errors import CancelledError

BUFFERS: Final = 3
"""One is filled, one waits, one is worked on."""
_QUEUED: Final = 8
"""Batches that may wait; extents with a payload are bounded by their buffers already."""
_BATCH: Final = 64
"""Extents without payload that are handed over together: alone, each costs a thread switch."""
_LOOK: Final = 0.05
"""Seconds between two looks at the cancel event while a slow source gives nothing."""

Item = Extent | Gap


class _Handover:
    """The queue between the two threads, which either side can end."""

    def __init__(self) -> None:
        self._batches: deque[list[Item]] = deque()
        self._changed = threading.Condition()
        self.error: BaseException | None = None
        self.is_stopped = False

    def put(self, batch: list[Item]) -> bool:
        """Add items (none end them), waiting for room; False when nobody wants any more."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_stopped or len(self._batches) < _QUEUED)
            self._batches.append(batch)
            self._changed.notify_all()
            return not self.is_stopped

    def get(self, cancel: threading.Event) -> list[Item]:
        """Return the next items, none after the last.

        Raises:
            CancelledError: the user stopped the job.
        """
        with self._changed:
            while not self._changed.wait_for(lambda: bool(self._batches), timeout=_LOOK):
                stop_if(cancel)
            stop_if(cancel)
            batch = self._batches.popleft()
            self._changed.notify_all()
            return batch

    def stop(self) -> None:
        """Tell the reader that nobody wants any more."""
        with self._changed:
            self.is_stopped = True
            self._changed.notify_all()


def stop_if(cancel: threading.Event) -> None:
    """Raise `CancelledError` if the user stopped the job."""
    if cancel.is_set():
        raise CancelledError("stopped by the user")


@contextmanager
def read_ahead(archive: Archive, cancel: threading.Event) -> Iterator[Iterator[Item]]:
    """Walk an archive in a thread of its own.

    The payload of an extent may be looked at until the next item is asked for.

    Args:
        archive: Its source stands at the first extent.
        cancel: Looked at before each item and while a slow source gives nothing.

    Yields:
        The extents and gaps in file order.
    """
    pool = BufferPool(BUFFERS)
    handover = _Handover()
    walk = Walk(archive, pool)
    reader = threading.Thread(
        target=_read, args=(walk, handover), name="vmatui-reader", daemon=True
    )
    reader.start()
    try:
        yield _received(handover, cancel)
    finally:
        handover.stop()
        pool.shut()
        # A reader that hangs on a silent pipe cannot be woken; it is left behind.
        reader.join(timeout=1)


def walk_headers(archive: Archive, cancel: threading.Event) -> Iterator[Item]:
    """Walk only the extent headers of a seekable archive."""
    for item in Walk(archive, None):
        stop_if(cancel)
        yield item


def _read(walk: Walk, handover: _Handover) -> None:
    batch: list[Item] = []
    try:
        for item in walk:
            batch.append(item)
            has_payload = isinstance(item, Extent) and item.buffer is not None
            if has_payload or len(batch) == _BATCH:
                if not handover.put(batch):
                    return
                batch = []
    except BaseException as error:
        handover.error = error
    if batch:
        handover.put(batch)
    handover.put([])


def _received(handover: _Handover, cancel: threading.Event) -> Iterator[Item]:
    while batch := handover.get(cancel):
        for item in batch:
            yield item
            if isinstance(item, Extent):
                item.release()
    if handover.error is not None:
        raise handover.error
