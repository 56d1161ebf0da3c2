"""What is known of an archive's health so far, in a glyph, words and a colour."""

from __future__ import annotations

from typing import NamedTuple

from textual.content import Content

from vmatui.engine.checking.proof import Payload
from vmatui.engine.checking.report import Structure, VerifyReport, sentences
from vmatui.format.codes import Severity
from vmatui.storage.faults import StreamState
from vmatui.tui.widgets.styles import ERROR, GOOD, MUTED, WARNING
from vmatui.tui.wording import counted


class Verdict(NamedTuple):
    """How an archive is, as far as it was checked."""

    glyph: str
    words: str
    style: str
    """A style with a variable of the theme."""


def verdict(report: VerifyReport | None) -> Verdict:
    """Return what the newest report says; None is an archive that nobody checked."""
    if report is None:
        return Verdict("○", "not checked", MUTED)
    errors = count_of(report, Severity.ERROR)
    warnings = count_of(report, Severity.WARNING)
    if errors:
        return Verdict("✘", counted(errors, "error"), f"bold {ERROR}")
    words = "sound" if report.is_full else "headers sound"
    if warnings:
        return Verdict("▲", f"{words}, {counted(warnings, 'warning')}", f"bold {WARNING}")
    if report.is_full:
        return Verdict("✔", words, f"bold {GOOD}")
    return Verdict("◐", words, GOOD)


def count_of(report: VerifyReport, severity: Severity) -> int:
    """Return how many faults of a severity there are, joined ones counted."""
    return sum(finding.count for finding in report.findings if finding.severity is severity)


def statements(report: VerifyReport) -> tuple[tuple[Content, str], ...]:
    """Return the three statements: the title of each with its glyph, and what it says."""
    structure, stream, payload = sentences(report)
    good, bad, unknown = ("✔", GOOD), ("✘", f"bold {ERROR}"), ("○", MUTED)
    of_stream = {StreamState.SOUND: good, StreamState.FAULTY: bad}
    of_payload = {Payload.SOUND: good, Payload.FAULTY: bad}
    marks = (
        good if report.structure is Structure.SOUND else bad,
        of_stream.get(report.stream, unknown),
        of_payload.get(report.payload, unknown),
    )
    titles = ("Structure", "Stream", "Payload")
    return tuple(
        (Content.assemble(mark, " ", (title, "bold")), text)
        for mark, title, text in zip(marks, titles, (structure, stream, payload), strict=True)
    )
