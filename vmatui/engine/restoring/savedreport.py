"""The report of a restore as a file: for people as text, for scripts as JSON."""

from __future__ import annotations

from pathlib import Path

from vmatui.engine.jsontext import json_text
from vmatui.engine.restoring.reportlines import restore_lines
from vmatui.engine.restoring.restore import RestoreReport
from vmatui.engine.restoring.restorerecords import restore_record
from vmatui.errors import TargetError, UsageError, printable


def save_report(report: RestoreReport, place: str) -> None:
    """Write a report into a new file: JSON if it is called `.json`, else text.

    Args:
        report: Of a restore that came to its end.
        place: The path of the file.

    Raises:
        UsageError: the path is empty.
        TargetError: the file exists, or cannot be written.
    """
    if not place:
        raise UsageError("a report needs a file: name one")
    try:
        with Path(place).expanduser().open("xb") as file:
            file.write(_content(report, place).encode("utf-8", "backslashreplace"))
    except FileExistsError as error:
        raise TargetError(f"{place} exists: name another file") from error
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise TargetError(f"{place} cannot be written: {reason}; name another file") from error


def _content(report: RestoreReport, place: str) -> str:
    if place.lower().endswith(".json"):
        return json_text(restore_record(report)) + "\n"
    lines = (f"archive: {report.verify.archive}", *restore_lines(report))
    return "".join(f"{printable(line)}\n" for line in lines)
