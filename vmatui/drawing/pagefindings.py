"""The findings on a report page: by code, what it means, what to do, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from vmatui.drawing.html import Html, element, joined, text
from vmatui.engine.checking.advice import advice, reference_wording
from vmatui.engine.checking.findings import Finding
from vmatui.format.codes import MEANINGS, Code, Severity

_SHOWN: Final = 40
"""Findings of one code that are listed; what follows is counted."""
_COMMAND: Final = re.compile(r"(vmatui [a-z]+(?: --[a-z]+| [A-Z]+)*|--also COPY)")
"""What is to be typed, among the words of an advice."""
_NAMES: Final = element(
    "p",
    "In commands, FILE is this archive, COPY another copy of it, DIR a new folder.",
    class_="faint",
)


def finding_sections(findings: Sequence[Finding]) -> Html:
    """Return a section for each code, in the order found."""
    if not findings:
        return element("p", "None.")
    by_code: dict[Code, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    return joined(_NAMES, *(_section(code, found) for code, found in by_code.items()))


def _section(code: Code, found: Sequence[Finding]) -> Html:
    is_error = any(finding.severity is Severity.ERROR for finding in found)
    count = sum(finding.count for finding in found)
    severity = element(
        "span", "error" if is_error else "warning", class_="bad" if is_error else "open"
    )
    title = element(
        "h3", f"{MEANINGS[code].title}, {count:,} × ", severity, " ", element("code", code)
    )
    parts = [title, element("p", element("b", "What to do: "), *_spelt(advice(code)))]
    wording = reference_wording(code)
    if wording is not None:
        said = element("p", "The vma command says: ", element("code", wording), class_="faint")
        parts.append(said)
    rows = [_row(finding) for finding in found[:_SHOWN]]
    head = element("tr", element("th", "where"), element("th", "what"))
    parts.append(element("div", element("table", head, *rows), class_="wide"))
    rest = found[_SHOWN:]
    if rest:
        more = sum(finding.count for finding in rest)
        parts.append(
            element("p", f"… and {more:,} more in {len(rest):,} findings that are not listed")
        )
    return element("section", *parts)


def _spelt(words: str) -> Iterator[Html]:
    """Yield an advice with what is to be typed set apart."""
    for number, part in enumerate(_COMMAND.split(words)):
        yield element("code", part) if number % 2 else text(part)


def _row(finding: Finding) -> Html:
    return element(
        "tr", element("td", _place(finding), class_="place"), element("td", finding.message)
    )


def _place(finding: Finding) -> str:
    places = [] if finding.offset is None else [f"byte {finding.offset:,} ({finding.offset:#x})"]
    places += [] if finding.extent is None else [f"extent {finding.extent:,}"]
    return ", ".join(places) or "the whole archive"
