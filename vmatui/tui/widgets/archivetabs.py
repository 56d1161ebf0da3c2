"""The tabs of an archive; they show values and know nothing of the job that brings them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import TabbedContent, TabPane

from vmatui.engine.archivefacts import ArchiveFacts
from vmatui.engine.checking.findings import Finding
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.indexing.regions import Region
from vmatui.tui.widgets.configs import ConfigView
from vmatui.tui.widgets.devices import DeviceView
from vmatui.tui.widgets.extentlist import ExtentList
from vmatui.tui.widgets.findings import FindingView
from vmatui.tui.widgets.mapview import MapView
from vmatui.tui.widgets.styles import ACCENT


class ArchiveTabs(Vertical):
    """Configs, devices, map, extents and findings of one archive."""

    DEFAULT_CSS = """
    ArchiveTabs {
        height: 1fr;
        TabbedContent, ContentSwitcher, TabPane { height: 1fr; }
        TabPane { padding: 0; }
    }
    """

    def __init__(self, facts: ArchiveFacts) -> None:
        super().__init__()
        self._facts = facts
        self._picture: Picture | None = None

    def compose(self) -> ComposeResult:
        """Lay out the tabs."""
        with TabbedContent(initial="configs"):
            with TabPane("Configs", id="configs"):
                yield ConfigView(self._facts.header.configs)
            with TabPane("Devices", id="devices"):
                yield DeviceView(self._facts.header.devices)
            with TabPane("Map", id="map"):
                yield MapView(self._facts.header.devices, self._facts.path.name, can_open=True)
            with TabPane("Extents", id="extents"):
                names = {device.dev_id: device.name for device in self._facts.header.devices}
                yield ExtentList(names)
            with TabPane("Findings", id="findings"):
                yield FindingView()

    def on_mount(self) -> None:
        """Say what appears only with a check."""
        self.query_one(MapView).say(
            Content.assemble(
                f"This archive is packed with {self._facts.compression}. "
                "Where its data is shows while it is verified: press ",
                ("v", ACCENT),
                ".",
            )
        )
        self.open("configs")

    def open(self, name: str) -> None:
        """Show a tab and put the focus into it."""
        self.query_one(TabbedContent).active = name
        pane = self.query_one(f"#{name}", TabPane)
        for widget in pane.query(Widget):
            if widget.focusable:
                widget.focus()
                return

    def draw(self, picture: Picture) -> None:
        """Show what a walk draws from now on."""
        self._picture = picture
        self.query_one(MapView).show(picture)
        self.query_one(DeviceView).draw(picture.map)
        self.query_one(ExtentList).draw(picture.extents, complete=False)

    def poll(self) -> None:
        """Show what the walk has drawn since."""
        self.query_one(MapView).poll()
        self.query_one(DeviceView).poll()
        self.query_one(ExtentList).poll()

    def take(self, report: VerifyReport) -> None:
        """Show what a walk has found, now that it is over."""
        if self._picture is not None:
            self.query_one(MapView).show(self._picture, report.findings)
            self.query_one(ExtentList).draw(self._picture.extents, complete=True)
        self.query_one(DeviceView).take(report)
        self.query_one(FindingView).take(report)
        number = len(report.findings)
        tab = self.query_one(TabbedContent).get_tab("findings")
        tab.label = Content(f"Findings {number}" if number else "Findings")

    def take_regions(self, regions: Mapping[int, Sequence[Region]]) -> None:
        """Show the partitions of the devices, by dev_id."""
        self.query_one(MapView).show_regions(regions)

    @on(DeviceView.Wanted)
    def _show_device(self, message: DeviceView.Wanted) -> None:
        self.query_one(MapView).go_to(message.device.dev_id, 0)
        self.open("map")

    @on(FindingView.Wanted)
    def _show_finding(self, message: FindingView.Wanted) -> None:
        self._jump(message.finding)

    def _jump(self, finding: Finding) -> None:
        """Show where a finding is: on the map, else among the extents."""
        if finding.touched:
            dev_id, first, _ = finding.touched[0]
            self.query_one(MapView).go_to(dev_id, first)
            self.open("map")
        elif finding.extent is not None:
            self.query_one(ExtentList).action_go_to(finding.extent)
            self.open("extents")
        else:
            self.notify("This concerns the archive as a whole, not one place in it", markup=False)
