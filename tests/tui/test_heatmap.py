from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.holder import Holder, device_map, drive, lines
from vmatui.engine.indexing.clustermap import DAMAGED, DUPLICATE, UNSEEN, ZERO, DeviceMap
from vmatui.format.header import Device
from vmatui.tui.widgets.heatmap import HeatMap

FULL = 17


class MapApp(Holder):
    """A map of a device, and the ranges that its cursor told of."""

    def __init__(self, made: DeviceMap | None, *, complete: bool = True) -> None:
        self.map = HeatMap()
        super().__init__(self.map)
        self.made = made
        self.complete = complete
        self.ranges: list[tuple[int, int]] = []

    def on_mount(self) -> None:
        self.map.show(self.made, self.complete)
        self.map.focus()

    def on_map_canvas_moved(self, message: HeatMap.Moved) -> None:
        assert message.control is self.map
        self.ranges.append((message.first, message.last))


def big_map(clusters: int = 100_000) -> DeviceMap:
    return DeviceMap(Device(1, "drive-scsi0", clusters * 65536))


def cells_on(line: str) -> str:
    return line[9:].rstrip()


def test_each_state_has_its_own_glyph() -> None:
    states = [UNSEEN, ZERO, 2, 6, 10, FULL, FULL | DUPLICATE, DAMAGED, ZERO]
    app = MapApp(device_map(states), complete=False)

    async def script(pilot: Pilot[None]) -> None:
        app.map.go_to(8)
        await pilot.pause()
        assert cells_on(lines(app.map)[0]) == "╱╱··░░▒▒▓▓██==××[]"
        assert app.map.field is not None
        app.map.field.complete = True
        app.map.redraw()
        await pilot.pause()
        assert cells_on(lines(app.map)[0]) == "!!··░░▒▒▓▓██==××[]"

    drive(app, script)


def test_the_cursor_hides_no_fault() -> None:
    app = MapApp(device_map([DAMAGED, ZERO]))

    async def script(pilot: Pilot[None]) -> None:
        assert cells_on(lines(app.map)[0]) == "××··"

    drive(app, script)


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (30, 5)])
@pytest.mark.parametrize("clusters", [1, 700, 5000, 16_777_216])
def test_the_whole_device_is_in_sight_at_first(clusters: int, size: tuple[int, int]) -> None:
    app = MapApp(big_map(clusters), complete=False)

    async def script(pilot: Pilot[None]) -> None:
        assert app.map.max_scroll_y == 0
        await pilot.press("end")
        assert app.ranges[-1][1] == clusters - 1
        assert app.map.scroll_offset.y == 0

    drive(app, script, size)


def test_a_resize_fits_the_device_in_again() -> None:
    app = MapApp(big_map())

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("end")
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        assert app.map.max_scroll_y == 0
        assert app.ranges[-1][0] <= 99_999 == app.ranges[-1][1]

    drive(app, script)


def test_zooming_in_keeps_the_cursors_cluster_in_sight() -> None:
    app = MapApp(big_map(), complete=False)

    async def script(pilot: Pilot[None]) -> None:
        app.map.go_to(61_234)
        await pilot.pause()
        widest = app.ranges[-1]
        for _ in range(8):
            await pilot.press("plus")
            await pilot.pause()
            first, last = app.ranges[-1]
            assert first <= 61_234 <= last
            text = "".join(lines(app.map))
            assert any(mark in text for mark in "╋[▀▄")
        assert app.ranges[-1] == (61_234, 61_234)
        assert app.map.max_scroll_y > 0
        for _ in range(8):
            await pilot.press("minus")
        await pilot.pause()
        assert app.ranges[-1] == widest
        assert app.map.max_scroll_y == 0

    drive(app, script)


def test_one_key_goes_back_to_the_whole_device() -> None:
    app = MapApp(big_map())

    async def script(pilot: Pilot[None]) -> None:
        before = app.ranges[-1]
        await pilot.press("plus", "plus", "0")
        await pilot.pause()
        assert app.ranges[-1] == before
        assert app.map.max_scroll_y == 0

    drive(app, script)


def test_arrows_walk_over_cells_and_stop_at_the_ends() -> None:
    app = MapApp(device_map([ZERO] * 1000))

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("left", "up")
        assert app.map.cursor == 0
        await pilot.press("right", "right", "down")
        columns = app.map.cursor - 2
        assert columns > 20
        await pilot.press("up", "left")
        assert app.map.cursor == 1
        await pilot.press("end", "right", "down")
        assert app.map.cursor == 999
        await pilot.press("pageup")
        assert app.map.cursor < 999
        await pilot.press("home")
        assert app.map.cursor == 0
        await pilot.press("pagedown")
        assert app.map.cursor % columns == 0
        assert app.map.cursor > 0

    drive(app, script)


