"""The maps on a report page: how full each device is and what is sound of it, and the archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from vmatui.drawing.archivefield import ArchiveField
from vmatui.drawing.fields import DeviceField, Field
from vmatui.drawing.html import Html, counted, element, joined
from vmatui.drawing.inlinesvg import COLUMNS, LABELS, map_svg, swatch
from vmatui.drawing.legend import Entry
from vmatui.drawing.shades import View
from vmatui.drawing.sheet import Sheet, make_sheet
from vmatui.engine.indexing.clustermap import ClusterMap
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.format.layout import CLUSTER_SIZE

_CELLS: Final = 96_000
"""Cells of all maps of a page together, which bounds its size."""
_ROWS: Final = 32
_VIEWS: Final = (View.CONTENT, View.HEALTH)


def map_sections(cluster_map: ClusterMap, table: ExtentTable, names: Mapping[int, str]) -> Html:
    """Return the maps of all devices and of the archive.

    Args:
        cluster_map: Of a walk that is over.
        table: Of the same walk.
        names: Of all devices by dev_id; text from the archive.
    """
    maps = len(_VIEWS) * (len(cluster_map.devices) + 1)
    rows = max(1, min(_ROWS, _CELLS // COLUMNS // maps))
    sections = [_device(name, dev_id, cluster_map, rows) for dev_id, name in names.items()]
    if len(table):
        fields = (ArchiveField(table, names, view, complete=True) for view in _VIEWS)
        drawn = [_map(field, "the archive", rows) for field in fields]
        sections.append(element("section", element("h3", "The archive, extent by extent"), *drawn))
    return joined(*sections)


def _device(name: str, dev_id: int, cluster_map: ClusterMap, rows: int) -> Html:
    title = element("h3", f"{name} ", element("span", f"device {dev_id}", class_="faint"))
    device_map = cluster_map.devices.get(dev_id)
    if device_map is None:
        return element("section", title, element("p", "It is too large to be mapped."))
    fields = (DeviceField(device_map, None, view, complete=True) for view in _VIEWS)
    return element("section", title, *(_map(field, name, rows) for field in fields))


def _map(field: Field, name: str, rows: int) -> Html:
    sheet = make_sheet(field, name, COLUMNS + LABELS, rows)
    what = "How full it is" if field.view is View.CONTENT else "What is sound of it"
    told = element("p", f"{what}. {_measure(sheet)}", class_="faint")
    drawn = element("div", map_svg(sheet, f"{name}: {what}"), class_="wide")
    return element("div", told, drawn, _legend(sheet.legend), class_="map")


def _measure(sheet: Sheet) -> str:
    grid = sheet.grid
    if not grid.unit_size:
        return f"A cell is {counted(grid.size, 'extent')}; extents are counted below."
    size = grid.size * CLUSTER_SIZE
    return (
        f"A cell is {counted(grid.size, 'cluster')} ({size:,} bytes); clusters are counted below."
    )


def _legend(entries: tuple[Entry, ...]) -> Html:
    return element("ul", *_lines(entries), class_="legend")


def _lines(entries: tuple[Entry, ...]) -> Iterator[Html]:
    for entry in entries:
        count = "" if entry.number is None else f" {entry.number:,}"
        yield element("li", swatch(entry.shades), f"{entry.words}{count}")
