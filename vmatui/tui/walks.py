"""The jobs on an archive that the UI starts: each opens it anew, walks it and closes it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial

from vmatui.drawing.overlay import DeviceReader, Read, Region, read_regions
from vmatui.engine.archivefacts import ArchiveFacts, reopen
from vmatui.engine.clustermap import ClusterMap
from vmatui.engine.compare import compare
from vmatui.engine.compareplan import plan_check
from vmatui.engine.comparison import CompareReport
from vmatui.engine.extenttable import ExtentTable
from vmatui.engine.limit import Limiter
from vmatui.engine.placement import Placement
from vmatui.engine.plan import RestorePlan
from vmatui.engine.progress import ProgressFunction
from vmatui.engine.report import VerifyReport
from vmatui.engine.restore import RestoreReport, restore
from vmatui.engine.scout import Scout
from vmatui.engine.verify import Visitor, verify
from vmatui.format.header import Device
from vmatui.tui.jobs import JobFunction


class Picture:
    """What a job draws while it runs: the map, the extents, and which of them brings what.

    Args:
        devices: Of the archive.
    """

    def __init__(self, devices: Sequence[Device]) -> None:
        self.map = ClusterMap(devices)
        self.extents = ExtentTable()
        self.placement = Placement()
        self.scout = Scout(devices)

    @property
    def visitors(self) -> tuple[Visitor, ...]:
        """What the walk has to visit."""
        return self.map, self.extents, self.placement, self.scout


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
                visitors=picture.visitors,
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
                visitors=picture.visitors,
                limiter=limiter,
                progress=progress,
                cancel=cancel,
            )

    return run


def partitions(facts: ArchiveFacts, picture: Picture) -> JobFunction:
    """Return the job that finds the partitions of an archive's devices.

    Its report has the regions of each device that has some, by dev_id.

    Args:
        facts: Which archive.
        picture: Was drawn by a walk that is over.
    """

    def run(_progress: ProgressFunction, cancel: threading.Event) -> dict[int, tuple[Region, ...]]:
        found = {}
        with reopen(facts) as archive:
            for dev_id, device_map in picture.map.devices.items():
                if cancel.is_set():
                    break
                device = device_map.device
                read: Read = partial(picture.scout.read, device)
                if facts.seekable:
                    read = DeviceReader(archive, picture.extents, picture.placement, device).read
                regions = read_regions(read, device.size)
                if regions:
                    found[dev_id] = regions
        return found

    return run
