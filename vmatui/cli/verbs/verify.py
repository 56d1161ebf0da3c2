"""`vmatui verify`: read an archive to its end and tell everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.cli.chosencache import chosen_cache
from vmatui.cli.interruption import Interruption
from vmatui.cli.reference import list_lines
from vmatui.cli.referencelog import ReferenceLog
from vmatui.cli.reporting import reporting
from vmatui.cli.verdict import exit_status
from vmatui.engine.archive import Archive, open_archive
from vmatui.engine.checking.records import verify_record
from vmatui.engine.checking.report import VerifyReport, sentences
from vmatui.engine.checking.verify import verify
from vmatui.engine.walking.visitor import Visitor
from vmatui.errors import UsageError
from vmatui.storage.faults import Compression


def run(arguments: Arguments, interruption: Interruption) -> int:
    """Verify an archive; return the exit status."""
    if arguments.overwrite and arguments.report is None:
        raise UsageError("--overwrite is for the page of --report, and none is asked for")
    with open_archive(arguments.file) as archive, reporting(arguments, archive) as pages:
        visitors = [visitor for page in pages for visitor in page.visitors]
        if archive.source.compression is Compression.NONE or arguments.manifest is not None:
            report = _verify(archive, arguments, interruption, visitors)
        else:
            report = _verify_and_keep(archive, arguments, interruption, visitors)
        # Said first: a page that cannot be written must not cost the result of hours.
        diagnostics.say_findings(report.findings)
        diagnostics.say_advice(report.findings)
        diagnostics.say_statements(*sentences(report))
        for page in pages:
            page.write(report)
    if arguments.json:
        output.write_json(verify_record(report))
    return exit_status(report.findings)


def _verify_and_keep(
    archive: Archive,
    arguments: Arguments,
    interruption: Interruption,
    visitors: Sequence[Visitor],
) -> VerifyReport:
    """Verify a compressed archive, so that it need not be read again to be mapped."""
    from vmatui.engine.indexing.indexcache import IndexCache
    from vmatui.engine.indexing.picture import Picture

    cache = IndexCache(archive, chosen_cache(arguments))
    picture = Picture(archive.header.devices)
    report = _verify(archive, arguments, interruption, (*picture.visitors, *visitors))
    cache.keep(picture, report)
    return report


def _verify(
    archive: Archive,
    arguments: Arguments,
    interruption: Interruption,
    wanted: Sequence[Visitor],
) -> VerifyReport:
    visitors = [*wanted]
    if arguments.verbose:
        output.write_lines(list_lines(archive.header))
        visitors.append(ReferenceLog(archive.header.devices, output.write_line))
    cancel = interruption.hand_over()
    # On a terminal the lines of -v tell enough, and would break a bar.
    is_wanted = not (arguments.verbose and output.is_terminal())
    with diagnostics.progress_bar(is_wanted=is_wanted) as progress:
        return verify(
            archive,
            quick=arguments.quick,
            manifest=arguments.manifest,
            visitors=visitors,
            progress=progress,
            cancel=cancel,
        )
