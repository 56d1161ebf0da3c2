"""What stands under the map's cursor, in words: place, contents, mask, and the findings there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual.content import Content
from textual.widgets import Static

from vmatui.drawing.cells import levels_of
from vmatui.drawing.order import order_of
from vmatui.engine.checking.findings import Finding
from vmatui.engine.indexing.clustermap import (
    DIFFERS,
    DOUBTFUL,
    DUPLICATE,
    FAULT,
    LEVEL,
    UNSEEN,
    ZERO,
    DeviceMap,
)
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.engine.indexing.placement import Placement
from vmatui.engine.indexing.regions import Region
from vmatui.engine.salvaging.provenance import Provenance
from vmatui.format.codes import Severity
from vmatui.format.layout import BLOCK_SIZE, BLOCKS_PER_CLUSTER, CLUSTER_SIZE
from vmatui.tui.widgets.styles import MUTED
from vmatui.tui.wording import count_text, counted, percent_text, shown, size_text

_MOST_FINDINGS: Final = 20
_MOST_NAME: Final = 100
"""Characters of a device's name that are shown; it may have 65535."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the archive has its data, and what the device's partitions are."""

    table: ExtentTable
    placement: Placement
    regions: Sequence[Region] = ()
    provenance: Provenance | None = None
    """From which copies a salvage has its clusters."""


class CellDetail(Static):
    """The cell under the cursor.

    Nothing that comes from an archive is read as markup here.
    """

    DEFAULT_CSS = """
    CellDetail { height: auto; }
    """

    def show(
        self,
        device_map: DeviceMap | None,
        first: int,
        last: int,
        findings: Iterable[Finding] = (),
        *,
        complete: bool,
        origin: Origin | None = None,
    ) -> None:
        """Describe some clusters.

        Args:
            device_map: A walk may be writing it; None shows nothing.
            first: First cluster.
            last: Last cluster, included.
            findings: All there are; those that concern the clusters are shown.
            complete: Whether the walk is over.
            origin: Where they come from, if that is known.
        """
        if device_map is None:
            self.update("")
            return
        dev_id = device_map.device.dev_id
        here = [finding for finding in findings if finding.concerns(dev_id, first, last)]
        self.update(describe(device_map, first, last, here, complete=complete, origin=origin))


def describe(
    device_map: DeviceMap,
    first: int,
    last: int,
    findings: Sequence[Finding],
    *,
    complete: bool,
    origin: Origin | None = None,
) -> Content:
    """Return what is known of some clusters, with the findings that concern them."""
    device = device_map.device
    start, end = first * CLUSTER_SIZE, min((last + 1) * CLUSTER_SIZE, device.size)
    which = count_text(first) if first == last else f"{count_text(first)}–{count_text(last)}"
    lines = [
        Content.assemble(
            (shown(device.name[:_MOST_NAME]), "bold"),
            ("  cluster " if first == last else "  clusters ", MUTED),
            which,
            (_partitions(origin, first, last), "$text-primary"),
        ),
        Content.assemble(
            f"{start:#x}–{end - 1:#x}",
            (f"  {size_text(end - start)} at {size_text(start)}", MUTED),
            (_extents(device_map, origin, first, last), MUTED),
        ),
    ]
    if origin is not None and origin.provenance is not None:
        lines += _copies(origin.provenance, device.dev_id, first, last)
    if first == last:
        lines += _one(device_map, first, complete=complete)
    else:
        lines.append(_many(device_map, first, last, complete=complete))
    lines += [_finding(finding) for finding in findings[:_MOST_FINDINGS]]
    if len(findings) > _MOST_FINDINGS:
        more = counted(len(findings) - _MOST_FINDINGS, "more finding")
        lines.append(Content.styled(f"… and {more}", MUTED))
    return Content("\n").join(lines)


def describe_extents(origin: Origin, names: Mapping[int, str], first: int, last: int) -> Content:
    """Return what is known of some extents: where they are, and what they bring."""
    table = origin.table
    rows = [table[number] for number in (first, last)]
    which = count_text(first) if first == last else f"{count_text(first)}–{count_text(last)}"
    lines = [
        Content.assemble(("extent " if first == last else "extents ", MUTED), (which, "bold")),
        Content.assemble(
            f"{rows[0].offset:#x}", (f"  at {size_text(rows[0].offset)} of the archive", MUTED)
        ),
    ]
    if first == last:
        row = rows[0]
        told = f"{counted(row.clusters, 'cluster')}, {count_text(row.zero)} zero, "
        told += f"{count_text(row.blocks)} blocks stored"
        lines.append(Content.styled(told, "$text-success"))
        if not row.is_sound:
            lines.append(Content.styled("damaged, cut short or displaced", "$text-error"))
    runs = origin.placement.runs_of(first)
    for run in runs[:_MOST_FINDINGS]:
        name = shown(names.get(run.dev_id, f"device {run.dev_id}")[:_MOST_NAME])
        lines.append(Content.assemble(f"{name} ", (f"clusters {run.first}–{run.last}", MUTED)))
    if len(runs) > _MOST_FINDINGS:
        lines.append(
            Content.styled(f"… and {counted(len(runs) - _MOST_FINDINGS, 'more run')}", MUTED)
        )
    return Content("\n").join(lines)


def _partitions(origin: Origin | None, first: int, last: int) -> str:
    """Say in which partitions clusters are."""
    here = [
        region
        for region in (origin.regions if origin else ())
        if region.first <= last and region.last >= first
    ]
    told = ", ".join(_partition(region) for region in here[:3])
    return f"  in {told}" if told else ""


def _partition(region: Region) -> str:
    name = region.partition.name.strip()
    parts = [f"partition {region.partition.number}", region.kind, name and f"“{name}”"]
    return shown(" ".join(part for part in parts if part))


def _extents(device_map: DeviceMap, origin: Origin | None, first: int, last: int) -> str:
    """Say which extents bring clusters, and where in the archive those begin."""
    if origin is None:
        return ""
    device = device_map.device
    found = order_of(origin.placement, device.dev_id, device.clusters).extents_in(first, last)
    if found is None or found[0] >= len(origin.table):
        return ""
    low, high, count = found
    which = f"extent {low}" if count == 1 else f"{counted(count, 'extent')} from {low} to {high},"
    return f"  · {which} at {origin.table[low].offset:#x}"


def _copies(provenance: Provenance, dev_id: int, first: int, last: int) -> list[Content]:
    """Say from which of several copies clusters came; nothing where there is one or none came."""
    counts = provenance.counts(dev_id, first, last)
    told = ", ".join(
        shown(f"from {name}" if first == last else f"{count_text(count)} from {name}")
        for count, name in zip(counts, map(_short, provenance.copies), strict=True)
        if count
    )
    if len(counts) < 2 or not told:
        return []
    line = Content(told)
    if differing := provenance.differing(dev_id, first, last):
        more = "" if first == last else f" on {count_text(differing)}"
        line += Content.styled(f"; the copies disagree{more}", "$text-warning")
    return [line]


def _short(name: str) -> str:
    return Path(name).name[:_MOST_NAME]


def _one(device_map: DeviceMap, cluster: int, *, complete: bool) -> list[Content]:
    """Say how a single cluster is, and show its mask."""
    state, mask = device_map.states[cluster], device_map.mask_of(cluster)
    level = state & LEVEL
    words: list[tuple[str, str]] = []
    if level > ZERO:
        words.append((f"{level - ZERO} of {BLOCKS_PER_CLUSTER} blocks stored", "$text-success"))
    elif level == ZERO:
        words.append(("zero: in the archive, no block stored", "$text"))
    elif state == UNSEEN and complete:
        words.append(("missing: no extent of the archive holds it", "$text-error"))
    elif state == UNSEEN:
        words.append(("not read yet", MUTED))
    if state & DUPLICATE:
        words.append(("stored more than once", "$text-warning"))
    if state & FAULT:
        words.append(_fault(state & FAULT, is_named=level > UNSEEN))
    lines = [Content(", ").join(Content.styled(*word) for word in words)]
    if level:
        lines.append(_mask(mask, device_map.device.size - cluster * CLUSTER_SIZE))
    return lines


def _fault(fault: int, *, is_named: bool) -> tuple[str, str]:
    """Say what is wrong with a cluster, which a sound slot has named or not."""
    if fault == DOUBTFUL:
        return "doubtful: its extent has faults, or no checksum vouches for it", "$text-warning"
    if fault == DIFFERS:
        return "differs: its target does not hold what the archive does", "$text-error"
    if is_named:
        return "damaged: the manifest or a faulty extent belies it", "$text-error"
    told = "damaged: the extent that names it is faulty or its data cannot be read"
    return told, "$text-error"


def _mask(mask: int, size: int) -> Content:
    """Draw a mask as sixteen squares; blocks past the device's end are dots."""
    blocks = -(-min(size, CLUSTER_SIZE) // BLOCK_SIZE)
    squares = "".join(
        "■" if mask >> block & 1 else "□" if block < blocks else "·"
        for block in range(BLOCKS_PER_CLUSTER)
    )
    parts = " ".join(squares[start : start + 4] for start in range(0, BLOCKS_PER_CLUSTER, 4))
    return Content.assemble((parts, "$text-primary"), (f"  mask {mask:#06x}", MUTED))


def _many(device_map: DeviceMap, first: int, last: int, *, complete: bool) -> Content:
    """Say how many of some clusters are in which state."""
    cells = levels_of(device_map).tally(first, last)
    states = (
        ("stored", cells.stored, "$text-success"),
        ("zero", cells.zero, "$text"),
        (
            "missing" if complete else "not read yet",
            cells.unseen,
            "$text-error" if complete else MUTED,
        ),
        ("duplicate", cells.duplicate, "$text-warning"),
        ("doubtful", cells.doubtful, "$text-warning"),
        ("damaged", cells.damaged, "$text-error"),
        ("differs", cells.differs, "$text-error"),
    )
    said = [
        Content.styled(f"{count_text(int(counts[0]))} {word}", style)
        for word, counts, style in states
        if counts[0]
    ]
    share = percent_text(float(cells.fill[0]), 1)
    said.append(Content.styled(f"{share} of blocks stored", MUTED))
    return Content(", ").join(said)


def _finding(finding: Finding) -> Content:
    style = "$text-error" if finding.severity is Severity.ERROR else "$text-warning"
    return Content.assemble((f"▸ {finding.code.value} ", f"bold {style}"), shown(finding.message))
