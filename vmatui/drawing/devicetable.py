"""The devices of a report in bytes; a partial last cluster counts what the device has of it."""

from __future__ import annotations

from typing import Final

from vmatui.drawing.html import Html, element, joined
from vmatui.engine.checking.report import DeviceReport, VerifyReport
from vmatui.engine.indexing import clustermap
from vmatui.engine.indexing.clustermap import ClusterMap, DeviceMap
from vmatui.format.layout import CLUSTER_SIZE

_KINDS: Final = ("stored", "zero", "missing", "doubtful", "damaged")
_MEANT: Final = {
    "missing": "nothing in the archive says what it was",
    "doubtful": "stored, but its checksum is wrong or lost, or its data may be displaced",
    "damaged": "its extent is damaged, or its data are cut or unreadable",
    "rotten": "stored or zero, but not as it was sealed",
}
"""What the kinds are that a sound device has none of."""


def device_table(report: VerifyReport, cluster_map: ClusterMap) -> Html:
    """Return the devices as a table; doubtful bytes are some of the stored ones."""
    kinds = (*_KINDS, "rotten") if report.proof.sealed_at is not None else _KINDS
    titles = ("size", *kinds)
    head = element(
        "tr", element("th", "device"), *(element("th", each, class_="n") for each in titles)
    )
    rows = (_row(device, cluster_map, kinds) for device in report.devices)
    meant = [
        element("li", element("b", kind), f": {_MEANT[kind]}")
        for kind in kinds
        if kind in _MEANT and any(getattr(device, kind) for device in report.devices)
    ]
    told = element("ul", element("li", "All in bytes."), *meant, class_="meant")
    table = element("table", head, *rows, class_="devices")
    return joined(element("div", table, class_="wide"), told)


def _row(device: DeviceReport, cluster_map: ClusterMap, kinds: tuple[str, ...]) -> Html:
    last = _kinds_of_last(cluster_map.devices.get(device.dev_id))
    cells = [_cell("size", device.size)]
    for kind in kinds:
        size = getattr(device, kind) * CLUSTER_SIZE
        if kind in last and size:
            size -= device.clusters * CLUSTER_SIZE - device.size
        cells.append(_cell(kind, size))
    name = element("td", f"{device.name} ", element("span", f"({device.dev_id})", class_="faint"))
    return element("tr", name, *cells)


def _cell(kind: str, size: int) -> Html:
    look = "n bad" if kind in _MEANT and size else "n"
    return element("td", f"{size:,}", class_=look, data_kind=kind)


def _kinds_of_last(device_map: DeviceMap | None) -> tuple[str, ...]:
    """Return what the last cluster counts as, which alone may be smaller than the others."""
    if device_map is None:
        return ()
    state = device_map.states[device_map.device.clusters - 1]
    level, fault = state & clustermap.LEVEL, state & clustermap.FAULT
    if level == clustermap.UNSEEN:
        return ("damaged",) if fault == clustermap.DAMAGED else ("missing",)
    kind = "zero" if level == clustermap.ZERO else "stored"
    return kind, {clustermap.DAMAGED: "rotten", clustermap.DOUBTFUL: "doubtful"}.get(fault, "")
