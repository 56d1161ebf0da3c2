"""Salvage: get back everything that damaged copies of an archive still prove, and say what it is.

Copies are read one after the other. An output gets its final name only when nothing of its device
is missing or in doubt. It keeps no note to go on with: it is begun anew.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from vmatui.engine.checking.prover import fitting_manifest
from vmatui.engine.checking.report import VerifyReport, make_report
from vmatui.engine.limit import Limiter
from vmatui.engine.progress import Meter, ProgressFunction, ignore
from vmatui.engine.restoring.restore import Output
from vmatui.engine.restoring.restoretargets import OpenTargets, opened_targets
from vmatui.engine.restoring.targetsteps import close_target, prepare_targets, sync_targets
from vmatui.engine.restoring.writer import Pace
from vmatui.engine.salvaging.copies import Copy, best_copy
from vmatui.engine.salvaging.copywalk import walk_copy
from vmatui.engine.salvaging.fill import Fill, fill_missing, space_problem
from vmatui.engine.salvaging.holding import Holdings, new_holdings
from vmatui.engine.salvaging.provenance import Provenance
from vmatui.engine.salvaging.salvageplan import SalvagePlan
from vmatui.engine.salvaging.salvager import Salvager, TakenFunction
from vmatui.engine.salvaging.salvagereport import (
    SalvageReport,
    device_salvage,
    notes_of,
)
from vmatui.engine.walking.visitor import Visitor
from vmatui.errors import TargetError
from vmatui.format.mapfile import iter_mapfile
from vmatui.storage.mapoutput import write_mapfile
from vmatui.storage.targets import ResumableTarget


def salvage(
    copies: Sequence[Copy],
    plan: SalvagePlan,
    *,
    visitors: Sequence[Visitor] = (),
    on_taken: TakenFunction | None = None,
    limiter: Limiter | None = None,
    progress: ProgressFunction = ignore,
    cancel: threading.Event | None = None,
) -> SalvageReport:
    """Write what copies of an archive still prove where the plan says.

    Args:
        copies: Open; they are read to their ends and not closed.
        plan: Without problems; made for the same copies.
        visitors: Hear of every extent of the first copy after it was written.
        on_taken: Hears of what was taken from the other copies.
        limiter: Keeps the payload that is read a second below a limit, and pauses.
        progress: Gets a value about ten times a second and one at the end, for each copy.
        cancel: Stops the job soon after it is set; new files are removed again.

    Raises:
        UsageError: the plan was made for another archive.
        TargetError: the plan has problems, or a target cannot be opened or written.
        CancelledError: `cancel` was set.
        SourceError: a copy cannot be read any further.
    """
    if plan.problems:
        raise TargetError(plan.problems[0])
    plan.restore.check_header(best_copy(copies).archive.header)
    for copy in copies:
        copy.archive.source.begin()
    stop, meter = cancel or threading.Event(), Meter(progress, limiter=limiter)
    best = best_copy(copies)
    manifest = fitting_manifest(copy.archive for copy in copies)
    holdings = new_holdings(best.archive.header, len(copies))
    reports: list[VerifyReport] = []
    with opened_targets(best.archive.header, plan.restore) as targets:
        prepare_targets(targets.devices, meter, stop, limiter)
        for target, data in targets.configs:
            target.writev(0, [memoryview(data)])
        for number, copy in enumerate(copies):
            pace = [] if limiter is None else [Pace(limiter, stop)]
            others = [*pace, *visitors] if number == 0 else pace
            salvager = Salvager(holdings, number, targets.kept, on_taken if number else None)
            checker = walk_copy(
                copy, best.archive.header, salvager, others, meter, stop, manifest=manifest
            )
            reports.append(make_report(copy.archive, checker, is_full=True))
        problem = _fill(plan, holdings, targets, Meter(progress, limiter=limiter), stop, limiter)
        sync_targets(targets.devices, checker, meter, stop)
        report = _report(copies, plan, holdings, targets, reports, problem)
    for dev_id, path in plan.maps.items():
        lines = iter_mapfile(holdings[dev_id].device.size, holdings[dev_id].stretches())
        write_mapfile(path, lines, overwrite=plan.restore.overwrite)
    return report


def _fill(
    plan: SalvagePlan,
    holdings: Holdings,
    targets: OpenTargets,
    meter: Meter,
    stop: threading.Event,
    limiter: Limiter | None,
) -> str:
    """Fill what is missing, if that is planned; return why it was left undone."""
    if plan.fill is Fill.ZERO:
        return ""
    missing = {dev_id: holding.missing_bytes for dev_id, holding in holdings.items()}
    problem = space_problem(plan.restore, missing)
    if not problem:
        fill_missing(targets.kept, holdings, meter, stop, limiter)
    return problem


def _report(
    copies: Sequence[Copy],
    plan: SalvagePlan,
    holdings: Holdings,
    targets: OpenTargets,
    reports: Sequence[VerifyReport],
    problem: str,
) -> SalvageReport:
    """Give the outputs their names, and tell what is in them, and why it is not filled."""
    best = best_copy(copies)
    is_whole = best.is_header_whole
    restored = [planned.device.dev_id for planned in plan.restore.restored]
    devices = tuple(
        device_salvage(holdings[dev_id], is_size_learnt=dev_id in best.learnt)
        for dev_id in restored
    )
    outputs = tuple(
        _output(
            device.dev_id, device.name, targets.kept[device.dev_id], device.is_whole and is_whole
        )
        for device in devices
    )
    configs = tuple(
        _output(None, planned.config.name, target, is_whole)
        for planned, (target, _) in zip(plan.restore.configs, targets.configs, strict=True)
    )
    notes = notes_of(copies)
    if problem:
        notes += (f"what is missing reads zero, it was not filled: {problem}",)
    return SalvageReport(
        tuple(reports),
        notes,
        is_whole,
        devices,
        outputs,
        configs,
        plan.maps,
        Provenance(plan.copies, holdings),
    )


def _output(dev_id: int | None, name: str, target: ResumableTarget, is_complete: bool) -> Output:
    return Output(dev_id, name, close_target(target, is_complete), is_complete)
