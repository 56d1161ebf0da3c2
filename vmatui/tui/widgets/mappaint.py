"""What a map is drawn with: its palette, its brushes and its styles, found once for many frames."""

from __future__ import annotations

from rich.style import Style
from textual.widget import Widget

from vmatui.tui.widgets.palette import Brush, HalfBrush, palette_of


class MapPaint:
    """The colours of a map.

    Args:
        canvas: The map; it has the component classes `map--label` and `map--mark`.
    """

    def __init__(self, canvas: Widget) -> None:
        self.palette = palette_of(canvas)
        self.base = canvas.rich_style
        """Of the ground with what is written on it."""
        self.ground = Style(bgcolor=self.base.bgcolor)
        self.label = canvas.get_component_rich_style("map--label")
        self.mark = canvas.get_component_rich_style("map--mark")
        self.half_brush = HalfBrush(self.palette, self.base)
        self._brushes: dict[int, Brush] = {}

    def brush(self, width: int) -> Brush:
        """Return the brush for cells of some screen columns."""
        if width not in self._brushes:
            self._brushes[width] = Brush(self.palette, self.base, width)
        return self._brushes[width]
