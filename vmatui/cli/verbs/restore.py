"""`vmatui restore`, also `extract`: write an archive's devices where the user says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from vmatui.cli import diagnostics, output
from vmatui.cli.interruption import Interruption
from vmatui.cli.parser import Arguments
from vmatui.cli.referencelog import ReferenceLog
from vmatui.cli.restorerecords import plan_record, restore_record
from vmatui.cli.sealing import sealing, write_seals
from vmatui.cli.selection import device_id, left_out, targets
from vmatui.cli.verdict import exit_status
from vmatui.engine.archive import Archive, open_archive
from vmatui.engine.plan import RestorePlan, plan_restore
from vmatui.engine.report import sentences
from vmatui.engine.restore import RestoreReport, restore
from vmatui.engine.seal import place_beside
from vmatui.engine.verify import Visitor
from vmatui.errors import TargetError, UsageError, printable
from vmatui.format.header import Header
from vmatui.storage.descriptor import STANDARD_INPUT


def run(arguments: Arguments, interruption: Interruption) -> int:
    """Restore an archive, or only plan to; return the exit status."""
    if arguments.folder is None and not arguments.to:
        raise UsageError("nothing says where to restore to: name a folder, or use --to DEVICE=PATH")
    with open_archive(arguments.file) as archive:
        plan = _plan(arguments, archive.header)
        if arguments.dry_run:
            return _show_plan(arguments, plan)
        if plan.problems:
            return _refuse(arguments, plan)
        for warning in plan.warnings:
            diagnostics.say(f"warning: {warning}")
        sealed = place_beside(arguments.file) if arguments.seal else None
        with sealing(sealed, archive.raw_header) as sealers:
            report = _restore(archive, plan, arguments, interruption, sealers)
            write_seals(sealers, is_sound=report.verify.is_sound)
    if arguments.json:
        output.write_json(restore_record(report))
    _say_report(report)
    return exit_status(report.verify.findings)


def _plan(arguments: Arguments, header: Header) -> RestorePlan:
    to = targets(header, arguments.to)
    skip = left_out(header, arguments.skip, _only(arguments, header))
    for dev_id in skip & to.keys():
        raise UsageError(f"device {dev_id} is both left out and given the target {to[dev_id]}")
    return plan_restore(
        header,
        folder=None if arguments.folder is None else Path(arguments.folder),
        to=to,
        skip=skip,
        overwrite=arguments.overwrite,
        archive=None if arguments.file == STANDARD_INPUT else Path(arguments.file),
    )


def _only(arguments: Arguments, header: Header) -> list[int] | None:
    """Return the ids that `-d` names; as in the reference, unknown devices are passed over."""
    if arguments.only is None:
        return None
    found = []
    for word in arguments.only:
        if any(word in {device.name, str(device.dev_id)} for device in header.devices):
            found.append(device_id(header, word))
        else:
            diagnostics.say(f"warning: the archive has no device {word}, so -d {word} selects none")
    return found


def _show_plan(arguments: Arguments, plan: RestorePlan) -> int:
    if arguments.json:
        output.write_json(plan_record(arguments.file, plan))
    else:
        output.write_lines(printable(line) for line in _plan_lines(plan))
    return TargetError.exit_code if plan.problems else 0


def _plan_lines(plan: RestorePlan) -> Iterator[str]:
    yield from plan.sentences
    for warning in plan.warnings:
        yield f"warning: {warning}"
    for problem in plan.problems:
        yield f"problem: {problem}"


def _refuse(arguments: Arguments, plan: RestorePlan) -> int:
    for problem in plan.problems:
        diagnostics.complain(problem)
    if arguments.json:
        output.write_error(arguments.file, "; ".join(plan.problems))
    return TargetError.exit_code


def _restore(
    archive: Archive,
    plan: RestorePlan,
    arguments: Arguments,
    interruption: Interruption,
    sealers: Sequence[Visitor],
) -> RestoreReport:
    if not arguments.json:
        output.write_lines(_device_lines(plan, arguments.folder))
    visitors = [*sealers]
    if arguments.verbose:
        visitors.append(ReferenceLog(archive.header.devices, output.write_line))
    cancel = interruption.hand_over()
    is_wanted = not (arguments.verbose and output.is_terminal())
    try:
        with diagnostics.progress_bar(is_wanted=is_wanted) as progress:
            return restore(archive, plan, visitors=visitors, progress=progress, cancel=cancel)
    except BaseException:
        _warn_of_devices(plan)
        raise


def _warn_of_devices(plan: RestorePlan) -> None:
    """Say what a job that ended early cannot take back, as it does with files."""
    for planned in plan.restored:
        if planned.facts is not None and planned.facts.kind == "block":
            diagnostics.say(f"warning: {planned.target} may be partly overwritten: do not use it")


def _device_lines(plan: RestorePlan, folder: str | None) -> Iterator[str]:
    """Yield the reference's line for each disk; it names the file that is being written."""
    for planned in plan.restored:
        path = planned.target
        if path is not None and not planned.device.is_vmstate:
            in_folder = folder is not None and path.parent == plan.folder
            shown = f"{folder}/tmp-{path.name}" if in_folder else str(path)
            yield f"DEVINFO {printable(shown)} {planned.device.size}"


def _say_report(report: RestoreReport) -> None:
    diagnostics.say_findings(report.verify.findings)
    outputs = (*report.outputs, *report.configs)
    for each in outputs:
        if each.is_complete:
            diagnostics.say(f"{each.name}: restored to {each.path}")
    incomplete = ", ".join(str(each.path) for each in outputs if not each.is_complete)
    if incomplete:
        diagnostics.complain(f"the archive has errors, so these are incomplete: {incomplete}")
    diagnostics.say_statements(*sentences(report.verify))
