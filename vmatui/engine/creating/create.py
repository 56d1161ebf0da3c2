"""Create: read disks and write an archive of them, which any reader of the format restores.

The archive has a temporary name until all of it is on the disk; whatever goes wrong, nothing is
left under the final one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from vmatui.engine.creating.createplan import CreatePlan
from vmatui.engine.handover import done_ahead
from vmatui.engine.limit import Limiter
from vmatui.engine.progress import Meter, Phase, Progress, ProgressFunction, ignore
from vmatui.engine.walking.feed import BufferPool
from vmatui.engine.walking.newextents import NewExtent, Turn, iter_new_extents
from vmatui.errors import SourceError, TargetError
from vmatui.format.header import Device
from vmatui.storage.images import Image, open_image
from vmatui.storage.outputs import Output, open_output

_BUFFERS: Final = 3
"""One is filled, one waits, one is written; more memory is needed for what is compressed."""

Observer = Callable[[NewExtent], None]
"""Hears of an extent after it was written, and keeps none of its memory."""


class CreatedDevice(NamedTuple):
    """What is in the archive of one device."""

    device: Device
    clusters: int = 0
    """Clusters that have their slot."""
    stored: int = 0
    """Clusters with at least one stored block."""
    zero_bytes: int = 0
    """Bytes that were left out, those past the end of the last cluster counted."""

    def plus(self, turn: Turn) -> CreatedDevice:
        """Return it with more clusters."""
        return CreatedDevice(
            self.device,
            self.clusters + turn.clusters,
            self.stored + turn.stored,
            self.zero_bytes + turn.zero_bytes,
        )


class CreateReport(NamedTuple):
    """What was created."""

    plan: CreatePlan
    devices: tuple[CreatedDevice, ...]
    extents: int
    archive_bytes: int
    """Bytes of the archive before compression."""
    written: int
    """Bytes that were written."""


def create(
    plan: CreatePlan,
    *,
    observers: Sequence[Observer] = (),
    limiter: Limiter | None = None,
    progress: ProgressFunction = ignore,
    cancel: threading.Event | None = None,
) -> CreateReport:
    """Write the archive of a plan.

    Args:
        plan: Without problems.
        observers: Hear of every extent.
        limiter: Keeps the bytes of the archive a second, before compression, below a limit.
        progress: Gets a value about ten times a second and one at the end; its bytes are those
            of the disks.
        cancel: Stops the job soon after it is set; nothing is left behind.

    Raises:
        TargetError: the plan has problems, or the archive cannot be written.
        SourceError: a disk cannot be read, or has changed its size since it was planned.
        CancelledError: `cancel` was set.
    """
    if plan.problems:
        raise TargetError(plan.problems[0])
    stop, meter = cancel or threading.Event(), Meter(progress, limiter=limiter)
    with _opened_disks(plan) as disks, _opened_output(plan) as output:
        writing = _Writing(plan, output, limiter, stop)
        with _read_ahead(disks, stop) as extents:
            for extent in extents:
                writing.write(extent)
                for observer in observers:
                    observer(extent)
                extent.release()
                meter.tick(writing.progress)
        writing.end()
        for _, image in disks:
            image.check_unchanged()
        meter.tick(writing.syncing, final=True)
        output.finish()
    meter.tick(writing.progress, final=True)
    return writing.report()


class _Writing:
    """An archive that is being written, and what is in it so far."""

    def __init__(
        self, plan: CreatePlan, output: Output, limiter: Limiter | None, cancel: threading.Event
    ) -> None:
        self._plan = plan
        self._output = output
        self._limiter = limiter
        self._cancel = cancel
        self._devices = {disk.device.dev_id: CreatedDevice(disk.device) for disk in plan.disks}
        self._total = sum(disk.device.size for disk in plan.disks)
        self._done = self._extents = self._bytes = 0
        self._write([memoryview(plan.header)])

    def write(self, extent: NewExtent) -> None:
        """Write an extent and count it."""
        self._write([memoryview(extent.header(self._plan.uuid)), *extent.payload()])
        self._extents += 1
        for turn in extent.turns:
            self._devices[turn.dev_id] = self._devices[turn.dev_id].plus(turn)
            self._done += turn.size

    def end(self) -> None:
        """Give an archive without devices the empty extent without which nobody reads it."""
        if not self._extents:
            self.write(NewExtent())

    def progress(self, elapsed: float) -> Progress:
        """Return how far it is."""
        clusters = tuple([device.clusters for device in self._devices.values()])
        return Progress(
            Phase.READING, self._done, self._total, self._extents, clusters, elapsed=elapsed
        )

    def syncing(self, elapsed: float) -> Progress:
        """Return that all is read, and that its one file is not on the disk yet."""
        return self.progress(elapsed)._replace(phase=Phase.SYNCING, done=0, total=1)

    def report(self) -> CreateReport:
        """Return what was written."""
        devices = tuple(self._devices.values())
        return CreateReport(self._plan, devices, self._extents, self._bytes, self._output.written)

    def _write(self, views: Sequence[memoryview]) -> None:
        length = sum([len(view) for view in views])
        if self._limiter is not None:
            self._limiter.wait(length, self._cancel)
        self._output.writev(views)
        self._bytes += length


@contextmanager
def _read_ahead(
    disks: Sequence[tuple[Device, Image]], cancel: threading.Event
) -> Iterator[Iterable[NewExtent]]:
    pool = BufferPool(_BUFFERS)
    extents = iter_new_extents(disks, pool)
    with done_ahead(extents, is_large=_has_payload, wake=pool.shut, cancel=cancel) as ahead:
        yield ahead


def _has_payload(extent: NewExtent) -> bool:
    return extent.buffer is not None


@contextmanager
def _opened_disks(plan: CreatePlan) -> Iterator[list[tuple[Device, Image]]]:
    disks: list[tuple[Device, Image]] = []
    try:
        for disk in plan.disks:
            image = open_image(disk.path, disk.format)
            disks.append((disk.device, image))
            image.open()
            if image.size != disk.device.size:
                raise SourceError(
                    f"{disk.path} had {disk.device.size} bytes when the archive was planned and "
                    f"has {image.size} now: stop whatever writes to it, or read a snapshot of it"
                )
        yield disks
    finally:
        for _, image in disks:
            image.close()


@contextmanager
def _opened_output(plan: CreatePlan) -> Iterator[Output]:
    output = open_output(
        plan.target, compression=plan.compression, level=plan.level, threads=plan.threads
    )
    try:
        output.open()
        yield output
    except BaseException:
        output.discard()
        raise
