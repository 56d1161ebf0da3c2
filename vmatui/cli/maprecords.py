"""What `map --json` prints; keys are only ever added, because scripts rely on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vmatui.drawing.fields import Field
from vmatui.drawing.shades import View
from vmatui.drawing.sheet import Sheet
from vmatui.drawing.sheetrecord import sheet_record
from vmatui.engine.checking.records import finding_record
from vmatui.engine.indexing.indexbytes import KeptIndex
from vmatui.engine.indexing.regions import Region
from vmatui.engine.jsontext import Record
from vmatui.format.header import Device


class Drawing(NamedTuple):
    """Something to draw."""

    field: Field
    title: str
    notes: tuple[str, ...] = ()
    device: Device | None = None
    """None for the archive's own map."""


def map_record(
    index: KeptIndex, view: View, drawings: Sequence[Drawing], sheets: Sequence[Sheet]
) -> Record:
    """Return maps as an object.

    Args:
        index: Of the archive.
        view: Of all maps.
        drawings: Devices or the archive's extents.
        sheets: The same, laid out.
    """
    maps: list[Record] = [
        {
            "dev_id": None if drawing.device is None else drawing.device.dev_id,
            "device": None if drawing.device is None else drawing.device.name,
            "size": None if drawing.device is None else drawing.device.size,
            **sheet_record(sheet),
            "partitions": _partitions(index, drawing.device),
        }
        for drawing, sheet in zip(drawings, sheets, strict=True)
    ]
    return {
        "archive": index.report.archive,
        "uuid": str(index.report.uuid),
        "read": index.read_at,
        "view": view.value,
        "maps": maps,
        "findings": [finding_record(finding) for finding in index.report.findings],
    }


def _partitions(index: KeptIndex, device: Device | None) -> list[Record]:
    regions = () if device is None else index.regions.get(device.dev_id, ())
    return [_partition(region) for region in regions]


def _partition(region: Region) -> Record:
    partition = region.partition
    return {
        "number": partition.number,
        "start": partition.start,
        "size": partition.size,
        "kind": partition.kind,
        "name": partition.name,
        "content": region.content,
    }
