"""The map of an archive: its devices one at a time, and its own extents, each showing the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from vmatui.drawing.fields import DeviceField
from vmatui.drawing.notes import partition_notes
from vmatui.drawing.order import order_of
from vmatui.drawing.place import parse_place
from vmatui.drawing.shades import View
from vmatui.drawing.svg import save_picture
from vmatui.engine.checking.findings import Finding
from vmatui.engine.indexing.clustermap import DeviceMap
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.indexing.regions import Region
from vmatui.engine.inspecting.byteplace import ArchivePlace, BytePlace, DevicePlace
from vmatui.engine.salvaging.provenance import Provenance
from vmatui.errors import UsageError, VmaError
from vmatui.format.header import Device
from vmatui.format.layout import CLUSTER_SIZE
from vmatui.tui.framepace import FramePace
from vmatui.tui.messages import BytesWanted
from vmatui.tui.widgets.celldetail import CellDetail, Origin, describe_extents
from vmatui.tui.widgets.filemap import FileMap
from vmatui.tui.widgets.heatmap import HeatMap
from vmatui.tui.widgets.legend import Legend
from vmatui.tui.widgets.mapcanvas import MapCanvas
from vmatui.tui.widgets.maphead import MapHead
from vmatui.tui.widgets.movablemap import GO
from vmatui.tui.widgets.ruler import Ruler
from vmatui.tui.wording import shown


def _hidden(key: str, action: str, title: str, tooltip: str) -> Binding:
    return Binding(key, action, title, show=False, tooltip=tooltip)


class MapView(Container):
    """The maps of an archive, with what stands under the cursor and the legend.

    Args:
        devices: Of the archive.
        can_open: Whether Enter tells that the bytes under the cursor are wanted.
        id: The widget's id.
    """

    DEFAULT_CSS = """
    MapView {
        height: 1fr;
        #no-map { padding: 1 1; display: none; }
        #map-body { height: 1fr; }
        #maps { height: 1fr; width: 1fr; }
        #map-side { height: auto; padding: 0 1; }
        #place { display: none; height: 1; border: none; padding: 0 1; background: $panel; }
        MapCanvas { padding: 0 1; min-height: 3; }
        FileMap { display: none; }
        CellDetail { min-height: 4; max-height: 6; }
        &.-empty #no-map { display: block; }
        &.-empty #map-body { display: none; }
        &.-file FileMap { display: block; }
        &.-file HeatMap { display: none; }
        &.-asking #place { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "ask", "Go to a place", tooltip="A cluster, an extent or an offset", group=GO),
        # The map's own head names the keys below, the footer has no room for them.
        _hidden("c", "view('content')", "View content", "Show how full the clusters are"),
        _hidden("h", "view('health')", "View health", "Show what is sound and what is not"),
        _hidden("o", "view('order')", "View order", "Show when in the archive clusters come"),
        _hidden("j", "view('job')", "View job", "Show what was read, and what is read now"),
        _hidden("a", "file", "View archive", "Between a device's map and the archive's own"),
        _hidden("left_square_bracket", "neighbour(-1)", "Device before", "Show another device"),
        _hidden("right_square_bracket", "neighbour(1)", "Device after", "Show another device"),
        _hidden("i", "save", "Save picture", "Save the map as an SVG file in the present folder"),
        Binding("enter", "open", "Bytes", tooltip="Show the bytes under the cursor", group=GO),
        Binding("escape", "leave", "Not now", show=False),
    ]

    def __init__(
        self, devices: Sequence[Device], *, can_open: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id, classes="-empty")
        self._can_open = can_open
        self._devices = devices
        self._names = {device.dev_id: device.name for device in devices}
        self._number = 0
        self._pace = FramePace()
        self._view = View.CONTENT
        self._picture: Picture | None = None
        self._findings: Sequence[Finding] = ()
        self._provenance: Provenance | None = None
        self._regions: Mapping[int, Sequence[Region]] = {}

    def compose(self) -> ComposeResult:
        """Lay out the device's line, the maps, and what is told beside them."""
        yield MapHead()
        yield Static(id="no-map")
        with Container(id="map-body"):
            with Vertical(id="maps"):
                yield Ruler()
                yield HeatMap()
                yield FileMap()
            with Vertical(id="map-side"):
                yield CellDetail()
                yield Legend()
        yield Input(id="place", placeholder="cluster, 0x offset, or 10G; Enter goes there")

    def on_mount(self) -> None:
        """Name the first device."""
        self._show_device()

    def say(self, text: Content) -> None:
        """Say why there is no map."""
        self.add_class("-empty")
        self.query_one("#no-map", Static).update(text)

    def show(
        self,
        picture: Picture,
        findings: Sequence[Finding] = (),
        provenance: Provenance | None = None,
    ) -> None:
        """Show a picture, which a walk may be drawing; the device and the cursor stay.

        Args:
            picture: Of the same archive.
            findings: What the walk found, once it is over.
            provenance: From which copies a salvage has its clusters, once it is over.
        """
        self._picture, self._findings, self._provenance = picture, findings, provenance
        self.set_class(not self._devices, "-empty")
        self._show_device()

    def show_regions(self, regions: Mapping[int, Sequence[Region]]) -> None:
        """Show the partitions of the devices, by dev_id."""
        self._regions = regions
        self._show_device()

    def poll(self, *, is_last: bool = False) -> None:
        """Draw what the walk has brought since.

        Args:
            is_last: Whether the walk has ended.
        """
        if self._picture is not None and (is_last or self._pace.is_due()):
            device_map = self._device_map()
            if device_map is not None:  # a little each time, not all when the order is asked for
                device = device_map.device
                order_of(self._picture.placement, device.dev_id, device.clusters)
            for canvas in self.query(MapCanvas):
                if canvas.display:
                    canvas.poll()
            self.query_one(Legend).poll(is_last=is_last)

    def go_to(self, dev_id: int, cluster: int) -> None:
        """Show a place of a device."""
        self._leave_file()
        self._point_at(dev_id, cluster)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Offer other devices only where there are some, and bytes where they can be shown."""
        if action == "open":
            return self._can_open and self._canvas.field is not None
        if action == "leave":
            return self.has_class("-asking")
        return action != "neighbour" or (len(self._devices) > 1 and not self._is_file)

    def action_view(self, name: str) -> None:
        """Show the same places in another way."""
        self._view = View(name)
        self._show_device()

    def action_neighbour(self, step: int) -> None:
        """Show the device before or after; the first follows the last."""
        self._number = (self._number + step) % len(self._devices)
        self._show_device()

    def action_file(self) -> None:
        """Change between a device's map and the archive's own."""
        self.toggle_class("-file")
        self._show_device()
        self._canvas.focus()

    def action_open(self) -> None:
        """Tell that the bytes under the cursor are wanted."""
        if self._is_file and self._picture is not None:
            place: BytePlace = ArchivePlace(self._picture.extents[self._canvas.cursor].offset)
        else:
            device, cluster = self._devices[self._number], self._canvas.cursor
            place = DevicePlace(device.dev_id, cluster * CLUSTER_SIZE)
        self.post_message(BytesWanted(place))

    def action_ask(self) -> None:
        """Ask where to go."""
        self.add_class("-asking")
        field = self.query_one("#place", Input)
        field.value = ""
        field.focus()

    def action_leave(self) -> None:
        """Ask no more."""
        self.remove_class("-asking")
        self._canvas.focus()

    def action_save(self) -> None:
        """Save the map that is shown as a picture in the present folder."""
        field = self._canvas.field
        if field is None:
            return
        device = self._devices[self._number]
        title = "the archive" if self._is_file else device.name
        try:
            notes = partition_notes(field, self._here) if isinstance(field, DeviceField) else ()
            dark = self.app.current_theme.dark
            path = save_picture(field, title, Path.cwd(), dark=dark, notes=notes)
        except VmaError as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self.notify(f"Saved as {shown(str(path))}", markup=False)

    @on(Input.Submitted, "#place")
    def _go(self, message: Input.Submitted) -> None:
        message.stop()
        try:
            number, is_offset = parse_place(message.value)
        except UsageError as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        self.action_leave()
        if is_offset and self._is_file:
            number = self._picture.extents.at_offset(number) if self._picture else 0
        elif is_offset:
            number //= CLUSTER_SIZE
        self._canvas.go_to(number)

    @on(MapCanvas.Moved)
    def _moved(self, message: MapCanvas.Moved) -> None:
        message.stop()
        self._show_sight()
        if self._picture is None or self._is_file != isinstance(message.canvas, FileMap):
            return
        if self._is_file:
            self._describe_extents(self._picture, message.first, message.last)
        else:
            self._describe_clusters(self._picture, message.first, message.last)

    def _describe_clusters(self, picture: Picture, first: int, last: int) -> None:
        device_map = self._device_map()
        if device_map is None:
            return
        device = device_map.device
        regions = self._regions.get(device.dev_id, ())
        origin = Origin(picture.extents, picture.placement, regions, self._provenance)
        self.query_one(CellDetail).show(
            device_map, first, last, self._findings, complete=picture.map.is_complete, origin=origin
        )
        order = order_of(picture.placement, device.dev_id, device.clusters)
        extents = order.extents_in(first, last)
        if extents is not None:
            self.query_one(FileMap).go_to(extents[0])

    def _describe_extents(self, picture: Picture, first: int, last: int) -> None:
        origin = Origin(picture.extents, picture.placement)
        text = describe_extents(origin, self._names, first, last)
        self.query_one(CellDetail).update(text)
        runs = picture.placement.runs_of(first)
        if runs:
            self._point_at(runs[0].dev_id, runs[0].first)

    def _point_at(self, dev_id: int, cluster: int) -> None:
        numbers = [device.dev_id for device in self._devices]
        if dev_id in numbers:
            if self._number != numbers.index(dev_id):
                self._number = numbers.index(dev_id)
                self._show_device()
            self.query_one(HeatMap).go_to(cluster)

    @property
    def _is_file(self) -> bool:
        return self.has_class("-file")

    @property
    def _canvas(self) -> MapCanvas:
        return self.query_one(FileMap if self._is_file else HeatMap)

    def _leave_file(self) -> None:
        if self._is_file:
            self.remove_class("-file")
            self._show_device()

    def _device_map(self) -> DeviceMap | None:
        if self._picture is None or not self._devices:
            return None
        return self._picture.map.devices.get(self._devices[self._number].dev_id)

    def _show_device(self) -> None:
        self.query_one(MapHead).show(self._devices, self._number, self._view, is_file=self._is_file)
        picture = self._picture
        if picture is None:
            return
        complete = picture.map.is_complete
        heat_map, file_map = self.query_one(HeatMap), self.query_one(FileMap)
        device_map = self._device_map()
        heat_map.regions = self._marks()
        heat_map.show(device_map, complete, placement=picture.placement, view=self._view)
        file_map.show(picture.extents, self._names, complete, view=self._view)
        self.query_one(Legend).show(self._canvas.field)
        self._show_sight()
        if self._canvas.field is None:
            self.query_one(CellDetail).update("")

    def _show_sight(self) -> None:
        canvas = self._canvas
        regions = () if self._is_file or not self._devices else self._here
        self.query_one(Ruler).show(canvas.field, regions, canvas.sight)

    @property
    def _here(self) -> Sequence[Region]:
        return self._regions.get(self._devices[self._number].dev_id, ())

    def _marks(self) -> list[tuple[int, int, int]]:
        regions = self._here if self._devices else ()
        return [(region.first, region.last, region.partition.number) for region in regions]
