"""The map of an archive: its devices one at a time, and its own extents, each showing the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from vmatui.drawing.shades import View
from vmatui.engine.checking.findings import Finding
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.indexing.regions import Region
from vmatui.engine.salvaging.provenance import Provenance
from vmatui.errors import VmaError
from vmatui.format.header import Device
from vmatui.tui.framepace import FramePace
from vmatui.tui.messages import BytesWanted
from vmatui.tui.widgets.blank import Blank, BlankColumn
from vmatui.tui.widgets.celldetail import CellDetail, Origin, describe_extents
from vmatui.tui.widgets.filemap import FileMap
from vmatui.tui.widgets.heatmap import HeatMap
from vmatui.tui.widgets.legend import Legend
from vmatui.tui.widgets.mapcanvas import MapCanvas
from vmatui.tui.widgets.maphead import MapHead
from vmatui.tui.widgets.mapsubject import MapSubject
from vmatui.tui.widgets.movablemap import GO
from vmatui.tui.widgets.placefield import PlaceField
from vmatui.tui.widgets.ruler import Ruler
from vmatui.tui.wording import shown


def _hidden(key: str, action: str, title: str, tooltip: str) -> Binding:
    return Binding(key, action, title, show=False, tooltip=tooltip)


class MapView(Blank):
    """The maps of an archive, with what stands under the cursor and the legend.

    Args:
        devices: Of the archive.
        archive: The archive's name; pictures are called after it.
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
        MapCanvas { padding: 0 1; min-height: 3; }
        FileMap { display: none; }
        CellDetail { min-height: 4; max-height: 6; }
        &.-empty #no-map { display: block; }
        &.-empty #map-body { display: none; }
        &.-file FileMap { display: block; }
        &.-file HeatMap { display: none; }
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
        self,
        devices: Sequence[Device],
        archive: str,
        *,
        can_open: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id, classes="-empty")
        self._archive = archive
        self._can_open = can_open
        self._subject = MapSubject(devices)
        self._pace = FramePace()
        self._view = View.CONTENT

    def compose(self) -> ComposeResult:
        """Lay out the device's line, the maps, and what is told beside them."""
        yield MapHead()
        yield Static(id="no-map")
        with Blank(id="map-body"):
            with BlankColumn(id="maps"):
                yield Ruler()
                yield HeatMap()
                yield FileMap()
            with Vertical(id="map-side"):
                yield CellDetail()
                yield Legend()
        yield PlaceField()

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
        subject = self._subject
        subject.picture, subject.findings, subject.provenance = picture, findings, provenance
        self.set_class(not subject.devices, "-empty")
        self._show_device()

    def show_regions(self, regions: Mapping[int, Sequence[Region]]) -> None:
        """Show the partitions of the devices, by dev_id."""
        self._subject.regions = regions
        self._show_device()

    def poll(self) -> None:
        """Draw what the walk has brought since, if that does not hold the job up."""
        if self._pace.is_due():
            self.draw()

    def draw(self, *, is_last: bool = False) -> None:
        """Draw what the walk has brought since; together with other things it costs little.

        Args:
            is_last: Whether the walk has ended.
        """
        if self._subject.picture is not None:
            self._subject.order()  # a little each time, not all when the order is asked for
            for canvas in (self.query_one(HeatMap), self.query_one(FileMap)):
                if canvas.display:
                    canvas.poll()
            self.query_one(Legend).poll(is_last=is_last)

    def go_to(self, dev_id: int, cluster: int) -> None:
        """Show a place of a device."""
        if self._is_file:
            self.remove_class("-file")
            self._show_device()
        self._point_at(dev_id, cluster)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Offer other devices only where there are some, and bytes where they can be shown."""
        if action == "open":
            return self._can_open and self._canvas.field is not None
        if action == "leave":
            return self.query_one(PlaceField).is_asking
        return action != "neighbour" or (len(self._subject.devices) > 1 and not self._is_file)

    def action_view(self, name: str) -> None:
        """Show the same places in another way."""
        self._view = View(name)
        self._show_device()

    def action_neighbour(self, step: int) -> None:
        """Show the device before or after; the first follows the last."""
        self._subject.turn(step)
        self._show_device()

    def action_file(self) -> None:
        """Change between a device's map and the archive's own."""
        self.toggle_class("-file")
        self._show_device()
        self._canvas.focus()

    def action_open(self) -> None:
        """Tell that the bytes under the cursor are wanted."""
        place = self._subject.place_of(self._canvas.cursor, is_file=self._is_file)
        self.post_message(BytesWanted(place))

    def action_ask(self) -> None:
        """Ask where to go."""
        self.query_one(PlaceField).ask()

    def action_leave(self) -> None:
        """Ask no more."""
        self.query_one(PlaceField).leave()
        self._canvas.focus()

    def action_save(self) -> None:
        """Save the map that is shown as a picture in the present folder."""
        field = self._canvas.field
        if field is None:
            return
        dark = self.app.current_theme.dark
        try:
            path = self._subject.save(field, self._archive, dark=dark)
        except VmaError as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self.notify(f"Saved as {shown(str(path))}", markup=False)

    @on(PlaceField.Given)
    def _go(self, message: PlaceField.Given) -> None:
        message.stop()
        self.action_leave()
        number = message.number
        if message.is_offset:
            number = self._subject.unit_at(number, is_file=self._is_file)
        self._canvas.go_to(number)

    @on(MapCanvas.Moved)
    def _moved(self, message: MapCanvas.Moved) -> None:
        message.stop()
        self._show_sight()
        picture = self._subject.picture
        if picture is None or self._is_file != isinstance(message.canvas, FileMap):
            return
        if self._is_file:
            self._describe_extents(picture, message.first, message.last)
        else:
            self._describe_clusters(picture, message.first, message.last)

    def _describe_clusters(self, picture: Picture, first: int, last: int) -> None:
        subject, device_map = self._subject, self._subject.device_map
        if device_map is None:
            return
        origin = Origin(picture.extents, picture.placement, subject.here, subject.provenance)
        complete, findings = picture.map.is_complete, subject.findings
        self.query_one(CellDetail).show(
            device_map, first, last, findings, complete=complete, origin=origin
        )
        order = subject.order()
        extents = order.extents_in(first, last) if order is not None else None
        if extents is not None:
            self.query_one(FileMap).go_to(extents[0])

    def _describe_extents(self, picture: Picture, first: int, last: int) -> None:
        origin = Origin(picture.extents, picture.placement)
        text = describe_extents(origin, self._subject.names, first, last)
        self.query_one(CellDetail).update(text)
        runs = picture.placement.runs_of(first)
        if runs:
            self._point_at(runs[0].dev_id, runs[0].first)

    def _point_at(self, dev_id: int, cluster: int) -> None:
        if dev_id in self._subject.names:
            if self._subject.turn_to(dev_id):
                self._show_device()
            self.query_one(HeatMap).go_to(cluster)

    @property
    def _is_file(self) -> bool:
        return self.has_class("-file")

    @property
    def _canvas(self) -> MapCanvas:
        return self.query_one(FileMap if self._is_file else HeatMap)

    def _show_device(self) -> None:
        subject, view, is_file = self._subject, self._view, self._is_file
        self.query_one(MapHead).show(subject.devices, subject.number, view, is_file=is_file)
        picture = subject.picture
        if picture is None:
            return
        complete = picture.map.is_complete
        heat_map, file_map = self.query_one(HeatMap), self.query_one(FileMap)
        heat_map.regions = subject.marks
        heat_map.show(subject.device_map, complete, placement=picture.placement, view=view)
        file_map.show(picture.extents, subject.names, complete, view=view)
        self.query_one(Legend).show(self._canvas.field)
        self._show_sight()
        if self._canvas.field is None:
            self.query_one(CellDetail).update("")

    def _show_sight(self) -> None:
        canvas = self._canvas
        regions = () if self._is_file else self._subject.here
        self.query_one(Ruler).show(canvas.field, regions, canvas.sight)
