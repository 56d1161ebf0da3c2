"""Verify: walk an archive, check everything that can be checked, change nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path

from vmatui.engine.archive import Archive
from vmatui.engine.checking.checker import Checker
from vmatui.engine.checking.prover import proving
from vmatui.engine.checking.report import VerifyReport, make_report
from vmatui.engine.progress import Meter, Phase, Progress, ProgressFunction, ignore
from vmatui.engine.walking.found import Gap
from vmatui.engine.walking.pipeline import Item, read_ahead, walk_headers
from vmatui.engine.walking.visitor import Visitor


def verify(
    archive: Archive,
    *,
    quick: bool = False,
    manifest: str | os.PathLike[str] | None = None,
    visitors: Sequence[Visitor] = (),
    progress: ProgressFunction = ignore,
    cancel: threading.Event | None = None,
) -> VerifyReport:
    """Check an archive from its first extent to its end.

    Args:
        archive: Open; it is read from its first extent to its end and not closed.
        quick: Read only the headers where the archive can be seeked.
        manifest: What the payload is compared with; None looks beside the archive for one.
        visitors: Hear of every extent and gap.
        progress: Gets a value about ten times a second and one at the end.
        cancel: Stops the job soon after it is set.

    Returns:
        All findings and counts.

    Raises:
        CancelledError: `cancel` was set.
        ManifestError: the manifest that was named cannot be used.
        SourceError: the archive cannot be read any further.
    """
    archive.source.begin()
    stop, meter = cancel or threading.Event(), Meter(progress)
    checker = Checker(archive.header, archive.faults)
    is_full = not (quick and archive.source.seekable)
    named = None if manifest is None else Path(manifest)
    with proving(archive, checker, manifest=named, is_full=is_full) as provers:
        seers = [*provers, *visitors]
        with (
            read_ahead(
                archive,
                stop,
                is_wanted=lambda header: any(seer.wants(header) for seer in seers),
                reads_all=True,
                idle=meter.again,
            )
            if is_full
            else nullcontext(walk_headers(archive, stop))
        ) as items:
            walk_through(archive, items, checker, seers, meter)
    return make_report(archive, checker, is_full=is_full)


def walk_through(
    archive: Archive,
    items: Iterable[Item],
    checker: Checker,
    visitors: Sequence[Visitor],
    meter: Meter,
) -> None:
    """Show every item of a walk to the checker and the visitors, and report on the way."""
    source = archive.source
    tallies = tuple(checker.tallies.values())

    def now(elapsed: float) -> Progress:
        return Progress(
            Phase.READING,
            source.disk_position,
            source.disk_size,
            checker.extents,
            tuple(len(tally.seen) for tally in tallies),
            checker.findings.errors,
            elapsed,
        )

    for item in items:
        if isinstance(item, Gap):
            checker.take_gap(item)
            for visitor in visitors:
                visitor.see_gap(item)
        else:
            rejected = checker.take_extent(item)
            for visitor in visitors:
                visitor.see_extent(item, rejected)
        meter.tick(now)
    checker.finish()
    for visitor in visitors:
        visitor.finish()
    meter.tick(now, final=True)
