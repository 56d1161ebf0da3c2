"""The heat map: a device's clusters, seen as content, health, order or job."""

from __future__ import annotations

from typing import Final

from rich.segment import Segment

from vmatui.drawing.fields import DeviceField
from vmatui.drawing.shades import View, blocks
from vmatui.engine.indexing.clustermap import DeviceMap
from vmatui.engine.indexing.placement import Placement
from vmatui.format.layout import BLOCK_SIZE, BLOCKS_PER_CLUSTER, CLUSTER_SIZE
from vmatui.tui.widgets.movablemap import MovableMap
from vmatui.tui.widgets.palette import Brush

_NO_MAP: Final = (
    "There is no map: the archive has no such device, or it is beyond the 32 TiB that are mapped."
)


class HeatMap(MovableMap):
    """Shows where a device's data is, and where the archive has faults."""

    HELP = """\
# Map

The clusters of a device in order, row by row, in four views:

| | |
|---|---|
| `c` | **content**: the brighter a cell (the darker, on a light ground), the fuller |
| `h` | **health**: what is sound, and what is not |
| `o` | **order**: when in the archive it comes, early to late |
| `j` | **job**: what was read, and where the walk is now |

Whatever the view, a glyph tells:

| | |
|---|---|
| `·` | zero: in the archive, with nothing but zeros |
| `░▒▓█` | stored: from nearly empty to full |
| `╱` | not read yet |
| `?` | doubtful: there, but its extent has faults, or no checksum vouches for it |
| `=` | stored more than once |
| `!` | missing: the archive was read to its end and does not hold it |
| `×` | damaged |

A cell shows a fault if only one of its clusters has it: `n` finds the next one, `+` zooms in,
at last to the sixteen blocks of a cluster. `g` goes to a cluster or an offset, `a` to the
archive's own map, `i` saves an image. The wheel zooms, a click moves, dragging pans.
"""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.nothing = _NO_MAP
        self.regions: list[tuple[int, int, int]] = []
        """First and last cluster of each partition, and its number."""

    @property
    def device_map(self) -> DeviceMap | None:
        """What is shown."""
        return self.field.device_map if isinstance(self.field, DeviceField) else None

    def show(
        self,
        device_map: DeviceMap | None,
        complete: bool,
        *,
        placement: Placement | None = None,
        view: View = View.CONTENT,
    ) -> None:
        """Show a device; the same one again keeps cursor and zoom.

        Args:
            device_map: A walk may be writing it; None when the device has no map.
            complete: Whether that walk is over.
            placement: Written by the same walk.
            view: What to show of it.
        """
        keep = device_map is self.device_map
        field = None
        if device_map is not None:
            field = DeviceField(device_map, placement, view, complete=complete)
        self.draw(field, keep=keep)

    def gutter_mark(self, first: int, last: int) -> str:
        """Return the partition that begins in a line, or that goes on there."""
        is_ascii = self.paint.palette.is_ascii
        for low, high, number in self.regions:
            if first <= low <= last:
                return str(number % 10) if is_ascii else "₀₁₂₃₄₅₆₇₈₉"[number % 10]
            if low < first <= high:
                return "|" if is_ascii else "│"
        return " "

    def cell_segments(self, brush: Brush, shades: bytes, cell: int) -> list[Segment]:
        """Draw cells, block by block where they are that wide."""
        if self.grid is None or not self.grid.shows_blocks:
            return brush.paint(shades)
        edge = Segment(" ", self.paint.base)
        segments = []
        for position, shade in enumerate(shades):
            segments += [edge, *self._blocks(brush, shade, cell + position), edge]
        return segments

    def cursor_segments(self, brush: Brush, shade: int, cell: int) -> list[Segment]:
        """Draw the cell under the cursor; pieces without a style get the cursor's."""
        if self.grid is None or not self.grid.shows_blocks:
            return super().cursor_segments(brush, shade, cell)
        return [Segment("["), *self._blocks(brush, shade, cell), Segment("]")]

    def _blocks(self, brush: Brush, shade: int, cluster: int) -> list[Segment]:
        device_map = self.device_map
        if device_map is None or cluster >= device_map.device.clusters:
            return [Segment(" " * BLOCKS_PER_CLUSTER, self.paint.base)]
        left = device_map.device.size - cluster * CLUSTER_SIZE
        present = min(-(-left // BLOCK_SIZE), BLOCKS_PER_CLUSTER)
        looks = blocks(shade, device_map.mask_of(cluster), present)
        single = Brush(brush.palette, self.paint.base, 1)
        return single.paint(looks)
