"""Walks one copy for a salvage: a damaged extent counts as far as it proves itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from vmatui.engine.checking.checker import Checker
from vmatui.engine.checking.prover import proving
from vmatui.engine.checking.verify import walk_through
from vmatui.engine.progress import Meter
from vmatui.engine.salvaging.copies import Copy
from vmatui.engine.salvaging.offers import offers_of
from vmatui.engine.salvaging.salvager import Salvager
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.pipeline import read_ahead, walk_headers
from vmatui.engine.walking.visitor import Rejected, Visitor
from vmatui.format.header import Header


class SalvageChecker(Checker):
    """A checker that lets through what a damaged extent proves."""

    def take_extent(self, extent: Extent) -> Rejected:
        """Check one extent; return the slots whose clusters must not be written."""
        rejected = super().take_extent(extent)
        if extent.is_sound:
            return rejected
        slots = frozenset(range(len(extent.header.used)))
        clusters = {dev_id: tally.clusters for dev_id, tally in self.tallies.items()}
        return slots - {
            offer.position
            for offer in offers_of(extent, clusters)
            if offer.cluster not in self.tallies[offer.dev_id].seen
        }


def walk_copy(
    copy: Copy,
    header: Header,
    salvager: Salvager,
    others: Sequence[Visitor],
    meter: Meter,
    stop: threading.Event,
    *,
    manifest: Path | None = None,
    is_quick: bool = False,
) -> SalvageChecker:
    """Walk a copy to its end; what it offers is taken by the salvager.

    Args:
        copy: Open.
        header: That counts for all copies.
        salvager: Sees the walk before all others.
        others: See it too.
        meter: Reports.
        stop: Ends it.
        manifest: Of the archive; None looks beside the copy for one.
        is_quick: Read only the headers where the copy can be seeked.
    """
    copy.archive.source.begin()
    archive = copy.archive._replace(header=header)
    checker = SalvageChecker(header, archive.faults)
    is_full = not (is_quick and archive.source.seekable)
    with (
        proving(archive, checker, manifest=manifest, is_full=is_full) as provers,
        read_ahead(archive, stop, idle=meter.again)
        if is_full
        else nullcontext(walk_headers(archive, stop)) as items,
    ):
        walk_through(archive, items, checker, [*provers, salvager, *others], meter)
    return checker
