"""The findings of an archive by their codes, the worst first, and those of them that are wanted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from vmatui.engine.checking.findings import Finding
from vmatui.format.codes import MEANINGS, Code, Severity


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one code and severity."""

    code: Code
    severity: Severity
    findings: Sequence[Finding]
    count: int
    """Faults, joined ones counted."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which findings are wanted."""

    text: str = ""
    """Has to be in the code, its title, the device's name or the message."""
    severity: Severity | None = None
    dev_id: int | None = None


class FindingIndex:
    """All findings of a report.

    Args:
        findings: As the report has them.
    """

    def __init__(self, findings: Sequence[Finding] = ()) -> None:
        self.findings = findings
        self.devices = {
            finding.dev_id: finding.device or f"device {finding.dev_id}"
            for finding in findings
            if finding.dev_id is not None
        }
        """Names of those that findings concern, by dev_id."""
        self._texts: list[str] = []

    def wanted(self, wish: Wish) -> list[Group]:
        """Return the findings that are wanted, in groups."""
        return _groups(
            finding
            for finding in self._with_text(wish.text.casefold())
            if wish.severity in {None, finding.severity}
            and (wish.dev_id is None or wish.dev_id in _devices(finding))
        )

    def _with_text(self, text: str) -> Iterable[Finding]:
        if not text:
            return self.findings
        if len(self._texts) < len(self.findings):
            self._texts = [_text(finding) for finding in self.findings]
        found = zip(self.findings, self._texts, strict=True)
        return (finding for finding, known in found if text in known)


class GroupRows:
    """Groups one below the other, some of them open.

    Args:
        groups: The worst first.
        is_open: By group.
    """

    def __init__(self, groups: Sequence[Group], is_open: Sequence[bool]) -> None:
        self.groups = groups
        self.is_open = is_open
        sizes = (
            1 + opened * len(group.findings) for group, opened in zip(groups, is_open, strict=True)
        )
        self._starts = list(accumulate(sizes, initial=0))

    def __len__(self) -> int:
        return self._starts[-1]

    def at(self, row: int) -> tuple[int, Finding | None]:
        """Return the group of a row, and the finding if it is not the group's own row."""
        number = bisect_right(self._starts, row) - 1
        at = row - self._starts[number]
        return number, self.groups[number].findings[at - 1] if at else None

    def row_of(self, group: int) -> int:
        """Return the row of a group."""
        return self._starts[group]


def _groups(findings: Iterable[Finding]) -> list[Group]:
    by_kind: dict[tuple[Severity, Code], list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault((finding.severity, finding.code), []).append(finding)
    groups = [
        Group(code, severity, tuple(found), sum(finding.count for finding in found))
        for (severity, code), found in by_kind.items()
    ]
    return sorted(groups, key=lambda group: (group.severity is not Severity.ERROR, -group.count))


def _devices(finding: Finding) -> set[int | None]:
    return {finding.dev_id, *(dev_id for dev_id, _, _ in finding.touched)}


def _text(finding: Finding) -> str:
    title = MEANINGS[finding.code].title
    return f"{finding.code} {title} {finding.device or ''} {finding.message}".casefold()
