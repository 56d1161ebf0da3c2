"""`vmatui restore --salvage`: get back what damaged copies of an archive still prove."""

from __future__ import annotations

from collections.abc import Sequence

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.cli.interruption import Interruption
from vmatui.cli.planned import refuse, show_plan
from vmatui.cli.restorewords import device_lines, wanted_plan, warn_of_direct_targets
from vmatui.engine.checking.report import sentences
from vmatui.engine.limit import Limiter
from vmatui.engine.restoring.reportlines import output_lines
from vmatui.engine.salvaging.copies import Copy, best_copy, opened_copies
from vmatui.engine.salvaging.fill import Fill
from vmatui.engine.salvaging.salvage import salvage
from vmatui.engine.salvaging.salvagelines import (
    incomplete_salvage_line,
    salvage_lines,
    salvage_plan_record,
    salvage_record,
)
from vmatui.engine.salvaging.salvageplan import plan_salvage
from vmatui.engine.salvaging.salvagepreview import SalvagePreview, preview_salvage
from vmatui.engine.salvaging.salvagereport import SalvageReport
from vmatui.errors import FaultyArchiveError, UsageError
from vmatui.storage.descriptor import STANDARD_INPUT, label
from vmatui.storage.faults import Compression


def run(arguments: Arguments, interruption: Interruption) -> int:
    """Salvage an archive, or only plan to; return the exit status."""
    _check(arguments)
    with opened_copies([arguments.file, *arguments.also]) as copies:
        header = best_copy(copies).archive.header
        restore = wanted_plan(arguments, header, resumable=False)
        fill = Fill(arguments.fill or Fill.ZERO)
        preview = _look_ahead(copies) if arguments.dry_run or fill is Fill.PATTERN else None
        plan = plan_salvage(restore, copies, fill, preview)
        if arguments.dry_run:
            return show_plan(plan, salvage_plan_record(plan) if arguments.json else None)
        if plan.problems:
            return refuse(plan, arguments)
        for warning in plan.restore.warnings:
            diagnostics.remark(f"warning: {warning}")
        if not arguments.json:
            output.write_lines(device_lines(restore, arguments.folder))
        cancel = interruption.hand_over()
        limiter = None if arguments.limit is None else Limiter(arguments.limit)
        try:
            with diagnostics.progress_bar() as progress:
                report = salvage(copies, plan, limiter=limiter, progress=progress, cancel=cancel)
        except BaseException:
            warn_of_direct_targets(restore)
            raise
    _say_report(report)
    if arguments.json:
        output.write_json(salvage_record(report))
    return 0 if report.is_complete else FaultyArchiveError.exit_code


def _look_ahead(copies: Sequence[Copy]) -> SalvagePreview | None:
    """Return what would come back, if the headers of the extents tell it quickly."""
    sources = [copy.archive.source for copy in copies]
    if any(each.compression is not Compression.NONE or not each.seekable for each in sources):
        return None
    with opened_copies([copy.archive.name for copy in copies]) as looked_at:
        return preview_salvage(looked_at)


def _check(arguments: Arguments) -> None:
    """Refuse words that make no sense together.

    Raises:
        UsageError: There are such words.
    """
    if not arguments.salvage:
        raise UsageError("--also and --fill are for damaged archives: add --salvage")
    if [arguments.file, *arguments.also].count(STANDARD_INPUT) > 1:
        raise UsageError("only one copy can come from standard input: name a file for the others")
    unfit = {
        "-r": arguments.map is not None,
        "-v": arguments.verbose,
        "--resume": arguments.resume,
        "--check": arguments.check,
        "--seal": arguments.seal,
        "--report": arguments.report is not None,
    }
    for option in (option for option, is_said in unfit.items() if is_said):
        raise UsageError(f"--salvage cannot be joined with {option}: leave one of them out")


def _say_report(report: SalvageReport) -> None:
    for copy in report.copies:
        if len(report.copies) > 1:
            diagnostics.remark(f"{label(copy.archive)}:")
        diagnostics.say_findings(copy.findings)
        diagnostics.say_statements(*sentences(copy))
    outputs = (*report.outputs, *report.configs)
    for line in (*salvage_lines(report), *output_lines(outputs)):
        diagnostics.remark(line)
    if told := incomplete_salvage_line(report):
        diagnostics.complain(told)
