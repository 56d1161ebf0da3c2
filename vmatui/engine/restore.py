"""Restore: walk an archive, check it, and write its devices to their targets on the way.

Outputs have a temporary name until the whole archive has proved sound; an archive that has not
leaves outputs that call themselves incomplete.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from vmatui.engine.archive import Archive
from vmatui.engine.checker import Checker, Rejected
from vmatui.engine.gather import gather_writes
from vmatui.engine.handover import stop_if
from vmatui.engine.pipeline import read_ahead
from vmatui.engine.plan import PlannedDevice, RestorePlan
from vmatui.engine.progress import Meter, Phase, Progress, ProgressFunction, ignore
from vmatui.engine.report import VerifyReport, make_report
from vmatui.engine.verify import Visitor, walk_through
from vmatui.engine.walk import Extent, Gap
from vmatui.errors import TargetError
from vmatui.format.codes import Severity
from vmatui.storage.blocktarget import BlockTarget
from vmatui.storage.rawfile import RawFileTarget
from vmatui.storage.targets import Target


@dataclass(frozen=True, slots=True)
class Output:
    """Where one device or config ended up."""

    dev_id: int | None
    """None for a config."""
    name: str
    path: Path
    """The final path, or the one that says incomplete."""
    is_complete: bool


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What a restore did, and what the archive proved to be on the way."""

    verify: VerifyReport
    outputs: tuple[Output, ...]
    configs: tuple[Output, ...]

    @property
    def is_complete(self) -> bool:
        """Whether the archive was sound, so that every output is what was backed up."""
        return self.verify.is_sound


class Writer:
    """Writes what the checker accepts to the targets; a visitor of the walk.

    Args:
        targets: Open targets by dev_id.
    """

    def __init__(self, targets: dict[int, Target]) -> None:
        self._targets = targets

    def see_gap(self, gap: Gap) -> None:
        """A gap has nothing to write."""

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Write the stored blocks of an extent."""
        if extent.buffer is None:
            return
        payload = extent.buffer.view
        for write in gather_writes(extent.header, rejected):
            target = self._targets.get(write.dev_id)
            if target is not None:
                target.writev(write.offset, [payload[start:end] for start, end in write.pieces])

    def finish(self) -> None:
        """Syncing is a step of its own."""


def restore(
    archive: Archive,
    plan: RestorePlan,
    *,
    visitors: Sequence[Visitor] = (),
    progress: ProgressFunction = ignore,
    cancel: threading.Event | None = None,
) -> RestoreReport:
    """Write the devices of an archive where the plan says.

    Args:
        archive: Just opened; it is read to its end and not closed.
        plan: Without problems; made for the same archive.
        visitors: Hear of every extent after it was written.
        progress: Gets a value about ten times a second and one at the end.
        cancel: Stops the job soon after it is set; new files are removed again.

    Raises:
        TargetError: the plan has problems, or a target cannot be written.
        CancelledError: `cancel` was set.
        SourceError: the archive cannot be read any further.
    """
    if plan.problems:
        raise TargetError(plan.problems[0])
    stop = cancel or threading.Event()
    meter = Meter(progress)
    with _opened(plan) as (devices, configs):
        _prepare(devices, meter, stop)
        for target, data in configs:
            target.writev(0, [memoryview(data)])
        checker = Checker(archive.header, archive.faults)
        with read_ahead(archive, stop) as items:
            walk_through(archive, items, checker, [Writer(devices), *visitors], meter)
        report = make_report(archive, checker, is_full=True)
        _sync(archive, devices, checker, meter, stop)
        paths = {dev_id: _close(target, report.is_sound) for dev_id, target in devices.items()}
        # Configs travel in the header: they are whole when it is, whatever befell the extents.
        is_whole = all(fault.severity is not Severity.ERROR for fault in archive.faults)
        config_paths = [_close(target, is_whole) for target, _ in configs]
    outputs = tuple(
        Output(
            planned.device.dev_id,
            planned.device.name,
            paths[planned.device.dev_id],
            report.is_sound,
        )
        for planned in plan.restored
    )
    config_outputs = tuple(
        Output(None, planned.config.name, path, is_whole)
        for planned, path in zip(plan.configs, config_paths, strict=True)
    )
    return RestoreReport(report, outputs, config_outputs)


def _make_target(planned: PlannedDevice, overwrite: bool) -> Target:
    assert planned.facts is not None
    path, size = planned.facts.path, planned.device.size
    if planned.facts.kind == "block":
        return BlockTarget(path, size)
    return RawFileTarget(path, size, overwrite=overwrite)


@contextmanager
def _opened(
    plan: RestorePlan,
) -> Iterator[tuple[dict[int, Target], list[tuple[RawFileTarget, bytes]]]]:
    """Open all targets; whatever is not finished in the end is taken back."""
    devices = {
        planned.device.dev_id: _make_target(planned, plan.overwrite) for planned in plan.restored
    }
    configs = [
        (
            RawFileTarget(planned.target, len(planned.config.data), overwrite=plan.overwrite),
            planned.config.data,
        )
        for planned in plan.configs
    ]
    opened: list[Target] = []
    made_folder = make_folder(plan)
    try:
        for target in (*devices.values(), *(target for target, _ in configs)):
            target.open()
            opened.append(target)
        yield devices, configs
    except BaseException:
        for target in opened:
            target.discard()
        if made_folder is not None:
            with suppress(OSError):
                made_folder.rmdir()
        raise


def make_folder(plan: RestorePlan) -> Path | None:
    """Make the plan's folder, and return it, if it is not there yet.

    Raises:
        TargetError: it cannot be made.
    """
    if plan.folder is None or not plan.creates_folder:
        return None
    try:
        plan.folder.mkdir()
    except OSError as error:
        raise TargetError(f"cannot create the folder {plan.folder}: {error.strerror}") from error
    return plan.folder


def _prepare(devices: dict[int, Target], meter: Meter, stop: threading.Event) -> None:
    """Make targets that hold something read zero."""
    total = sum(target.size for target in devices.values())
    base = 0
    for target in devices.values():

        def tick(done: int, base: int = base) -> None:
            now = Progress(Phase.PREPARING, base + done, total)
            meter.tick(lambda elapsed: replace(now, elapsed=elapsed))

        target.prepare(tick, stop.is_set)
        stop_if(stop)
        base += target.size


def _sync(
    archive: Archive,
    devices: dict[int, Target],
    checker: Checker,
    meter: Meter,
    stop: threading.Event,
) -> None:
    clusters = tuple(len(tally.seen) for tally in checker.tallies.values())
    for number, target in enumerate(devices.values()):
        stop_if(stop)

        def now(elapsed: float, number: int = number) -> Progress:
            return Progress(
                Phase.SYNCING,
                number,
                len(devices),
                checker.extents,
                clusters,
                checker.findings.errors,
                elapsed,
            )

        meter.tick(now, final=True)
        target.sync()


def _close(target: Target, is_complete: bool) -> Path:
    """Give a complete output its final name, and an incomplete one a name that says so."""
    if not is_complete:
        return target.keep_incomplete()
    target.finish()
    return target.path
