"""`vmatui restore`, also `extract`: write an archive's devices where the user says."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.cli.checkrecords import check_lines, check_record, check_status
from vmatui.cli.interruption import Interruption
from vmatui.cli.planned import refuse, show_plan
from vmatui.cli.readback import read_back, require_readable_twice
from vmatui.cli.referencelog import ReferenceLog
from vmatui.cli.reporting import reporting
from vmatui.cli.restorewords import (
    device_lines,
    tell_what_is_kept,
    wanted_plan,
    warn_of_direct_targets,
)
from vmatui.cli.sealing import sealing, write_seals
from vmatui.cli.verbs import mapped
from vmatui.cli.verdict import exit_status
from vmatui.engine.archive import Archive, open_archive
from vmatui.engine.checking.report import sentences
from vmatui.engine.comparing.compareplan import paths_to_read
from vmatui.engine.limit import Limiter
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.reportlines import incomplete_line, output_lines
from vmatui.engine.restoring.restore import RestoreReport, restore
from vmatui.engine.restoring.restorerecords import plan_record, restore_record
from vmatui.engine.walking.visitor import Visitor
from vmatui.errors import SuspendedError, UsageError
from vmatui.storage.manifests import place_beside


def run(arguments: Arguments, interruption: Interruption) -> int:
    """Restore an archive, or only plan to; return the exit status."""
    if arguments.folder is None and not arguments.to:
        raise UsageError(
            "nothing says where to restore to: name a folder, or use --to DEVICE=PLACE"
        )
    option = "--seal" if arguments.seal else "--report" if arguments.report else ""
    if option and arguments.resume:
        raise UsageError(
            f"--resume leaves out what was read already, so {option} has no place: run "
            f"{'seal' if arguments.seal else 'verify --report'} later"
        )
    if arguments.salvage or arguments.also or arguments.fill:
        from vmatui.cli.verbs import salvage  # a restore of a sound archive starts without it

        return salvage.run(arguments, interruption)
    if arguments.check:
        require_readable_twice(arguments.file)
    if arguments.map is not None:
        mapped.check(arguments)
    with open_archive(arguments.file) as archive, ExitStack() as stack:
        if arguments.map is None:
            plan = wanted_plan(arguments, archive.header)
        else:
            plan = stack.enter_context(mapped.mapped_plan(archive, arguments, interruption))
        if arguments.dry_run:
            return show_plan(plan, plan_record(arguments.file, plan) if arguments.json else None)
        if _is_taken(plan) and (arguments.json or arguments.verbose):
            option = "--json" if arguments.json else "-v"
            raise UsageError(f"a device goes to standard output, so {option} has no place there")
        if plan.problems:
            return refuse(plan, arguments)
        if arguments.check:
            paths_to_read(plan)
        for warning in plan.warnings:
            diagnostics.remark(f"warning: {warning}")
        sealed = place_beside(arguments.file) if arguments.seal else None
        pages = stack.enter_context(reporting(arguments, archive))
        lookers: list[Visitor] = [visitor for page in pages for visitor in page.visitors]
        with sealing(sealed, archive.raw_header) as sealers:
            report = _restore(archive, plan, arguments, interruption, [*sealers, *lookers])
            write_seals(sealers, is_sound=report.verify.is_sound)
        _say_report(report)
        for page in pages:
            page.write(report.verify, (*report.outputs, *report.configs))
    check = read_back(arguments.file, plan, report, interruption) if arguments.check else None
    if arguments.json:
        read_back_as = {} if check is None else {"check": check_record(check)}
        output.write_json(restore_record(report) | read_back_as)
    elif check is not None:
        output.write_lines(check_lines(check))
    return exit_status(report.verify.findings) if check is None else check_status(check)


def _restore(
    archive: Archive,
    plan: RestorePlan,
    arguments: Arguments,
    interruption: Interruption,
    lookers: Sequence[Visitor],
) -> RestoreReport:
    if not (arguments.json or arguments.map is not None or _is_taken(plan)):
        output.write_lines(device_lines(plan, arguments.folder))
    visitors = [*lookers]
    if arguments.verbose:
        visitors.append(ReferenceLog(archive.header.devices, output.write_line))
    limiter = None if arguments.limit is None else Limiter(arguments.limit)
    # A pipe that nobody reads blocks; there the signal itself ends the wait.
    cancel = threading.Event() if _is_taken(plan) else interruption.hand_over()
    is_wanted = not (arguments.verbose and output.is_terminal())
    try:
        with diagnostics.progress_bar(is_wanted=is_wanted) as progress:
            return restore(
                archive,
                plan,
                visitors=visitors,
                limiter=limiter,
                progress=progress,
                cancel=cancel,
                reads_all=arguments.seal,
            )
    except SuspendedError:
        tell_what_is_kept(plan)
        raise
    except BaseException:
        warn_of_direct_targets(plan)
        raise


def _is_taken(plan: RestorePlan) -> bool:
    """Whether a device goes to standard output, which then is for nothing else."""
    return any(planned.kind == "stdout" for planned in plan.restored)


def _say_report(report: RestoreReport) -> None:
    diagnostics.say_findings(report.verify.findings)
    diagnostics.say_advice(report.verify.findings)
    for line in output_lines((*report.outputs, *report.configs)):
        diagnostics.remark(line)
    if told := incomplete_line(report):
        diagnostics.complain(told)
    diagnostics.say_statements(*sentences(report.verify))
