"""A device in one line: where its data is, and where it has faults."""

from __future__ import annotations

from typing import Final

from vmatui.drawing.cells import cell_size, levels_of
from vmatui.drawing.looks import GLYPHS
from vmatui.drawing.shades import Shade, content
from vmatui.engine.indexing.clustermap import DeviceMap

_BARS: Final = "▁▁▂▂▃▃▄▄▅▅▆▆▇▇██"
_LOOKS: Final = GLYPHS[: Shade.FAINTEST] + _BARS + GLYPHS[Shade.DOUBTFUL :]
"""By `Shade`: bars where the map has shaded cells, the same glyphs for everything else."""


def density(device_map: DeviceMap, width: int, *, complete: bool = False) -> str:
    """Return the whole device as `width` characters, each as high as its part is full.

    Args:
        device_map: A walk may be writing it.
        width: Screen columns; none give an empty text.
        complete: Whether that walk is over, so that an unseen cluster is missing.
    """
    levels = levels_of(device_map)
    levels.update()
    size = cell_size(levels.clusters, width)
    count = -(-levels.clusters // size)
    has_doubts = not levels.is_mostly_doubtful
    shades = content(levels.cells(0, size, count), complete=complete, has_doubts=has_doubts)
    return "".join(_LOOKS[shades[column * count // width]] for column in range(width))
