"""Restore: walk an archive, check it, and write its devices to their targets on the way.

Outputs have a temporary name until the whole archive has proved sound; an archive that has not
leaves outputs that call themselves incomplete. A restore that is killed, or whose target fails, can
be taken up again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from vmatui.engine.archive import Archive
from vmatui.engine.checking.checker import Checker
from vmatui.engine.checking.prover import proving
from vmatui.engine.checking.report import VerifyReport, make_report
from vmatui.engine.checking.verify import walk_through
from vmatui.engine.limit import Limiter
from vmatui.engine.progress import Meter, ProgressFunction, ignore
from vmatui.engine.restoring.checkpoint import NOTHING
from vmatui.engine.restoring.checkpointer import INTERVAL, Checkpointer, check_samples
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.restoretargets import OpenTargets, opened_targets
from vmatui.engine.restoring.targetsteps import close_target, prepare_targets, sync_targets
from vmatui.engine.restoring.writer import Pace, writing
from vmatui.engine.walking.payloads import Wanted
from vmatui.engine.walking.pipeline import read_ahead
from vmatui.engine.walking.visitor import Visitor
from vmatui.errors import TargetError
from vmatui.format.codes import Severity
from vmatui.format.extent import ExtentHeader


class Output(NamedTuple):
    """Where one device or config ended up."""

    dev_id: int | None
    """None for a config."""
    name: str
    place: str
    """The final path, or the one that says incomplete; or what else the plan named."""
    is_complete: bool

    @property
    def path(self) -> Path:
        """The place, for who knows that it is a path."""
        return Path(self.place)


class RestoreReport(NamedTuple):
    """What a restore did, and what the archive proved to be on the way."""

    verify: VerifyReport
    outputs: tuple[Output, ...]
    configs: tuple[Output, ...]

    @property
    def is_complete(self) -> bool:
        """Whether the archive was sound, so that every output is what was backed up."""
        return self.verify.is_sound


def restore(
    archive: Archive,
    plan: RestorePlan,
    *,
    visitors: Sequence[Visitor] = (),
    limiter: Limiter | None = None,
    progress: ProgressFunction = ignore,
    cancel: threading.Event | None = None,
    interval: float = INTERVAL,
    reads_all: bool = False,
) -> RestoreReport:
    """Write the devices of an archive where the plan says.

    Of an archive that can be seeked, extents that bring nothing for them are read by their headers.

    Args:
        archive: Open; it is read from its first extent to its end and not closed.
        plan: Without problems; made for the same archive.
        visitors: Hear of every extent after it was written, or its writing begun.
        limiter: Keeps the payload that is read and written a second below a limit, and pauses.
        progress: Gets a value about ten times a second and one at the end.
        cancel: Stops the job soon after it is set; new files are removed again.
        interval: Seconds between two notes of how far it is.
        reads_all: Read the payload of all extents, for visitors that want it.

    Raises:
        UsageError: the plan was made for another archive.
        TargetError: the plan has problems, or a target cannot be opened.
        SuspendedError: a target failed; the restore can be taken up again.
        CancelledError: `cancel` was set.
        SourceError: the archive cannot be read any further.
    """
    if plan.problems:
        raise TargetError(plan.problems[0])
    plan.check_header(archive.header)
    archive.source.begin()
    stop = cancel or threading.Event()
    meter = Meter(progress, limiter=limiter)
    with opened_targets(archive.header, plan) as targets:
        devices, start = targets.devices, targets.start or NOTHING
        if start.extents:
            meter.skip(start.extents)
            check_samples(start, targets.kept)
        else:
            prepare_targets(devices, meter, stop, limiter)
        for target, data in targets.configs:
            target.writev(0, [memoryview(data)])
        checker = Checker(archive.header, archive.faults)
        pace = [] if limiter is None else [Pace(limiter, stop)]
        with ExitStack() as ending:
            provers = ending.enter_context(proving(archive, checker))
            writers = ending.enter_context(writing(plan, devices, stop, written=start.extents))
            notes = _checkpointers(plan, targets, writers.parallel.settle, interval)
            for note in notes:
                ending.callback(note.close)
            is_wanted = None if reads_all else _wanted(archive, plan)
            ahead = read_ahead(
                archive,
                stop,
                payload_from=start.position,
                is_wanted=is_wanted,
                held=writers.parallel.held,
                idle=meter.again,
            )
            items = ending.enter_context(ahead)
            seers: list[Visitor] = [*provers, *pace, *writers.visitors, *notes, *visitors]
            walk_through(archive, items, checker, seers, meter)
        report = make_report(archive, checker, is_full=True)
        sync_targets(devices, checker, meter, stop)
        for note in notes if report.is_sound else ():
            note.note_end(archive.source.position)
        places = {
            dev_id: close_target(target, report.is_sound) for dev_id, target in devices.items()
        }
        # Configs travel in the header: they are whole when it is, whatever befell the extents.
        is_whole = all(fault.severity is not Severity.ERROR for fault in archive.faults)
        config_places = [close_target(target, is_whole) for target, _ in targets.configs]
    outputs = tuple(
        Output(
            planned.device.dev_id,
            planned.device.name,
            places[planned.device.dev_id],
            report.is_sound,
        )
        for planned in plan.restored
    )
    config_outputs = tuple(
        Output(None, planned.config.name, place, is_whole)
        for planned, place in zip(plan.configs, config_places, strict=True)
    )
    return RestoreReport(report, outputs, config_outputs)


def _checkpointers(
    plan: RestorePlan, targets: OpenTargets, settle: Callable[[], None], interval: float
) -> list[Checkpointer]:
    """Return who notes how far the restore is: nobody, if it cannot be taken up."""
    note, start = plan.unfinished.note, targets.start
    if note is None or start is None:
        return []
    return [Checkpointer(note, start, targets.kept, settle, interval)]


def _wanted(archive: Archive, plan: RestorePlan) -> Wanted | None:
    """Return who says which extents bring data of restored devices; None if all devices are."""
    restored = {planned.device.dev_id for planned in plan.restored}
    if restored == {device.dev_id for device in archive.header.devices}:
        return None

    def is_wanted(header: ExtentHeader) -> bool:
        # What such a header says may be wrong.
        if not header.checksum_matches:
            return True
        return any(slot >> 48 and slot >> 32 & 0xFF in restored for slot in header.used)

    return is_wanted
