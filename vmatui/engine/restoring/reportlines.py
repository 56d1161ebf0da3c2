"""What a restore did, in words: the same lines on standard error and in a saved report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vmatui.engine.checking.advice import advice, reference_wording

if TYPE_CHECKING:  # what only needs a header starts without loading the jobs
    from vmatui.engine.checking.findings import Finding
    from vmatui.engine.restoring.restore import Output, RestoreReport


def finding_line(finding: Finding) -> str:
    """Return severity, code, place, what is wrong and the reference's words for it."""
    places = [f"byte {finding.offset}"] if finding.offset is not None else []
    places += [f"extent {finding.extent}"] if finding.extent is not None else []
    place = f" [{', '.join(places)}]" if places else ""
    known_as = reference_wording(finding.code)
    words = f" ({known_as})" if known_as else ""
    return f"{finding.severity}: {finding.code}{place}: {finding.message}{words}"


def advice_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield what to do about some findings, once for each of their codes."""
    for code in dict.fromkeys(finding.code for finding in findings):
        yield f"advice: {code}: {advice(code)}"


def output_lines(outputs: Sequence[Output]) -> Iterator[str]:
    """Yield where each complete device and config is."""
    for each in outputs:
        if each.is_complete:
            yield f"{each.name}: restored to {each.place}"


def incomplete_line(report: RestoreReport) -> str:
    """Return which outputs are incomplete and why, or nothing if none is."""
    incomplete = incomplete_places((*report.outputs, *report.configs))
    return incomplete and f"the archive has errors, so these are incomplete: {incomplete}"


def incomplete_places(outputs: Sequence[Output]) -> str:
    """Return where the incomplete outputs are, with commas between them."""
    return ", ".join(each.place for each in outputs if not each.is_complete)


def statement_lines(structure: str, stream: str, payload: str) -> tuple[str, str, str]:
    """Return the three statements about an archive, each with what it is about."""
    return f"structure: {structure}", f"stream: {stream}", f"payload: {payload}"


def restore_lines(report: RestoreReport) -> Iterator[str]:
    """Yield all that the command line would say of a restore."""
    from vmatui.engine.checking.report import sentences

    yield from map(finding_line, report.verify.findings)
    yield from advice_lines(report.verify.findings)
    yield from output_lines((*report.outputs, *report.configs))
    if told := incomplete_line(report):
        yield told
    yield from statement_lines(*sentences(report.verify))