def test_a_click_puts_the_cursor_on_the_cell() -> None:
    app = MapApp(device_map([ZERO] * 1000))

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("down")
        columns = app.map.cursor
        await pilot.click(HeatMap, offset=(9 + 5, 3))
        assert app.map.cursor == 3 * columns + 5
        told = len(app.ranges)
        await pilot.click(HeatMap, offset=(2, 3))
        await pilot.click(HeatMap, offset=(20, 23))
        assert len(app.ranges) == told

    drive(app, script)


def test_a_click_finds_its_cell_when_scrolled_too() -> None:
    app = MapApp(big_map())

    async def script(pilot: Pilot[None]) -> None:
        app.map.go_to(50_000)
        await pilot.press(*["plus"] * 3)
        await pilot.pause()
        columns = 64
        top = app.map.scroll_offset.y
        assert top > 0
        await pilot.click(HeatMap, offset=(9 + 3, 4))
        assert app.map.cursor == (top + 4) * columns + 3

    drive(app, script)


def test_a_place_past_the_end_is_the_last_cluster() -> None:
    app = MapApp(big_map())

    async def script(pilot: Pilot[None]) -> None:
        app.map.go_to(1 << 40)
        assert app.map.cursor == 99_999
        app.map.go_to(-5)
        assert app.map.cursor == 0

    drive(app, script)


def test_a_poll_draws_only_lines_that_look_different(monkeypatch: pytest.MonkeyPatch) -> None:
    made = big_map()
    app = MapApp(made, complete=False)
    drawn: list[int] = []

    async def script(pilot: Pilot[None]) -> None:
        app.map.go_to(99_999)
        await pilot.pause()
        monkeypatch.setattr(
            app.map, "refresh", lambda *regions: drawn.extend(each.y for each in regions)
        )
        app.map.poll()
        assert drawn == []
        made.set_state(0, FULL, 0xFFFF)
        app.map.poll()
        assert drawn == [0]
        made.set_state(0, FULL, 0xFFFF)
        app.map.poll()
        assert drawn == [0]

    drive(app, script)


def test_a_poll_shows_what_the_walk_has_written() -> None:
    made = big_map(1000)
    app = MapApp(made, complete=False)

    async def script(pilot: Pilot[None]) -> None:
        for cluster in range(1, 4):
            made.set_state(cluster, FULL, 0xFFFF)
        app.map.poll()
        await pilot.pause()
        assert cells_on(lines(app.map)[0]).startswith("╋███╱")

    drive(app, script)


def test_a_write_under_the_cursor_is_told() -> None:
    made = big_map(1000)
    app = MapApp(made, complete=False)

    async def script(pilot: Pilot[None]) -> None:
        told = len(app.ranges)
        app.map.poll()
        await pilot.pause()
        assert len(app.ranges) == told
        made.set_state(0, FULL, 0xFFFF)
        app.map.poll()
        await pilot.pause()
        assert app.ranges[told:] == [(0, 0)]

    drive(app, script)


def test_another_device_starts_at_its_first_cluster_and_the_same_stays() -> None:
    made = big_map()
    app = MapApp(made)

    async def script(pilot: Pilot[None]) -> None:
        app.map.go_to(4711)
        await pilot.press("plus")
        zoomed = app.map.cursor_range
        app.map.show(made, True)
        assert app.map.cursor_range == zoomed
        app.map.show(big_map(), True)
        assert app.map.cursor == 0
        assert app.map.max_scroll_y == 0

    drive(app, script)


def test_without_a_map_it_says_why() -> None:
    app = MapApp(None)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("plus", "right", "down", "end", "pagedown", "minus", "0")
        await pilot.click(HeatMap, offset=(20, 3))
        app.map.poll()
        assert lines(app.map)[0].startswith("There is no map")
        assert app.ranges == []

    drive(app, script)


def test_a_zoom_that_goes_no_further_is_dimmed() -> None:
    app = MapApp(big_map())

    async def script(pilot: Pilot[None]) -> None:
        assert app.map.check_action("zoom_in", ()) is True
        assert app.map.check_action("zoom_out", ()) is None
        await pilot.press(*["plus"] * 8)
        assert app.map.check_action("zoom_in", ()) is None
        assert app.map.check_action("fit", ()) is True

    drive(app, script)


def test_every_binding_says_what_it_does() -> None:
    for binding in HeatMap.BINDINGS:
        assert getattr(binding, "description", "")
    assert HeatMap.HELP
