"""The map of an archive, a device at a time, with what stands under its cursor and the legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from vmatui.engine.clustermap import ClusterMap, DeviceMap
from vmatui.engine.findings import Finding
from vmatui.format.header import Device
from vmatui.tui.widgets.celldetail import CellDetail
from vmatui.tui.widgets.heatmap import HeatMap
from vmatui.tui.widgets.legend import Legend
from vmatui.tui.widgets.styles import FAINT, MUTED, TITLE
from vmatui.tui.wording import shown, size_text

_NEIGHBOURS = Binding.Group("Disk", compact=True)


class MapView(Container):
    """The heat map of one device, and the choice of another.

    Args:
        devices: Of the archive.
    """

    DEFAULT_CSS = """
    MapView {
        height: 1fr;
        #device-line { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #no-map { padding: 1 1; display: none; }
        #map-body { height: 1fr; }
        #map-side { height: auto; padding: 0 1; }
        HeatMap { padding: 0 1; min-height: 3; }
        CellDetail { min-height: 4; max-height: 6; }
        &.-empty #no-map { display: block; }
        &.-empty #map-body { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "neighbour(-1)", "Device before", group=_NEIGHBOURS),
        Binding("right_square_bracket", "neighbour(1)", "Device after", group=_NEIGHBOURS),
    ]

    def __init__(self, devices: Sequence[Device], *, id: str | None = None) -> None:
        super().__init__(id=id, classes="-empty")
        self._devices = devices
        self._number = 0
        self._map: ClusterMap | None = None
        self._findings: Sequence[Finding] = ()

    def compose(self) -> ComposeResult:
        """Lay out the device's line, the map, and what is told beside it."""
        yield Static(id="device-line")
        yield Static(id="no-map")
        with Container(id="map-body"):
            yield HeatMap()
            with Vertical(id="map-side"):
                yield CellDetail()
                yield Legend()

    def on_mount(self) -> None:
        """Name the first device."""
        self._show_device()

    def say(self, text: Content) -> None:
        """Say why there is no map."""
        self.add_class("-empty")
        self.query_one("#no-map", Static).update(text)

    def show(self, cluster_map: ClusterMap, findings: Sequence[Finding] = ()) -> None:
        """Show a map, which a walk may be drawing; the device and the cursor stay.

        Args:
            cluster_map: Of the same archive.
            findings: What the walk found, once it is over.
        """
        self._map, self._findings = cluster_map, findings
        self.set_class(not self._devices, "-empty")
        self._show_device()

    def poll(self) -> None:
        """Draw what the walk has brought since."""
        if self._map is not None:
            self.query_one(HeatMap).poll()
            self.query_one(Legend).poll()

    def mean_differences(self) -> None:
        """Say that what the map marks is where a target differs from the archive."""
        self.query_one(Legend).fault_word = "differs"

    def go_to(self, dev_id: int, cluster: int) -> None:
        """Show a place."""
        numbers = [device.dev_id for device in self._devices]
        if dev_id in numbers:
            self._number = numbers.index(dev_id)
            self._show_device()
            self.query_one(HeatMap).go_to(cluster)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Offer other devices only where there are some."""
        return action != "neighbour" or len(self._devices) > 1

    def action_neighbour(self, step: int) -> None:
        """Show the device before or after; the first follows the last."""
        self._number = (self._number + step) % len(self._devices)
        self._show_device()

    @on(HeatMap.CursorMoved)
    def _describe(self, message: HeatMap.CursorMoved) -> None:
        device_map = self._device_map()
        if device_map is not None and self._map is not None:
            self.query_one(CellDetail).show(
                device_map,
                message.first_cluster,
                message.last_cluster,
                self._findings,
                complete=self._map.is_complete,
            )

    def _device_map(self) -> DeviceMap | None:
        if self._map is None or not self._devices:
            return None
        return self._map.devices.get(self._devices[self._number].dev_id)

    def _show_device(self) -> None:
        self.query_one("#device-line", Static).update(self._line())
        if self._map is None:
            return
        device_map = self._device_map()
        self.query_one(HeatMap).show(device_map, self._map.is_complete)
        self.query_one(Legend).show(device_map, self._map.is_complete)
        if device_map is None:
            self.query_one(CellDetail).update("")

    def _line(self) -> Content:
        if not self._devices:
            return Content.styled("There are no disks in this archive.", MUTED)
        device = self._devices[self._number]
        arrows = ("‹ ", " ›") if len(self._devices) > 1 else ("", "")
        place = f"  device {self._number + 1} of {len(self._devices)}"
        return Content.assemble(
            (arrows[0], FAINT), (shown(device.name), TITLE), (arrows[1], FAINT),
            f"  {size_text(device.size)}", (place, MUTED),
        )  # fmt: skip
