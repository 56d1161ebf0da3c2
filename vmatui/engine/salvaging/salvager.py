"""Takes what the extents of a copy offer, writes it, and finds where copies disagree.

The outputs hold what was taken before, so a cluster that comes again is compared with them: memory
does not grow with the archive.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from vmatui.engine.checking.findings import Touched
from vmatui.engine.checking.unsettled import Unsettled
from vmatui.engine.restoring.gather import gather_writes
from vmatui.engine.salvaging.holding import Holdings
from vmatui.engine.salvaging.offers import COPIES_DIFFER, UNVOUCHED, Offer, offers_of
from vmatui.engine.walking.found import Extent, Gap
from vmatui.engine.walking.visitor import Rejected, Visitor
from vmatui.format.codes import Code
from vmatui.format.extent import SlotRun, runs_in
from vmatui.format.layout import BLOCK_SIZE, CLUSTER_SIZE
from vmatui.storage.targets import ResumableTarget

_ZEROS: Final = memoryview(mmap.mmap(-1, CLUSTER_SIZE))
"""Aligned to a page, as what is written past the page cache must be."""
_NUMBER: Final = 0xFFFFFFFF
"""The bits of an address that are the cluster's number."""

TakenFunction = Callable[[Iterable[SlotRun], Iterable[Touched]], None]
"""Hears of what was taken of an extent, as runs of slots, and which clusters are in doubt."""


class Salvager(Visitor):
    """Fills holdings from one copy of an archive; a visitor of its walk.

    Args:
        holdings: By dev_id; those of earlier copies are in them.
        copy: Number of the copy.
        targets: Open, by dev_id; without them nothing is written or compared.
        on_taken: Hears of what is taken.
    """

    def __init__(
        self,
        holdings: Holdings,
        copy: int = 0,
        targets: Mapping[int, ResumableTarget] | None = None,
        on_taken: TakenFunction | None = None,
    ) -> None:
        self._on_taken = on_taken
        self._holdings = holdings
        self._copy = copy
        self._targets = targets or {}
        self._clusters = {dev_id: each.device.clusters for dev_id, each in holdings.items()}
        self._unsettled = Unsettled(self._clusters)
        self._fresh: dict[tuple[int, int], Offer] = {}
        """What was taken from the extent that is looked at: not written yet."""

    def see_gap(self, gap: Gap) -> None:
        """Call doubtful what no checksum of the stream vouches for any more."""
        if not gap.doubt:
            return
        doubtful: list[Touched] = []
        for dev_id, first, last in self._unsettled.doubt(gap.offset - gap.doubt):
            ranges = self._holdings[dev_id].doubt_unvouched(first, last, UNVOUCHED, self._copy)
            doubtful += [(dev_id, low, high) for low, high in ranges]
        if self._on_taken is not None:
            self._on_taken((), doubtful)

    def see_extent(self, extent: Extent, _rejected: Rejected) -> None:
        """Take what is not there yet or better than what is, and write it."""
        self._unsettled.settle(extent.settled)
        left: Rejected = frozenset()
        if not self._takes_whole(extent):
            left = self._take_each(extent)
        self._unsettled.add(extent, left | extent.proved)
        if self._on_taken is not None:
            self._on_taken(extent.accepted_runs(left), self._doubtful(extent, left))
        if extent.buffer is None:
            return
        payload = extent.buffer.view
        for write in gather_writes(extent.header, left):
            target = self._targets.get(write.dev_id)
            if target is not None:
                target.writev(write.offset, [payload[start:end] for start, end in write.pieces])

    def _doubtful(self, extent: Extent, left: Rejected) -> list[Touched]:
        """Return the clusters that were taken of an extent and are in doubt."""
        slots = extent.accepted(left)
        taken = [(slot >> 32 & 0xFF, slot & _NUMBER, slot & _NUMBER) for slot in slots]
        return [each for each in taken if each[1] in self._holdings[each[0]].doubtful]

    def _takes_whole(self, extent: Extent) -> bool:
        """Whether all clusters of an extent could be taken at once: they are sound and new."""
        if extent.faults or extent.holes or extent.doubts or extent.rotten or extent.is_displaced:
            return False
        runs = extent.header.clusters
        if sum([last - first + 1 for first, last in runs]) != len(extent.header.used):
            return False
        free = []
        for first, last in runs:
            holding, low, high = self._holdings.get(first >> 32), first & _NUMBER, last & _NUMBER
            if holding is None or not holding.is_free(low, high):
                return False
            free.append((holding, low, high))
        for holding, low, high in free:
            holding.take_run(low, high, self._copy)
        return True

    def _take_each(self, extent: Extent) -> Rejected:
        """Take what an extent offers, one by one; return the slots that are left."""
        left = set(range(len(extent.header.used)))
        self._fresh.clear()
        for offer in offers_of(extent, self._clusters):
            if self._takes(offer, extent):
                left.remove(offer.position)
                self._fresh[offer.dev_id, offer.cluster] = offer
        return frozenset(left)

    def _takes(self, offer: Offer, extent: Extent) -> bool:
        """Note what an offer means; return whether it is to be written."""
        holding, cluster = self._holdings[offer.dev_id], offer.cluster
        is_doubtful = cluster in holding.doubtful
        if not (is_doubtful or cluster in holding.sound):
            holding.take(cluster, offer.reason, self._copy)
            return True
        is_same_copy = cluster in holding.origins[self._copy]
        differs = self._differs(offer, extent)
        if differs and not is_same_copy:
            holding.differing.add(cluster, cluster)
        if is_doubtful and offer.reason is None:
            self._clear(offer)
            holding.take(cluster, None, self._copy)
            return True
        if is_doubtful:
            holding.repeated += 1
        elif differs and offer.reason is None:
            again = Code.DUPLICATE_CLUSTER.value
            holding.doubt(cluster, cluster, again if is_same_copy else COPIES_DIFFER)
        return False

    def _clear(self, offer: Offer) -> None:
        """Make the place of a doubtful cluster read zero: the better one may store fewer blocks."""
        target = self._targets.get(offer.dev_id)
        if target is not None:
            target.writev(offer.cluster * CLUSTER_SIZE, [_ZEROS])

    def _differs(self, offer: Offer, extent: Extent) -> bool:
        """Whether what was taken for a cluster is something else than an extent offers."""
        target = self._targets.get(offer.dev_id)
        if target is None:
            return False
        fresh = self._fresh.get((offer.dev_id, offer.cluster))
        if fresh is not None:
            return _cluster(offer, extent) != _cluster(fresh, extent)
        start = offer.cluster * CLUSTER_SIZE
        there = target.read(start, min(CLUSTER_SIZE, target.size - start))
        return there != _cluster(offer, extent)[: len(there)]


def _cluster(offer: Offer, extent: Extent) -> bytes:
    """Return the bytes of a cluster, stored blocks and zeros."""
    whole = bytearray(CLUSTER_SIZE)
    if extent.buffer is not None:
        at = offer.start
        for block, blocks in runs_in(offer.mask):
            place, size = block * BLOCK_SIZE, blocks * BLOCK_SIZE
            whole[place : place + size] = extent.buffer.view[at : at + size]
            at += size
    return bytes(whole)
