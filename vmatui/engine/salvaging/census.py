"""Looks at all extents of an archive whose header is damaged, for what they say of the header."""

from __future__ import annotations

import os
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from vmatui.engine.archive import Archive
from vmatui.engine.handover import stop_if
from vmatui.engine.salvaging.reach import Reach, measure_all
from vmatui.engine.walking.extentfinder import HEADER
from vmatui.engine.walking.feed import BufferPool
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.walk import Walk
from vmatui.errors import SourceError
from vmatui.format import layout
from vmatui.format.extent import first_extent
from vmatui.format.header import Header
from vmatui.format.mending import Evidence
from vmatui.storage.source import Source, open_source

_MAX_UUIDS: Final = 64
"""Different uuids that are counted: more are in no archive that anybody wrote."""


def look_for_evidence(
    path: str | os.PathLike[str], stop: threading.Event
) -> tuple[bytes, Evidence | None]:
    """Return the start of an archive, and what its extents say, if any can be read.

    Args:
        path: Can be read more than once.
        stop: Ends the look.

    Raises:
        SourceError: it cannot be opened.
        CancelledError: `stop` was set.
    """
    with open_source(path) as source:
        head = _read(source, layout.MAX_HEADER_SIZE + HEADER)
    first = first_extent(head)
    if first is None:
        return head, None
    source = open_at(path, first)
    try:
        return head, _census(source, stop).evidence(first)
    finally:
        source.close()


@dataclass(slots=True)
class _Census:
    """What the extents of a source say whose md5 is right."""

    uuids: Counter[bytes] = field(default_factory=Counter)
    reaches: dict[bytes, dict[int, Reach]] = field(default_factory=dict)
    extents: int = 0
    gaps: int = 0
    """Bytes that are no extent."""

    def take(self, extent: Extent) -> None:
        self.extents += 1
        uuid = extent.header.uuid
        if not extent.header.checksum_matches:
            return
        if uuid in self.uuids or len(self.uuids) < _MAX_UUIDS:
            self.uuids[uuid] += 1
            reaches = self.reaches.setdefault(uuid, {})
            for first, last in extent.header.clusters:
                reach = reaches.setdefault(first >> 32, Reach())
                reach.add(first & 0xFFFFFFFF, last & 0xFFFFFFFF)

    def evidence(self, first: int) -> Evidence | None:
        """Return what was found, if any extent was."""
        if not self.uuids:
            return None
        uuid = self.uuids.most_common(1)[0][0]
        most = (self.extents + self.gaps // HEADER) * layout.SLOTS_PER_EXTENT
        reaches = self.reaches[uuid].items()
        usable = {dev_id: reach for dev_id, reach in reaches if dev_id <= layout.MAX_DEV_ID}
        clusters, strays = measure_all(usable)
        return Evidence(first, uuid, clusters, most, strays)


def _census(source: Source, stop: threading.Event) -> _Census:
    census = _Census()
    nobody = Header(UUID(int=0), 0, 0, (), ())
    pool = None if source.seekable else BufferPool(1)
    for item in Walk(Archive(source, nobody, (), b""), pool, is_ours_only=False):
        stop_if(stop)
        if isinstance(item, Extent):
            census.take(item)
            item.release()
        else:
            census.gaps += item.length
    return census


def open_at(path: str | os.PathLike[str], offset: int) -> Source:
    """Open a source and go to an archive offset.

    Raises:
        SourceError: it cannot be opened, or it ends before.
    """
    source = open_source(path)
    try:
        if source.seekable:
            source.seek(offset)
        elif len(_read(source, offset)) < offset:
            raise SourceError(f"{source.name} is another file now than before: try again")
    except BaseException:
        source.close()
        raise
    return source


def _read(source: Source, length: int) -> bytes:
    buffer = bytearray(length)
    return bytes(buffer[: source.readv([memoryview(buffer)])])
