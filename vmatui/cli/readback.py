"""Reads back what a restore has just written, with the archive opened anew."""

from __future__ import annotations

from pathlib import Path

from vmatui.cli import diagnostics
from vmatui.cli.interruption import Interruption
from vmatui.engine.archive import open_archive
from vmatui.engine.comparing.compare import compare
from vmatui.engine.comparing.compareplan import plan_check
from vmatui.engine.comparing.comparison import CompareReport
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.restore import RestoreReport
from vmatui.errors import UsageError
from vmatui.storage.descriptor import STANDARD_INPUT, label
from vmatui.storage.paths import is_stream


def require_readable_twice(file: str) -> None:
    """Refuse an archive that is gone once it was read.

    Raises:
        UsageError: it is standard input or a pipe.
    """
    if file == STANDARD_INPUT or is_stream(Path(file)):
        raise UsageError(
            f"{label(file)} can be read only once, --check reads the archive again: "
            "save it to a file, or leave out --check"
        )


def read_back(
    file: str, plan: RestorePlan, report: RestoreReport, interruption: Interruption
) -> CompareReport:
    """Compare the targets of a restore with its archive.

    Args:
        file: The archive.
        plan: Of the restore.
        report: Of the same restore.
        interruption: Stops it.

    Raises:
        SourceError: the archive or a target cannot be opened.
        CancelledError: the user stopped it.
    """
    cancel = interruption.hand_over()
    with open_archive(file) as archive, diagnostics.progress_bar() as progress:
        return compare(archive, plan_check(plan, report), progress=progress, cancel=cancel)
