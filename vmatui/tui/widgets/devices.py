"""The devices of an archive in a table: how big each is and how much of it was stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from vmatui.drawing.density import density
from vmatui.engine.checking.report import DeviceReport, VerifyReport
from vmatui.engine.indexing.clustermap import ClusterMap
from vmatui.format.header import Device
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.styles import ACCENT, ERROR, MUTED, WARNING
from vmatui.tui.widgets.table import Table
from vmatui.tui.wording import UNKNOWN, count_text, counted, percent_text, shown, size_text

Row = tuple[Cell, ...]
Pen = Callable[[int], str]
"""Draws something for a number of screen columns."""

COLUMNS: Final = (
    Column("Id", 3, align="right"),
    Column("Device", 14, share=2),
    Column("Size", 9, align="right"),
    Column("Clusters", 10, align="right", only_wide=True),
    Column("Stored", 9, align="right"),
    Column("Zero", 9, align="right"),
    Column("Missing", 7, align="right"),
    Column("Damaged", 7, align="right", only_wide=True),
    Column("Share", 5, align="right"),
    Column("From start to end", 10, share=3, only_wide=True),
)


class DeviceView(Vertical):
    """The table of devices, and the one under the cursor as a line from its start to its end.

    Args:
        devices: Of the archive.
    """

    HELP = """
# Devices

A device is a disk of the VM, or its memory. **Stored** clusters hold data; **zero** ones
are known to hold nothing but zeros; **missing** ones are not in the archive at all,
though they should be. Enter shows a device on the map.
"""

    class Wanted(Message):
        """A device is to be shown on the map."""

        def __init__(self, device: Device) -> None:
            super().__init__()
            self.device = device

    def __init__(self, devices: Sequence[Device]) -> None:
        super().__init__()
        self._devices = devices
        self._reports: dict[int, DeviceReport] = {}
        self._map: ClusterMap | None = None

    def compose(self) -> ComposeResult:
        """Lay out the table and the line."""
        yield Table(COLUMNS, empty="\nThere are no disks in this archive, only configs.")
        yield DensityLine(classes="detail")

    def on_mount(self) -> None:
        """Show what the header says."""
        self.query_one(Table).show(len(self._devices), self._cells)

    def draw(self, cluster_map: ClusterMap) -> None:
        """Show the map that a walk draws from now on."""
        self._map = cluster_map
        self._reports = {}
        self._refresh()

    def poll(self) -> None:
        """Draw what the walk has brought since."""
        if self.is_on_screen:
            self._refresh()

    def take(self, report: VerifyReport) -> None:
        """Show what a walk has found."""
        self._reports = {device.dev_id: device for device in report.devices}
        self._refresh()

    @on(Table.Moved)
    def _describe(self, message: Table.Moved) -> None:
        message.stop()
        self._refresh()

    @on(Table.Chosen)
    def _want(self, message: Table.Chosen) -> None:
        message.stop()
        self.post_message(self.Wanted(self._devices[message.row]))

    def _refresh(self) -> None:
        table = self.query_one(Table)
        table.refresh()
        if self._devices:
            device = self._devices[table.cursor]
            report = self._reports.get(device.dev_id)
            self.query_one(DensityLine).show(device, report, self._pen(device))

    def _cells(self, row: int) -> Row:
        device = self._devices[row]
        return row_of(device, self._reports.get(device.dev_id), self._pen(device))

    def _pen(self, device: Device) -> Pen:
        """Return what draws a device's density for a number of columns."""

        def draw(width: int) -> str:
            device_map = self._map.devices.get(device.dev_id) if self._map is not None else None
            if self._map is None or device_map is None:
                return ""
            return density(device_map, width, complete=self._map.is_complete)

        return draw


class DensityLine(Widget):
    """One device in words, and how full it is from its start to its end."""

    def __init__(self, *, classes: str) -> None:
        super().__init__(classes=classes)
        self._words = Content()
        self._draw: Pen = lambda _: ""

    def show(self, device: Device, report: DeviceReport | None, draw: Pen) -> None:
        """Show a device."""
        self._words = Content.assemble(
            (shown(device.name), "bold"), "  ", (_in_words(device, report), MUTED)
        )
        self._draw = draw
        self.refresh()

    def render(self) -> Content:
        """Return the two lines."""
        line = Content.styled(self._draw(self.size.width), ACCENT)
        line = line.highlight_regex(r"[!×]+", style=ERROR).highlight_regex(r"=+", style=WARNING)
        return Content("\n").join((self._words, line))


def row_of(device: Device, report: DeviceReport | None, draw: Pen) -> Row:
    """Return the cells of a device.

    Args:
        device: As the header declares it.
        report: What a walk saw of it, or None before one.
        draw: Draws for a number of columns how full the device is from start to end.
    """
    first = (
        Cell(str(device.dev_id), "muted"),
        Cell(device.name, "accent"),
        Cell(size_text(device.size)),
        Cell(count_text(device.clusters), "muted"),
    )
    if report is None:
        return (*first, *[Cell(UNKNOWN, "muted")] * 5, Cell(draw, "accent"))
    return (
        *first,
        Cell(count_text(report.stored)),
        Cell(count_text(report.zero), "muted"),
        _bad(report.missing),
        _bad(report.damaged),
        Cell(percent_text(report.stored, report.clusters)),
        Cell(draw, "accent"),
    )


def _bad(number: int) -> Cell:
    return Cell(count_text(number), "error" if number else "muted")


def _in_words(device: Device, report: DeviceReport | None) -> str:
    if report is None:
        return f"{counted(device.clusters, 'cluster')} of 64 KiB"
    parts = [f"{count_text(report.stored)} stored", f"{count_text(report.zero)} zero"]
    if report.missing:
        parts.append(f"{count_text(report.missing)} missing")
    if report.damaged:
        parts.append(f"{count_text(report.damaged)} damaged")
    return f"{counted(device.clusters, 'cluster')}: {', '.join(parts)}"
