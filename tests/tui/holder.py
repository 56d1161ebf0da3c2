"""What the tests of widgets share: device maps made of states, and an app that holds one widget."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from vmatui.engine.indexing.clustermap import LEVEL, ZERO, DeviceMap
from vmatui.format.header import Device

CLUSTER = 65536
HOSTILE = "drive[/b]\x1b[31m[red]"


def device_map(states: Sequence[int], name: str = "drive-scsi0", dev_id: int = 1) -> DeviceMap:
    """Return the map of a device, its masks as low as the states allow."""
    made = DeviceMap(Device(dev_id, name, len(states) * CLUSTER))
    for cluster, state in enumerate(states):
        if state:
            made.set_state(cluster, state, (1 << max((state & LEVEL) - ZERO, 0)) - 1)
    return made


class Holder(App[None]):
    """An app with one widget."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


def drive(
    app: App[None],
    script: Callable[[Pilot[None]], Awaitable[None]],
    size: tuple[int, int] = (80, 24),
) -> None:
    """Run an app without a terminal and let a script use it."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await script(pilot)

    asyncio.run(run())


def lines(widget: Widget) -> list[str]:
    """Return what a widget shows, a text a line."""
    return [widget.render_line(y).text for y in range(widget.size.height)]
