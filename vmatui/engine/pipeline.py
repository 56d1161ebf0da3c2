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
"""Items that may wait; extents are bounded by their buffers already."""
_LOOK: Final = 0.05
"""Seconds between two looks at the cancel event while a slow source gives nothing."""

Item = Extent | Gap


class _Handover:
    """The queue between the two threads, which either side can end."""

    def __init__(self) -> None:
        self._items: deque[Item | None] = deque()
        self._changed = threading.Condition()
        self.error: BaseException | None = None
        self.is_stopped = False

    def put(self, item: Item | None) -> bool:
        """Add an item (None ends them), waiting for room; False when nobody wants any more."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_stopped or len(self._items) < _QUEUED)
            self._items.append(item)
            self._changed.notify_all()
            return not self.is_stopped

    def get(self, cancel: threading.Event) -> Item | None:
        """Return the next item, None after the last.

        Raises:
            CancelledError: the user stopped the job.
        """
        with self._changed:
            while not self._changed.wait_for(lambda: bool(self._items), timeout=_LOOK):
                stop_if(cancel)
            stop_if(cancel)
            item = self._items.popleft()
            self._changed.notify_all()
            return item

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
    try:
        for item in walk:
            if not handover.put(item):
                return
    except BaseException as error:
        handover.error = error
    handover.put(None)


def _received(handover: _Handover, cancel: threading.Event) -> Iterator[Item]:
    while (item := handover.get(cancel)) is not None:
        yield item
        if isinstance(item, Extent):
            item.release()
    if handover.error is not None:
        raise handover.error
