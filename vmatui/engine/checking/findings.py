"""Findings: the faults of an archive with their places, runs of equal ones joined into one.

The number of findings is bounded whatever the archive holds, because an archive is hostile input.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from vmatui.errors import printable
from vmatui.format.codes import Code, Severity

Range = tuple[int, int]
"""First and last number, both included."""

Touched = tuple[int, int, int]
"""A device's id with the first and last of some of its clusters, both included."""

MAX_RANGES: Final = 1000
"""Ranges that one finding remembers; its count goes on."""
MAX_FINDINGS_PER_KIND: Final = 200
"""Findings of one code and device; what comes after is counted in the last of them."""


class Finding(NamedTuple):
    """One fault, or a run of equal faults, and where it is."""

    code: Code
    severity: Severity
    message: str
    """One sentence for a person: what and where."""
    offset: int | None = None
    """Archive offset in bytes (after decompression) of the first fault."""
    extent: int | None = None
    """Number of the first extent concerned, counted from 0."""
    dev_id: int | None = None
    device: str | None = None
    cluster: int | None = None
    """First cluster concerned."""
    count: int = 1  # type: ignore[assignment]  # tuples have a method of this name
    """How many faults were joined: clusters or extents."""
    ranges: tuple[Range, ...] = ()
    """The clusters, or extents where there is no cluster, that are concerned."""
    touched: tuple[Touched, ...] = ()
    """Where it shows on the map; an extent's fault touches the clusters that the extent names."""

    def concerns(self, dev_id: int, first: int, last: int) -> bool:
        """Whether the fault touches a cluster from `first` to `last` of the device."""
        return any(
            device == dev_id and low <= last and high >= first for device, low, high in self.touched
        )


class _Joined:
    """A run of equal faults while it grows.

    Args:
        first: Its message says only what is wrong, not where.
    """

    __slots__ = ("count", "first", "last_extent", "ranges", "touched")

    def __init__(self, first: Finding) -> None:
        self.first = first
        self.count = first.count
        self.last_extent = first.extent
        self.ranges = [*first.ranges]
        self.touched: list[Touched] = []

    def freeze(self) -> Finding:
        """Return the finding as it stands."""
        subject, detail = self._subject(), self.first.message
        return self.first._replace(
            message=printable(f"{subject}: {detail}" if subject else detail),
            count=self.count,
            ranges=tuple(self.ranges),
            touched=tuple(self.touched),
        )

    def _subject(self) -> str:
        if self.first.cluster is not None:
            return f"{_counted('cluster', self.ranges, self.count)} of {self.first.device}"
        if self.first.extent is not None:
            return _counted("extent", self.ranges, self.count)
        return ""


class FindingList:
    """Collects faults, joins equal neighbours and keeps their number bounded."""

    def __init__(self) -> None:
        self._all: list[_Joined] = []
        self._kinds: dict[tuple[Code, int | None], list[_Joined]] = {}
        self.errors = 0
        """Faults of severity error so far, joined ones counted."""

    def __len__(self) -> int:
        return len(self._all)

    def add(
        self,
        code: Code,
        detail: str,
        severity: Severity = Severity.ERROR,
        *,
        offset: int | None = None,
        extent: int | None = None,
        dev_id: int | None = None,
        device: str | None = None,
        clusters: Range | None = None,
        touched: Sequence[Touched] = (),
    ) -> None:
        """Add one fault, or one range of equal faults.

        Args:
            code: What kind of fault.
            detail: What is wrong, without its place, in words that fit one and many.
            severity: Whether data is lost or in doubt.
            offset: Archive offset in bytes.
            extent: Number of the extent, from 0.
            dev_id: The device concerned.
            device: Its name, or what to call it.
            clusters: First and last cluster concerned.
            touched: Where it shows on the map; `clusters` is added by itself.
        """
        numbers = clusters or (None if extent is None else (extent, extent))
        count = numbers[1] - numbers[0] + 1 if numbers else 1
        if severity is Severity.ERROR:
            self.errors += count
        if clusters and dev_id is not None:
            touched = ((dev_id, *clusters),)
        kind = self._kinds.setdefault((code, dev_id), [])
        is_full = len(kind) >= MAX_FINDINGS_PER_KIND
        if kind and (numbers or is_full) and _joins(kind, extent, severity):
            last = kind[-1]
            last.count += count
            last.last_extent = extent
            if numbers:
                _append(last.ranges, numbers)
            _touch(last.touched, touched)
            return
        first = clusters[0] if clusters else None
        ranges = (numbers,) if numbers else ()
        joined = _Joined(
            Finding(code, severity, detail, offset, extent, dev_id, device, first, count, ranges)
        )
        _touch(joined.touched, touched)
        kind.append(joined)
        self._all.append(joined)

    def freeze(self) -> tuple[Finding, ...]:
        """Return what was found so far: errors first, else in the order found."""
        found = [joined.freeze() for joined in self._all]
        return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.ERROR))


def _joins(kind: list[_Joined], extent: int | None, severity: Severity) -> bool:
    last = kind[-1]
    if last.first.severity is not severity:
        return False
    if len(kind) >= MAX_FINDINGS_PER_KIND:
        return True
    if extent is None or last.last_extent is None:
        return extent is last.last_extent
    return extent - last.last_extent <= 1


def _append(ranges: list[Range], new: Range) -> None:
    if not ranges:
        ranges.append(new)
        return
    first, last = ranges[-1]
    if first <= new[0] <= last + 1:
        ranges[-1] = (first, max(last, new[1]))
    elif len(ranges) < MAX_RANGES:
        ranges.append(new)


def _touch(known: list[Touched], new: Sequence[Touched]) -> None:
    for dev_id, first, last in new:
        if known and known[-1][0] == dev_id and known[-1][2] + 1 == first:
            known[-1] = (dev_id, known[-1][1], last)
        elif len(known) < MAX_RANGES:
            known.append((dev_id, first, last))


def _counted(noun: str, ranges: Iterable[Range], count: int) -> str:
    shown = format_ranges(ranges)
    return f"{noun} {shown}" if count == 1 else f"{count} {noun}s ({shown})"


def format_ranges(ranges: Iterable[Range], limit: int = 6) -> str:
    """Return ranges as people write them, `3-7, 9`, with dots after the first few."""
    parts = []
    for number, (first, last) in enumerate(ranges):
        if number == limit:
            parts.append("…")
            break
        parts.append(str(first) if first == last else f"{first}-{last}")
    return ", ".join(parts)
