"""The job that creates an archive for the UI, and the picture that it draws meanwhile."""

from __future__ import annotations

import threading

from vmatui.engine.creating.create import CreateReport, create
from vmatui.engine.creating.createplan import CreatePlan
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.progress import ProgressFunction
from vmatui.engine.walking.newextents import NewExtent
from vmatui.format.extent import cluster_runs, slot_runs
from vmatui.format.layout import BLOCK_SIZE, EXTENT_HEADER_SIZE
from vmatui.tui.jobs import JobFunction


class Birth:
    """What there is of an archive while it is created; one thread writes, another reads.

    Args:
        plan: Of the archive.
    """

    def __init__(self, plan: CreatePlan) -> None:
        devices = [disk.device for disk in plan.disks]
        self.picture = Picture(devices)
        self._offset = len(plan.header)
        self.zero_bytes = {device.dev_id: 0 for device in devices}
        """Bytes of each device that were left out, by dev_id."""

    def see(self, extent: NewExtent) -> None:
        """Take note of an extent that was written."""
        picture, blocks = self.picture, sum(turn.blocks for turn in extent.turns)
        runs = slot_runs(extent.slots)
        picture.map.mark(runs)
        picture.placement.add(len(picture.extents), cluster_runs(runs))
        picture.extents.add(self._offset, runs, blocks, is_sound=True)
        self._offset += EXTENT_HEADER_SIZE + blocks * BLOCK_SIZE
        for turn in extent.turns:
            self.zero_bytes[turn.dev_id] += turn.zero_bytes


def creating(plan: CreatePlan, birth: Birth) -> JobFunction:
    """Return the job that creates an archive as planned.

    Args:
        plan: Without problems.
        birth: Is drawn while the archive is written.
    """

    def run(progress: ProgressFunction, cancel: threading.Event) -> CreateReport:
        return create(plan, observers=(birth.see,), progress=progress, cancel=cancel)

    return run
