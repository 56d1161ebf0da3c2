"""Standard error: what went wrong, what was found, how far a job is.

Nothing a script reads comes here, every line is free of control characters, and a standard error
that cannot be written never stops a job. Called by the reference's name, the program says only what
went wrong: Proxmox VE takes any other word of `vma config` for a failure, cron mails it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from vmatui.engine.restoring.reportlines import advice_lines, finding_line, statement_lines
from vmatui.errors import printable
from vmatui.format.codes import Severity

if TYPE_CHECKING:  # what only needs a header starts without loading the jobs
    from vmatui.engine.checking.findings import Finding
    from vmatui.engine.progress import ProgressFunction

PROGRAM: Final = "vmatui"

_program = PROGRAM


def speak_as(program: str) -> None:
    """Set the name by which the program was called."""
    global _program
    _program = program


def say(line: str) -> None:
    """Print one line, whatever characters it holds."""
    if sys.stderr is not None:
        with suppress(OSError):
            print(printable(line), file=sys.stderr)


def remark(line: str) -> None:
    """Print a line that is good to know but no error; the reference never does."""
    if _program == PROGRAM:
        say(line)


def complain(sentence: str) -> None:
    """Print an error, with the program's name before it."""
    say(f"{_program}: {sentence}")


def say_findings(findings: Sequence[Finding]) -> None:
    """Print a line for each finding: severity, code, place, what and the reference's words."""
    for finding in findings:
        tell = say if finding.severity is Severity.ERROR else remark
        tell(finding_line(finding))


def say_advice(findings: Sequence[Finding]) -> None:
    """Print what to do about findings, once for each of their codes."""
    for line in advice_lines(findings):
        remark(line)


def say_statements(structure: str, stream: str, payload: str) -> None:
    """Print the three statements about an archive."""
    for line in statement_lines(structure, stream, payload):
        remark(line)


@contextmanager
def progress_bar(*, is_wanted: bool = True) -> Iterator[ProgressFunction]:
    """Show progress while the context lasts, if it is wanted and a person sees standard error."""
    if not is_wanted or sys.stderr is None or not sys.stderr.isatty():
        from vmatui.engine.progress import ignore

        yield ignore
        return
    from vmatui.cli.bar import Bar

    with Bar() as bar:
        yield bar.show
