"""What a hex view shows: an archive or one of its devices, and what is known of each byte."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from textual.content import Content

from vmatui.drawing.order import order_of
from vmatui.engine.archivefacts import ArchiveFacts
from vmatui.engine.checking.findings import Finding
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.engine.indexing.placement import Placement
from vmatui.engine.indexing.regions import Region
from vmatui.engine.inspecting.anatomy import Anatomy
from vmatui.engine.inspecting.bytepieces import Flaw
from vmatui.engine.inspecting.byteplace import BytePlace, DevicePlace, in_archive, on_device
from vmatui.engine.inspecting.headerfields import HeaderField, archive_fields, extent_fields
from vmatui.format.header import Device
from vmatui.format.layout import CLUSTER_SIZE, EXTENT_HEADER_SIZE
from vmatui.tui.hexreads import ARCHIVE_HEADER
from vmatui.tui.widgets import whereabouts
from vmatui.tui.widgets.hexmarks import Span

_MOST_HEADERS: Final = 64
"""Headers that stay taken apart."""


@dataclass(frozen=True, slots=True)
class Known:
    """What walks have found out about an archive."""

    extents: ExtentTable
    placement: Placement
    regions: Mapping[int, Sequence[Region]] = field(default_factory=dict)
    """The partitions of the devices, by dev_id."""
    findings: Sequence[Finding] = ()
    size: int | None = None
    """Bytes of the archive; None if no walk has come to its end."""


class HexSubject:
    """An archive, or one of its devices, byte by byte.

    Args:
        facts: Which archive.
        known: Of it.
    """

    def __init__(self, facts: ArchiveFacts, known: Known) -> None:
        self.facts = facts
        self.known = known
        self.device: Device | None = None
        """None shows the archive itself."""
        self.names = {device.dev_id: device.name for device in facts.header.devices}
        self._headers: dict[int, tuple[Anatomy | None, Sequence[HeaderField]]] = {}
        self._last_finding: tuple[tuple[int | None, int, int], Finding | None] | None = None

    @property
    def least_size(self) -> int:
        """Bytes that the archive has at least, as far as is known."""
        extents = self.known.extents
        end = extents[len(extents) - 1].offset + EXTENT_HEADER_SIZE if len(extents) else 0
        return max(self.facts.header.size, end)

    def part(self, offset: int) -> int | None:
        """Return the number of the extent that a byte belongs to, or `ARCHIVE_HEADER`."""
        extents, placement = self.known.extents, self.known.placement
        if self.device is not None:
            order = order_of(placement, self.device.dev_id, self.device.clusters)
            return order.extent_of(offset // CLUSTER_SIZE)
        if offset < self.facts.header.size:
            return ARCHIVE_HEADER
        if not len(extents) or offset < extents[0].offset:
            return None
        return extents.at_offset(offset)

    def knows(self, part: int | None) -> bool:
        """Whether nothing has to be read to tell the fields of a part."""
        return part is None or part in self._headers

    def learn(self, part: int, header: Anatomy | bytes | None) -> None:
        """Take in a header that was read; None if the archive is cut inside it."""
        while len(self._headers) >= _MOST_HEADERS:
            del self._headers[next(iter(self._headers))]
        facts, findings = self.facts, self.known.findings
        if isinstance(header, Anatomy):
            uuid = facts.header.uuid.bytes
            self._headers[part] = header, extent_fields(header, uuid, self.names, findings)
        elif header is not None:
            self._headers[part] = None, archive_fields(header, facts.header, facts.faults)
        else:
            self._headers[part] = None, ()

    def anatomy(self, offset: int) -> Anatomy | None:
        """Return the extent that a byte belongs to, if its header was read."""
        part = self.part(offset)
        return self._headers[part][0] if part in self._headers else None

    def fields(self, offset: int) -> Sequence[HeaderField]:
        """Return the fields of the header that a byte belongs to, if it was read."""
        part = self.part(offset)
        return self._headers[part][1] if part in self._headers else ()

    def field_place(self, offset: int) -> int | None:
        """Return an archive offset in the field that tells of a byte."""
        anatomy = self.anatomy(offset)
        if anatomy is None:
            return offset if self.device is None else None
        if self.device is not None:
            slot = anatomy.slot_of(self.device.dev_id, offset // CLUSTER_SIZE)
        elif offset < anatomy.data:
            return offset
        else:
            slot = anatomy.slot_at(offset)
        return None if slot is None else anatomy.slot_offset(slot)

    def field(self, offset: int) -> HeaderField | None:
        """Return the field that tells of a byte."""
        place = self.field_place(offset)
        if place is None:
            return None
        fields = self.fields(offset)
        return next((each for each in fields if each.start <= place < each.end), None)

    def counterpart(self, offset: int) -> BytePlace | None:
        """Return the same byte on the device, or in the archive."""
        anatomy = self.anatomy(offset)
        if anatomy is None:
            return None
        if self.device is None:
            return on_device(anatomy, offset)
        return in_archive(anatomy, DevicePlace(self.device.dev_id, offset))

    def headers(self, start: int, end: int) -> Sequence[Span]:
        """Return the headers among a line's bytes."""
        spans, extents = list[Span](), self.known.extents
        if self.device is None and start < self.facts.header.size:
            spans.append((0, self.facts.header.size))
        if self.device is None and len(extents):
            offset = extents[extents.at_offset(end - 1)].offset
            spans.append((offset, offset + EXTENT_HEADER_SIZE))
        return [span for span in spans if span[0] < end and span[1] > start]

    def next_extent(self, offset: int, step: int) -> int | None:
        """Return where the next extent starts (or, with a step of -1, the one before)."""
        extents = self.known.extents
        if not len(extents):
            return None
        number = extents.at_offset(offset)
        start = extents[number].offset
        number += (start <= offset) if step > 0 else -(start >= offset)
        return extents[number].offset if 0 <= number < len(extents) else None

    def next_finding(self, offset: int, step: int) -> int | None:
        """Return the next place of a finding (or, with a step of -1, the one before)."""
        places = sorted(self._finding_places())
        at = bisect_right(places, offset) if step > 0 else bisect_left(places, offset) - 1
        return places[at] if 0 <= at < len(places) else None

    def finding_at(self, offset: int) -> Finding | None:
        """Return a finding about the byte's cluster or extent."""
        device = self.device
        place = DevicePlace(device.dev_id, offset) if device else self.counterpart(offset)
        spot = 0, 0
        if isinstance(place, DevicePlace):
            spot = place.dev_id, place.offset // CLUSTER_SIZE
        key = self.part(offset), *spot
        if self._last_finding is None or self._last_finding[0] != key:
            self._last_finding = key, self._find(*key)
        return self._last_finding[1]

    def describe(self, offset: int, flaw: Flaw | None) -> Content:
        """Say where a byte is, and what is the matter with it."""
        anatomy, regions = self.anatomy(offset), self.known.regions
        here = self.field(offset)
        if self.device is not None:
            at = DevicePlace(self.device.dev_id, offset)
            own = regions.get(self.device.dev_id, ())
            return whereabouts.on_device(at, self.device.name, self.part(offset), flaw, own)
        if offset < self.facts.header.size:
            return whereabouts.in_header(here)
        if anatomy is None:
            return whereabouts.unknown(has_extents=len(self.known.extents) > 0)
        return whereabouts.in_extent(anatomy, offset, here, self.names, regions)

    def _find(self, part: int | None, dev_id: int, cluster: int) -> Finding | None:
        for finding in self.known.findings:
            if dev_id and finding.concerns(dev_id, cluster, cluster):
                return finding
            if part is not None and finding.extent == part and finding.cluster is None:
                return finding
        return None

    def _finding_places(self) -> set[int]:
        if self.device is None:
            return {finding.offset for finding in self.known.findings if finding.offset is not None}
        return {
            first * CLUSTER_SIZE
            for finding in self.known.findings
            for dev_id, first, _ in finding.touched
            if dev_id == self.device.dev_id
        }
