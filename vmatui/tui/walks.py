"""The jobs on an archive that the UI starts: each opens it anew, walks it and closes it."""

from __future__ import annotations

import os
import threading
from typing import Final

from vmatui.drawing.cells import levels_of
from vmatui.drawing.order import order_of
from vmatui.drawing.overlay import archive_regions
from vmatui.engine.apart.errand import (
    Comparing,
    Creating,
    Desk,
    Restoring,
    Salvaging,
    Verifying,
)
from vmatui.engine.apart.hands import Hands, carry_out
from vmatui.engine.archivefacts import ArchiveFacts, reopen
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.checking.verify import verify
from vmatui.engine.comparing.compareplan import plan_check
from vmatui.engine.comparing.comparison import CompareReport
from vmatui.engine.creating.create import CreateReport
from vmatui.engine.creating.createplan import CreatePlan
from vmatui.engine.indexing.indexbytes import KeptIndex
from vmatui.engine.indexing.indexcache import IndexCache
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.indexing.regions import Region
from vmatui.engine.limit import Limiter
from vmatui.engine.progress import ProgressFunction
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.restore import RestoreReport
from vmatui.engine.salvaging.salvagereport import SalvageReport
from vmatui.storage.cachefolder import cache_folder
from vmatui.tui.jobs import JobFunction
from vmatui.tui.salvages import SalvageOffer

HANDS: Final = Hands()
"""Whatever is long is done by them, so that drawing does not hold it up."""


def walk(facts: ArchiveFacts, picture: Picture, *, quick: bool) -> JobFunction:
    """Return the job that checks an archive.

    Args:
        facts: Which archive.
        picture: Is drawn while the walk runs.
        quick: Read only the headers.
    """

    def run(progress: ProgressFunction, cancel: threading.Event) -> VerifyReport:
        with reopen(facts) as archive:
            cache = IndexCache(archive, cache_folder(os.environ))
            if quick:
                report = verify(
                    archive,
                    quick=True,
                    visitors=picture.visitors,
                    progress=progress,
                    cancel=cancel,
                )
            else:
                desk = Desk(Limiter(), progress, cancel)
                report = carry_out(Verifying(facts), picture, desk, HANDS)
            cache.keep(picture, report)
            return report

    return run


def recalling(facts: ArchiveFacts) -> JobFunction:
    """Return the job that looks for what an earlier walk found; its report is that, or None.

    Args:
        facts: Which archive.
    """

    def run(_progress: ProgressFunction, _cancel: threading.Event) -> KeptIndex | None:
        with reopen(facts) as archive:
            kept = IndexCache(archive, cache_folder(os.environ)).recall()
        if kept is not None:
            _sum_up(kept.picture)
        return kept

    return run


def _sum_up(picture: Picture) -> None:
    """Sum up a whole picture here, where nobody waits: of 16 TiB that takes over a second."""
    for dev_id, device_map in picture.map.devices.items():
        levels_of(device_map).update()
        order_of(picture.placement, dev_id, device_map.device.clusters)


def reading_back(
    facts: ArchiveFacts, plan: RestorePlan, report: RestoreReport, picture: Picture
) -> JobFunction:
    """Return the job that compares what a restore has written with the archive.

    Args:
        facts: Which archive.
        plan: Of the restore.
        report: Of the same restore.
        picture: Its map shows what was compared, and what differs.
    """

    def run(progress: ProgressFunction, cancel: threading.Event) -> CompareReport:
        desk = Desk(Limiter(), progress, cancel)
        return carry_out(Comparing(facts, plan_check(plan, report)), picture, desk, HANDS)

    return run


def restoring(
    facts: ArchiveFacts, plan: RestorePlan, picture: Picture, limiter: Limiter
) -> JobFunction:
    """Return the job that restores an archive as planned.

    Args:
        facts: Which archive.
        plan: Made for it, without problems.
        picture: Is drawn while the data is written.
        limiter: Holds the job up when the user wants it.
    """

    def run(progress: ProgressFunction, cancel: threading.Event) -> RestoreReport:
        desk = Desk(limiter, progress, cancel)
        return carry_out(Restoring(facts, plan), picture, desk, HANDS)

    return run


def creating(plan: CreatePlan, picture: Picture) -> JobFunction:
    """Return the job that creates an archive as planned.

    Args:
        plan: Without problems.
        picture: Is drawn while the archive is written.
    """

    def run(progress: ProgressFunction, cancel: threading.Event) -> CreateReport:
        desk = Desk(Limiter(), progress, cancel)
        return carry_out(Creating(plan), picture, desk, HANDS)

    return run


def salvaging(offer: SalvageOffer, picture: Picture) -> JobFunction:
    """Return the job that salvages as offered.

    Args:
        offer: Agreed to, its plan without problems.
        picture: Is drawn while the copies are read.
    """

    def run(progress: ProgressFunction, cancel: threading.Event) -> SalvageReport:
        desk = Desk(Limiter(), progress, cancel)
        return carry_out(Salvaging(offer.header, offer.plan), picture, desk, HANDS)

    return run


def partitions(facts: ArchiveFacts, picture: Picture) -> JobFunction:
    """Return the job that finds the partitions of an archive's devices.

    Its report has the regions of each device that has some, by dev_id.

    Args:
        facts: Which archive.
        picture: Was drawn by a walk that is over.
    """

    def run(_progress: ProgressFunction, _cancel: threading.Event) -> dict[int, tuple[Region, ...]]:
        with reopen(facts) as archive:
            return archive_regions(archive, picture)

    return run
