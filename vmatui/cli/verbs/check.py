"""`vmatui check`: compare disks and a restore's folder with what an archive holds."""

from __future__ import annotations

from pathlib import Path

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.cli.checkrecords import check_lines, check_record, check_status
from vmatui.cli.destinations import chosen, destinations
from vmatui.cli.interruption import Interruption
from vmatui.cli.selection import left_out
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.report import sentences
from vmatui.engine.comparing.compare import compare
from vmatui.engine.comparing.compareplan import ComparePlan, plan_compare
from vmatui.errors import UsageError
from vmatui.format.header import Header


def run(arguments: Arguments, interruption: Interruption) -> int:
    """Compare targets with an archive; return the exit status."""
    if arguments.folder is None and not arguments.to:
        raise UsageError("nothing says what to compare: name a restore's folder, or --to DEV=PATH")
    with open_archive(arguments.file) as archive:
        plan = _plan(arguments, archive.header)
        for warning in plan.warnings:
            diagnostics.say(f"warning: {warning}")
        cancel = interruption.hand_over()
        with diagnostics.progress_bar() as progress:
            report = compare(archive, plan, progress=progress, cancel=cancel)
    if arguments.json:
        output.write_json(check_record(report))
    else:
        output.write_lines(check_lines(report))
    diagnostics.say_findings(report.verify.findings)
    diagnostics.say_statements(*sentences(report.verify))
    return check_status(report)


def _plan(arguments: Arguments, header: Header) -> ComparePlan:
    formats = chosen(header, arguments.formats, "--format")
    to = destinations(header, arguments.to, formats, {}, in_place=False)
    skip = left_out(header, arguments.skip, None)
    for dev_id in skip & to.keys():
        raise UsageError(f"device {dev_id} is both left out and compared with {to[dev_id].place}")
    folder = None if arguments.folder is None else Path(arguments.folder)
    return plan_compare(header, folder=folder, to=to, formats=formats, skip=skip)
