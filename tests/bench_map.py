"""Measures the map: `python -m tests.bench_map [TiB ...]` prints frame times and memory.

A frame is what a key costs: cells, shades and segments of a screen of 200x60. Archives of such
sizes are made up in memory, the way a walk writes them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from rich.style import Style
from textual.color import Color

from vmatui.drawing.cells import GROUP, levels_of
from vmatui.drawing.fields import DeviceField
from vmatui.drawing.frame import MapFrame
from vmatui.drawing.grid import MapGrid, lay_out
from vmatui.drawing.looks import GLYPHS
from vmatui.drawing.order import order_of
from vmatui.drawing.shades import View
from vmatui.engine.indexing.clustermap import DAMAGED, DeviceMap
from vmatui.engine.indexing.placement import Placement
from vmatui.format.header import Device
from vmatui.tui.widgets.palette import Brush, HalfBrush, Palette, styles_on

WIDTH, HEIGHT = 200, 50
RUN = 58
"""Clusters in an extent, one run each."""


def main(words: list[str]) -> None:
    """Measure devices of some TiB each."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench_map", description=__doc__)
    parser.add_argument("sizes", metavar="TiB", type=int, nargs="*", default=[1, 4, 16])
    for size in parser.parse_args(words).sizes:
        measure(size)


def measure(tib: int) -> None:
    """Measure one device."""
    before = resident()
    made, placement = make(tib)
    written = resident()
    say(f"{tib} TiB: {made.device.clusters:,} clusters, {placement.count:,} extents")
    say(f"  memory of the map       {written - before:8.0f} MiB")
    levels = levels_of(made)
    say(f"  first sums              {timed(levels.update):8.1f} ms")
    order = timed(lambda: order_of(placement, 1, made.device.clusters))
    say(f"  first order             {order:8.1f} ms")
    for view in View:
        times = [median(timed(frame) for _ in range(3)) for frame in frames(made, placement, view)]
        say(f"  frame, {view:16} {max(times):8.1f} ms at worst of {len(times)} zooms and places")
    field = DeviceField(made, placement, View.CONTENT, complete=True)
    say(f"  next fault              {timed(lambda: field.next_fault(0, 0, 1)):8.1f} ms")
    extents = order_of(placement, 1, made.device.clusters).extents_in
    middle = made.device.clusters // 2
    say(f"  the cursor's extents    {timed(lambda: extents(middle, middle + 30_000)):8.1f} ms")
    made.changed[:1000] = b"\1" * 1000
    say(f"  poll after 16 GiB more  {timed(levels.update):8.1f} ms")
    say(f"  legend                  {timed(levels.total):8.1f} ms")
    say(f"  memory with the levels  {resident() - before:8.0f} MiB")


def make(tib: int) -> tuple[DeviceMap, Placement]:
    """Make the map of a device that is half full, with a fault near its end."""
    made = DeviceMap(Device(1, "drive-scsi0", tib << 40))
    states = np.frombuffer(made.states, np.uint8)
    dice = np.random.default_rng(1)
    levels = dice.integers(1, 18, len(states) // GROUP, np.uint8)
    states.reshape(-1, GROUP)[:] = levels[:, np.newaxis]
    states[-1000:-900] = DAMAGED
    made.changed[:] = b"\1" * len(made.changed)
    placement = Placement()
    runs = -(-len(states) // RUN)
    numbers = np.arange(runs, dtype=np.uint32)
    np.frombuffer(placement.firsts, np.uint32)[:runs] = numbers * RUN
    np.frombuffer(placement.extents, np.uint32)[:runs] = numbers
    np.frombuffer(placement.lengths, np.uint8)[:runs] = RUN
    np.frombuffer(placement.dev_ids, np.uint8)[:runs] = 1
    placement.count = runs
    return made, placement


def frames(made: DeviceMap, placement: Placement, view: View) -> Iterator[Callable[[], None]]:
    """Yield what draws a screen, from the whole device to single clusters, and when panned."""
    field = DeviceField(made, placement, view, complete=True)
    size: int | None = None
    while True:
        grid = lay_out(field.units, WIDTH, HEIGHT, size, lines=2)
        last = max(grid.rows - HEIGHT * grid.lines, 0)
        for top in {0, last // 2, last}:
            yield partial(draw, field, grid, top)
        size = grid.next_size
        if not size:
            return


def draw(field: DeviceField, grid: MapGrid, top: int) -> None:
    """Draw a screen from nothing."""
    palette = Palette(GLYPHS, styles_on(Color.parse("#121212"), dark=True), False)
    frame = MapFrame(field, grid, HEIGHT * grid.lines)
    brush, halves = Brush(palette, Style(), grid.cell_width), HalfBrush(palette, Style())
    for row in range(top, min(top + HEIGHT * grid.lines, grid.rows), grid.lines):
        if grid.lines == 1:
            brush.paint(frame.row(row, top))
        else:
            halves.paint(frame.row(row, top), frame.row(row + 1, top))


def timed(action: Callable[[], object]) -> float:
    """Return the milliseconds that something takes."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def resident() -> float:
    """Return the memory of this process in MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / (1 << 20)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
