"""The line above the map: which device it shows, and which of the views, with their keys."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from vmatui.drawing.shades import View
from vmatui.format.header import Device
from vmatui.tui.widgets.styles import MUTED, TITLE
from vmatui.tui.wording import shown, size_text


class MapHead(Horizontal):
    """The device at the left, the views at the right."""

    DEFAULT_CSS = """
    MapHead {
        height: 1;
        padding: 0 1;
        #device-name { width: 1fr; min-width: 18; text-wrap: nowrap; text-overflow: ellipsis; }
        #view-names { width: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        """Lay out the two parts."""
        yield Static(id="device-name")
        yield Static(id="view-names")

    def show(self, devices: Sequence[Device], number: int, view: View, *, is_file: bool) -> None:
        """Name what is shown.

        Args:
            devices: Of the archive.
            number: Which of them, counted from 0.
            view: Of the map.
            is_file: Whether it is the archive's own map.
        """
        name = _archive() if is_file else _device(devices, number)
        self.query_one("#device-name", Static).update(name)
        self.query_one("#view-names", Static).update(_views(view, is_file=is_file))


def _archive() -> Content:
    return Content.assemble(("The archive's extents", TITLE), ("  in file order", MUTED))


def _device(devices: Sequence[Device], number: int) -> Content:
    """Name a device; the brackets are the keys to its neighbours."""
    if not devices:
        return Content.styled("There are no disks in this archive.", MUTED)
    device = devices[number]
    keys = ("[ ", " ]") if len(devices) > 1 else ("", "")
    return Content.assemble(
        (keys[0], MUTED), (shown(device.name), TITLE), (keys[1], MUTED),
        f"  {size_text(device.size)}", (f"  {number + 1} of {len(devices)}", MUTED),
    )  # fmt: skip


def _views(current: View, *, is_file: bool) -> Content:
    """Name the views, each with its key underlined, the present one bright."""
    parts: list[tuple[str, str]] = []
    for view in View:
        style = TITLE if view is current else MUTED
        parts += [("  ", MUTED), (view[0], f"underline {style}"), (view[1:], style)]
    style = TITLE if is_file else MUTED
    parts += [("  · ", MUTED), ("a", f"underline {style}"), ("rchive", style)]
    return Content.assemble(*parts)
