from __future__ import annotations

from textual.color import Color
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from tests.tui.holder import device_map, drive, lines
from tests.tui.test_heatmap import MapApp, big_map, cells_on
from vmatui.drawing.shades import Shade, View
from vmatui.engine.indexing.clustermap import DAMAGED, DUPLICATE, UNSEEN, ZERO, DeviceMap
from vmatui.engine.indexing.placement import Placement
from vmatui.format.header import Device
from vmatui.tui.widgets.heatmap import HeatMap
from vmatui.tui.widgets.palette import styles_on

FULL = 17


def test_the_closest_look_shows_the_sixteen_blocks_of_a_cluster() -> None:
    made = DeviceMap(Device(1, "drive-efidisk0", 540_672))
    made.set_state(0, 4, 0b1000_0000_0000_0110)
    made.add_flag(1, DAMAGED)
    made.set_state(8, 2, 1)
    app = MapApp(made)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("plus")
        shown = lines(app.map)
        assert cells_on(shown[0]) == "[·▓▓············▓] ××××××××××××××××  !!!!!!!!!!!!!!!!"
        assert cells_on(shown[2]).split()[-1] == "▓···"
        await pilot.press("right")
        assert app.map.cursor == 1
        await pilot.press("down")
        assert app.map.cursor == 4
        await pilot.press("minus")
        assert app.ranges[-1] == (4, 4)
        assert not app.map.grid or not app.map.grid.shows_blocks

    drive(app, script)


def test_n_goes_from_fault_to_fault_and_back() -> None:
    states = [ZERO] * 5 + [DAMAGED] * 3 + [FULL] * 4 + [UNSEEN] + [FULL | DUPLICATE] + [ZERO] * 9
    app = MapApp(device_map(states))

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("n")
        assert app.map.cursor == 5
        await pilot.press("n")
        assert app.map.cursor == 12
        await pilot.press("n")
        assert app.map.cursor == 12
        assert [each.message for each in app._notifications] == ["No fault after this place"]
        await pilot.press("N")
        assert app.map.cursor == 7

    drive(app, script)


def test_the_wheel_zooms_around_the_mouse() -> None:
    app = MapApp(big_map(), complete=False)

    async def script(pilot: Pilot[None]) -> None:
        before = app.ranges[-1]
        await pilot._post_mouse_events([MouseScrollUp], HeatMap, offset=(9 + 5, 3))
        await pilot.pause()
        assert app.map.cursor == (2 * 3 * 64 + 5) * (before[1] + 1)
        first, last = app.ranges[-1]
        assert last - first < before[1]
        await pilot._post_mouse_events([MouseScrollDown], HeatMap, offset=(9 + 5, 3))
        await pilot.pause()
        first, last = app.ranges[-1]
        assert last - first == before[1]

    drive(app, script)


def test_dragging_pans_and_leaves_the_cursor() -> None:
    app = MapApp(big_map())

    async def script(pilot: Pilot[None]) -> None:
        app.map.go_to(50_000)
        await pilot.press("plus", "plus")
        await pilot.pause()
        top, cursor = app.map.scroll_offset.y, app.map.cursor
        await pilot.mouse_down(HeatMap, offset=(20, 10))
        await pilot.hover(HeatMap, offset=(20, 7))
        await pilot.mouse_up(HeatMap, offset=(20, 7))
        await pilot.pause()
        assert app.map.scroll_offset.y == top + 3
        assert app.map.cursor == cursor

    drive(app, script)


def test_the_order_view_needs_to_know_who_brings_what() -> None:
    placement = Placement()
    made = device_map([FULL] * 4)
    for number, cluster in enumerate((3, 1, 0, 2)):
        placement._add(number, 1 << 32 | cluster, 1)
    app = MapApp(made)

    async def script(pilot: Pilot[None]) -> None:
        app.map.show(made, True, placement=placement, view=View.ORDER)
        app.map.go_to(3)
        await pilot.pause()
        drawn = app.map.render_line(0)
        colours = [piece.style.color for piece in drawn if "█" in piece.text and piece.style]
        wanted = styles_on(Color.parse("#121212"), dark=True)
        steps = [wanted[Shade.EARLIEST + step].color for step in (8, 4, 12)]
        assert colours == steps

    drive(app, script)
