"""What findings mean for the exit status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vmatui.errors import FaultyArchiveError
from vmatui.format.codes import Severity

if TYPE_CHECKING:  # what only needs a header starts without loading the jobs
    from vmatui.engine.archive import Archive
    from vmatui.engine.checking.findings import Finding


def header_findings(archive: Archive) -> tuple[Finding, ...]:
    """Return what is wrong with the header, as a whole walk would tell it."""
    if not archive.faults:
        return ()
    from vmatui.engine.checking.checker import Checker

    return Checker(archive.header, archive.faults).findings.freeze()


def exit_status(findings: Sequence[Finding]) -> int:
    """Return 0 if nothing is wrong, warnings aside, and else the status of a faulty archive."""
    is_faulty = any(finding.severity is Severity.ERROR for finding in findings)
    return FaultyArchiveError.exit_code if is_faulty else 0
