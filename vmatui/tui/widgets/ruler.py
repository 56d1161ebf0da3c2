"""The whole device in one line above its map: its partitions, and the part that is in sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from vmatui.drawing.fields import Field
from vmatui.drawing.overview import overview, span
from vmatui.engine.indexing.regions import Region
from vmatui.tui.widgets.palette import Brush, palette_of
from vmatui.tui.wording import shown


class Ruler(Widget):
    """One line of partitions where there are some, one of cells while the map is zoomed in."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"ruler--region", "ruler--cut", "ruler--sight"}
    DEFAULT_CSS = """
    Ruler {
        height: auto;
        padding: 0 1;
        .ruler--region { color: $text-primary; }
        .ruler--cut { color: $foreground 30%; }
        .ruler--sight { color: $text; text-style: bold reverse; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._field: Field | None = None
        self._regions: Sequence[Region] = ()
        self._sight: tuple[int, int] | None = None

    def show(
        self, field: Field | None, regions: Sequence[Region], sight: tuple[int, int] | None
    ) -> None:
        """Show a field.

        Args:
            field: What the map shows.
            regions: Its partitions.
            sight: The first and last unit that the map has in sight.
        """
        height = self._lines
        self._field, self._regions, self._sight = field, regions, sight
        self.display = self._lines > 0
        self.refresh(layout=height != self._lines)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines there are."""
        return self._lines

    def render_line(self, y: int) -> Strip:
        """Draw the partitions or the cells."""
        width, base = self.content_size.width, self.rich_style
        if self._field is None or not width:
            return Strip.blank(width, base)
        segments = self._partitions(width) if self._regions and y == 0 else self._cells(width)
        return Strip(segments).adjust_cell_length(width, base)

    @property
    def _lines(self) -> int:
        return bool(self._regions) + self._is_zoomed if self._field else 0

    @property
    def _is_zoomed(self) -> bool:
        return bool(
            self._field and self._sight and self._sight not in ((0, self._field.units - 1), None)
        )

    def _partitions(self, width: int) -> list[Segment]:
        """Draw each partition as far as it reaches, named where there is room."""
        assert self._field is not None
        is_ascii = palette_of(self).is_ascii
        line, style, cut = "|" if is_ascii else "▏", self._part("region"), self._part("cut")
        segments: list[Segment] = []
        column = 0
        for region in self._regions:
            low, high = span(region.first, region.last, self._field.units, width)
            low = max(low, column)
            if low > high:
                continue
            number, room = str(region.partition.number), high - low
            text = shown(f"{number} {region.kind}")
            text = text if len(text) <= room else number[:room]
            fill = "-" if is_ascii else "─"
            segments += [
                Segment(" " * (low - column), self.rich_style),
                Segment(line, cut),
                Segment(text, style),
                Segment(fill * (room - len(text)), cut),
            ]
            column = high + 1
        return segments

    def _cells(self, width: int) -> list[Segment]:
        """Draw the whole field, what is in sight between marks."""
        assert self._field is not None
        brush = Brush(palette_of(self), self.rich_style, 1)
        shades = overview(self._field, width)
        low, high = span(*(self._sight or (0, 0)), self._field.units, width)
        if high == low:
            marks = [Segment("|" if brush.palette.is_ascii else "┃", self._part("sight"))]
        else:
            inside = brush.paint(shades[low + 1 : high])
            marks = [Segment("[", self._part("sight")), *inside, Segment("]", self._part("sight"))]
        return [*brush.paint(shades[:low]), *marks, *brush.paint(shades[high + 1 :])]

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"ruler--{name}")
