"""The jobs on an archive that the UI starts: each opens it anew, walks it and closes it."""

from __future__ import annotations

import threading

from vmatui.engine.clustermap import ClusterMap
from vmatui.engine.compare import compare
from vmatui.engine.compareplan import plan_check
from vmatui.engine.comparison import CompareReport
from vmatui.engine.extenttable import ExtentTable
from vmatui.engine.limit import Limiter
from vmatui.engine.plan import RestorePlan
from vmatui.engine.progress import ProgressFunction
from vmatui.engine.report import VerifyReport
from vmatui.engine.restore import RestoreReport, restore
from vmatui.engine.verify import verify
from vmatui.tui.archivefacts import ArchiveFacts, reopen
from vmatui.tui.jobs import JobFunction


class Picture:
    """What a walk draws while it runs: the map and the extents."""

    def __init__(self, facts: ArchiveFacts) -> None:
        self.map = ClusterMap(facts.header.devices)
        self.extents = ExtentTable()


def walk(facts: ArchiveFacts, picture: Picture, *, quick: bool) -> JobFunction:
    """Return the job that checks an archive.

    Args:
        facts: Which archive.
        picture: Is drawn while the walk runs.
        quick: Read only the headers.
    """

    def run(progress: ProgressFunction, cancel: threading.Event) -> VerifyReport:
        with reopen(facts) as archive:
            return verify(
                archive,
                quick=quick,
                visitors=(picture.map, picture.extents),
                progress=progress,
                cancel=cancel,
            )

    return run


def reading_back(
    facts: ArchiveFacts, plan: RestorePlan, report: RestoreReport, picture: Picture
) -> JobFunction:
    """Return the job that compares what a restore has written with the archive.

    Args:
        facts: Which archive.
        plan: Of the restore.
        report: Of the same restore.
        picture: Its map shows what differs.
    """

    def run(progress: ProgressFunction, cancel: threading.Event) -> CompareReport:
        with reopen(facts) as archive:
            return compare(
                archive,
                plan_check(plan, report),
                on_difference=picture.map.mark_difference,
                progress=progress,
                cancel=cancel,
            )

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
        with reopen(facts) as archive:
            return restore(
                archive,
                plan,
                visitors=(picture.map, picture.extents),
                limiter=limiter,
                progress=progress,
                cancel=cancel,
            )

    return run
