"""What is said of findings and of their kinds: in a row, and in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from vmatui.engine.checking.advice import advice
from vmatui.engine.checking.findings import Finding, format_ranges
from vmatui.format.codes import MEANINGS, Code, Severity
from vmatui.tui.widgets.columns import Cell
from vmatui.tui.widgets.findinggroups import FindingIndex, Group, Wish
from vmatui.tui.widgets.styles import ACCENT, ERROR, MUTED, WARNING
from vmatui.tui.wording import count_text, counted, shown

_MOST_NAME = 100
_MOST_TOUCHED = 4
"""Ranges of clusters that are told in full."""


def group_cells(group: Group, *, is_open: bool) -> tuple[Cell, ...]:
    """Return the cells of a kind's row."""
    arrow = "▾" if is_open else "▸"
    is_error = group.severity is Severity.ERROR
    tone = "error" if is_error else "warning"
    return (
        Cell(f"{arrow} ✘ error" if is_error else f"{arrow} ▲ warning", tone),
        Cell(MEANINGS[group.code].title, tone),
        Cell(counted(len(group.findings), "finding"), "muted"),
        Cell(count_text(group.count)),
        Cell(group.code, "muted"),
    )


def finding_cells(finding: Finding) -> tuple[Cell, ...]:
    """Return the cells of a finding's row, which stands below that of its kind."""
    return (
        Cell(""),
        Cell(finding.message),
        Cell(place_words(finding)),
        Cell(count_text(finding.count)),
        Cell(""),
    )


def place_words(finding: Finding) -> str:
    """Return where a finding is, in a few words."""
    if finding.cluster is not None:
        return f"{finding.device}, cluster {count_text(finding.cluster)}"
    if finding.extent is not None:
        return f"extent {count_text(finding.extent)}"
    if finding.device is not None:
        return finding.device
    return f"byte {count_text(finding.offset)}" if finding.offset else "header"


def summary(groups: Sequence[Group], index: FindingIndex, wish: Wish) -> Content:
    """Say how many findings there are, and which of them are shown."""
    if not index.findings:
        return Content()
    total = len(index.findings)
    number = sum(len(group.findings) for group in groups)
    some = f"{count_text(number)} of " if number < total else ""
    parts: list[str | tuple[str, str]] = [
        (f"{some}{counted(total, 'finding')}", "bold"),
        (f" of {counted(len(groups), 'kind')}", MUTED),
    ]
    if wish.text:
        parts += [("  with ", MUTED), (f"“{shown(wish.text[:_MOST_NAME])}”", ACCENT)]
    if wish.severity is not None:
        parts += [("  only ", MUTED), (f"{wish.severity}s", ACCENT)]
    if wish.dev_id is not None:
        name = shown(index.devices[wish.dev_id][:_MOST_NAME])
        parts += [("  only of ", MUTED), (name, ACCENT)]
    return Content.assemble(*parts)


_HERE: Final = {
    "vmatui restore --salvage FILE --also COPY DIR": "a salvage (S) that is given the copy",
    "vmatui restore --salvage FILE DIR": "a salvage (S)",
    "vmatui restore --salvage COPY DIR": "a salvage (S) of the copy",
    "add --also COPY if": "name the other copy if",
    "vmatui restore FILE DIR": "a restore (r)",
}


def describe_group(group: Group) -> Content:
    """Return a kind in full."""
    many = f"{counted(group.count, 'fault')} in {counted(len(group.findings), 'finding')}"
    style = ERROR if group.severity is Severity.ERROR else WARNING
    title = Content.assemble((MEANINGS[group.code].title, f"bold {style}"), (f"  {many}", MUTED))
    return Content("\n").join([title, *meaning(group.code)])


def describe_finding(finding: Finding) -> Content:
    """Return a finding in full: what, where, what it means."""
    lines = [Content(shown(finding.message)), Content.styled(_places(finding), ACCENT)]
    return Content("\n").join([*lines, *meaning(finding.code)])


def _advice(code: Code) -> str:
    """Return what to do about a fault, by keys where the command line has options."""
    text = advice(code)
    for command, here in _HERE.items():
        text = text.replace(command, here)
    return text


def meaning(code: Code) -> list[Content]:
    """Return what stands below all findings of a code."""
    reference = MEANINGS[code].reference
    said = f" · the vma command says: {reference}" if reference else ""
    return [Content(f"→ {_advice(code)}"), Content.styled(f"{code}{said}", MUTED)]


def _places(finding: Finding) -> str:
    """Say where a finding is, in the archive and on devices."""
    parts = []
    if finding.offset is not None:
        parts.append(f"archive {finding.offset:#x}")
    if finding.extent is not None and finding.cluster is None:
        ranges = format_ranges(finding.ranges, _MOST_TOUCHED)
        parts.append(f"extent {ranges or finding.extent}")
    elif finding.extent is not None:
        parts.append(f"from extent {finding.extent} on")
    if finding.cluster is not None:
        clusters = format_ranges(finding.ranges, _MOST_TOUCHED)
        parts.append(f"{finding.device} cluster {clusters}")
    elif finding.touched:
        number = sum(last - first + 1 for _, first, last in finding.touched)
        devices = len({dev_id for dev_id, _, _ in finding.touched})
        parts.append(f"{counted(number, 'cluster')} of {counted(devices, 'device')}")
    return shown(" · ".join(parts)) or "the archive as a whole"
