"""One thread reads ahead, another works: the walk of an archive, with buffers used over and over.

The reader's thread walks the source (and so decompresses); whoever iterates checks and writes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from vmatui.engine.archive import Archive
from vmatui.engine.handover import done_ahead, stop_if
from vmatui.engine.walking.feed import BufferPool
from vmatui.engine.walking.found import Extent, Gap
from vmatui.engine.walking.payloads import Wanted
from vmatui.engine.walking.walk import Walk

BUFFERS: Final = 4
"""One is filled, one is worked on, and two wait: neither side is as fast all the time."""

Item = Extent | Gap


@contextmanager
def read_ahead(
    archive: Archive,
    cancel: threading.Event,
    *,
    payload_from: int = 0,
    is_wanted: Wanted | None = None,
    reads_all: bool = False,
    held: int = 0,
    idle: Callable[[], None] = lambda: None,
) -> Iterator[Iterator[Item]]:
    """Walk an archive in a thread of its own.

    The payload of an extent may be looked at until the next item is asked for, or longer by those
    who hold its buffer.

    Args:
        archive: Its source stands at the first extent.
        cancel: Looked at before each item and while a slow source gives nothing.
        payload_from: Of a seekable archive, extents before this offset come without payload.
        is_wanted: Of a seekable archive, likewise those of which it says no.
        reads_all: Whether also payload that nobody wants is read, of any archive.
        held: Buffers that may be held longer at the same time.
        idle: Called now and then while nothing comes: a pipe is silent, or a damaged stream is
            unpacked anew from its start to find out where.

    Yields:
        The extents and gaps in file order.
    """
    pool = BufferPool(BUFFERS + held)
    walk = Walk(archive, pool, payload_from=payload_from, is_wanted=is_wanted, reads_all=reads_all)
    with done_ahead(walk, is_large=_has_payload, wake=pool.shut, cancel=cancel, idle=idle) as items:
        yield _released(items)


def walk_headers(archive: Archive, cancel: threading.Event) -> Iterator[Item]:
    """Walk only the extent headers of a seekable archive."""
    for item in Walk(archive, None):
        stop_if(cancel)
        yield item


def _has_payload(item: Item) -> bool:
    return isinstance(item, Extent) and item.buffer is not None


def _released(items: Iterator[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        if isinstance(item, Extent):
            item.release()
