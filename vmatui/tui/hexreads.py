"""The jobs of a hex view: they read pages and look for bytes, one job at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from vmatui.drawing.order import Order
from vmatui.engine.archivefacts import ArchiveFacts, reopen
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.engine.indexing.placement import Placement
from vmatui.engine.inspecting.anatomy import Anatomy, read_anatomy
from vmatui.engine.inspecting.archivebytes import ArchiveBytes
from vmatui.engine.inspecting.bytepieces import ExtentsOf, Piece, Reader
from vmatui.engine.inspecting.bytesearch import find_bytes
from vmatui.engine.inspecting.devicebytes import DeviceBytes
from vmatui.engine.progress import ProgressFunction
from vmatui.format.header import Device
from vmatui.tui.jobs import JobFunction

ARCHIVE_HEADER: Final = -1
"""Stands for the archive header where the number of an extent is wanted."""
_FAR_END: Final = 1 << 62
"""An offset behind the end of every archive."""


@dataclass(frozen=True, slots=True)
class Pages:
    """What was read for a hex view."""

    pieces: tuple[Piece, ...]
    header: Anatomy | bytes | None
    """Of the extent that was asked for, or of the archive; None if it is cut or was not wanted."""
    size: int | None
    """Bytes there are in all, None while nobody knows."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search has found."""

    place: int | None
    length: int
    size: int | None


class HexReads:
    """An archive and its devices, for the jobs that read them.

    Args:
        facts: Which archive.
        extents: Where its extents are, as far as a walk has seen.
        placement: Which clusters they bring.
    """

    def __init__(self, facts: ArchiveFacts, extents: ExtentTable, placement: Placement) -> None:
        self._uuid = facts.header.uuid.bytes
        self._header_size = facts.header.size
        self._extents = extents
        self._placement = placement
        self._archive = ArchiveBytes(partial(reopen, facts))
        self._devices: dict[int, DeviceBytes] = {}
        self._lock = threading.Lock()
        self._is_left = False

    def reading(
        self,
        device: Device | None,
        pages: Sequence[int],
        beside: Sequence[int],
        length: int,
        part: int | None,
    ) -> JobFunction:
        """Return the job that reads pages; its report is `Pages`.

        Args:
            device: Which device; None reads the archive itself.
            pages: Offsets of those that are on screen.
            beside: Offsets of others, to be read only if that takes no time.
            length: Bytes of a page.
            part: The extent whose header is wanted too, or `ARCHIVE_HEADER`.
        """

        def run(progress: ProgressFunction, cancel: threading.Event) -> Pages:
            with self._reader(device) as reader:
                pieces = [
                    reader.read_at(page, length, progress=progress, cancel=cancel) for page in pages
                ]
                header = None if part is None else self._header(part, progress, cancel)
                pieces += [
                    reader.read_at(page, length) for page in beside if reader.is_near(page, length)
                ]
                return Pages(tuple(pieces), header, reader.size)

        return run

    def ending(self) -> JobFunction:
        """Return the job that finds the end of the archive; its report is `Pages`."""

        def run(progress: ProgressFunction, cancel: threading.Event) -> Pages:
            with self._reader(None) as reader:
                reader.read_at(_FAR_END, 1, progress=progress, cancel=cancel)
                return Pages((), None, reader.size)

        return run

    def searching(self, device: Device | None, needle: bytes, start: int) -> JobFunction:
        """Return the job that looks for bytes; its report is a `Search`.

        Args:
            device: Which device; None looks through the archive itself.
            needle: The bytes.
            start: Where they may start first.
        """

        def run(progress: ProgressFunction, cancel: threading.Event) -> Search:
            with self._reader(device) as reader:
                found = find_bytes(reader, needle, start, progress=progress, cancel=cancel)
                return Search(found, len(needle), reader.size)

        return run

    def leave(self) -> None:
        """Close the archive, now or when the job that uses it is over."""
        self._is_left = True
        if self._lock.acquire(blocking=False):
            self._archive.close()
            self._lock.release()

    @contextmanager
    def _reader(self, device: Device | None) -> Iterator[Reader]:
        try:
            with self._lock:
                yield self._archive if device is None else self._device(device)
        finally:
            if self._is_left:
                self.leave()

    def _header(
        self, part: int, progress: ProgressFunction, cancel: threading.Event
    ) -> Anatomy | bytes | None:
        if part == ARCHIVE_HEADER:
            raw = self._archive.read_at(0, self._header_size, progress=progress, cancel=cancel)
            return raw.data if len(raw.data) == self._header_size else None
        # The way to an extent may be long; what follows is near it.
        self._archive.read_at(self._extents[part].offset, 1, progress=progress, cancel=cancel)
        return read_anatomy(self._archive, self._extents, part)

    def _device(self, device: Device) -> DeviceBytes:
        if device.dev_id not in self._devices:
            # An order of its own: the one that maps are drawn with belongs to their thread.
            order = Order(self._placement, device.dev_id, device.clusters)
            order.update(self._placement.count)
            self._devices[device.dev_id] = DeviceBytes(
                self._archive, self._extents, device, _extents_of(order), self._uuid
            )
        return self._devices[device.dev_id]


def _extents_of(order: Order) -> ExtentsOf:
    def extents_of(first: int, count: int) -> list[int]:
        numbers: list[int] = order.cells(first, 1, count).tolist()
        return numbers

    return extents_of
