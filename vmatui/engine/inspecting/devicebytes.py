"""The bytes of a device at any place, put together from the extents that bring its clusters.

Zero, stored and missing stay three things: what is not stored is given as zeros with a flaw that
says which it is.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.engine.inspecting.anatomy import Anatomy, read_anatomy
from vmatui.engine.inspecting.archivebytes import ArchiveBytes
from vmatui.engine.inspecting.bytepieces import ExtentsOf, Flaw, Flawed, Piece
from vmatui.engine.progress import ProgressFunction, ignore
from vmatui.engine.walking.extentfaults import header_faults
from vmatui.format import layout
from vmatui.format.extent import runs_in
from vmatui.format.header import Device

_KEPT: Final = 64
"""Extents whose headers stay at hand."""


class DeviceBytes:
    """Reads a device of an archive at any place; for one thread at a time.

    Args:
        archive: Its bytes.
        extents: Where its extents are.
        device: Which device.
        extents_of: Says which extents bring clusters.
        uuid: Of the archive.
    """

    def __init__(
        self,
        archive: ArchiveBytes,
        extents: ExtentTable,
        device: Device,
        extents_of: ExtentsOf,
        uuid: bytes,
    ) -> None:
        self._archive = archive
        self._extents = extents
        self._device = device
        self._extents_of = extents_of
        self._uuid = uuid
        self._known: OrderedDict[int, Anatomy | None] = OrderedDict()

    @property
    def size(self) -> int:
        """Bytes of the device."""
        return self._device.size

    def is_near(self, offset: int, length: int) -> bool:
        """Whether reading there takes no time that a person would notice."""
        return all(
            number < 0
            or self._archive.is_near(self._extents[number].offset, layout.EXTENT_HEADER_SIZE)
            for number in self._extents_of(*_clusters(offset, offset + length))
        )

    def read_at(
        self,
        offset: int,
        length: int,
        *,
        progress: ProgressFunction = ignore,
        cancel: threading.Event | None = None,
    ) -> Piece:
        """Return the bytes at a place, fewer only at the end of the device.

        Args:
            offset: On the device, in bytes.
            length: How many bytes.
            progress: Hears how far the way to them is, where it is long.
            cancel: Ends it early.

        Raises:
            SourceError: the archive cannot be opened, or is not the same any more.
            CancelledError: `cancel` was set.
        """
        stop = min(offset + length, self.size)
        if stop <= offset:
            return Piece(offset, b"")
        first, count = _clusters(offset, stop)
        data, flaws = bytearray(count * layout.CLUSTER_SIZE), list[Flawed]()
        view = memoryview(data)
        numbers = list(self._extents_of(first, count))
        # In the order of the archive, which may have to be walked.
        for index in sorted(range(count), key=numbers.__getitem__):
            part = view[index * layout.CLUSTER_SIZE : (index + 1) * layout.CLUSTER_SIZE]
            flaws += self._read(first + index, numbers[index], part, progress, cancel)
        view.release()
        skipped = first * layout.CLUSTER_SIZE
        return Piece(
            offset,
            bytes(data[offset - skipped : stop - skipped]),
            tuple(
                (max(low, offset), min(high, stop), flaw)
                for low, high, flaw in sorted(flaws)
                if low < stop and high > offset
            ),
        )

    def _read(
        self,
        cluster: int,
        number: int,
        into: memoryview,
        progress: ProgressFunction,
        cancel: threading.Event | None,
    ) -> list[Flawed]:
        """Fill in a cluster; return what is the matter with it."""
        start = cluster * layout.CLUSTER_SIZE
        anatomy = None
        if number >= 0:
            # The way to an extent may be long; what follows is near it.
            offset = self._extents[number].offset
            self._archive.read_at(offset, 1, progress=progress, cancel=cancel)
            anatomy = self._anatomy(number)
        slot = anatomy.slot_of(self._device.dev_id, cluster) if anatomy else None
        if anatomy is None or slot is None:
            return [(start, start + layout.CLUSTER_SIZE, Flaw.MISSING)]
        flaws = self._blocks(anatomy, slot, into, start)
        if header_faults(anatomy.header, self._uuid):
            flaws.append((start, start + layout.CLUSTER_SIZE, Flaw.DOUBTFUL))
        return flaws

    def _blocks(self, anatomy: Anatomy, slot: int, into: memoryview, start: int) -> list[Flawed]:
        """Fill in the stored blocks of a cluster that starts at an offset of the device."""
        flaws, done = list[Flawed](), 0
        at = anatomy.starts[slot]
        for first, blocks in runs_in(anatomy.slots[slot].mask):
            low, size = first * layout.BLOCK_SIZE, blocks * layout.BLOCK_SIZE
            piece, shift = self._archive.read_at(at, size), start + low - at
            into[low : low + len(piece.data)] = piece.data
            flaws += [(begin + shift, end + shift, flaw) for begin, end, flaw in piece.flaws]
            if len(piece.data) < size:
                flaws.append((piece.end + shift, at + size + shift, Flaw.UNREADABLE))
            if low > done:
                flaws.append((start + done, start + low, Flaw.ZERO))
            done = low + size
            at += size
        if done < layout.CLUSTER_SIZE:
            flaws.append((start + done, start + layout.CLUSTER_SIZE, Flaw.ZERO))
        return flaws

    def _anatomy(self, number: int) -> Anatomy | None:
        if number not in self._known:
            self._known[number] = read_anatomy(self._archive, self._extents, number)
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return self._known[number]


def _clusters(start: int, stop: int) -> tuple[int, int]:
    """Return the first of the clusters that some bytes are in, and how many there are."""
    first = start // layout.CLUSTER_SIZE
    return first, layout.clusters_in(stop) - first
