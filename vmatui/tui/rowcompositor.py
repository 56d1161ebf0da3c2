"""Draws only the rows of a screen that changed, of only the widgets that are there.

Textual's own compositor looks at every line of every widget in sight, whatever has changed. That is
most of what a frame of a living map costs, and a job that works beside it pays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class RowCompositor(Compositor):
    """A compositor that passes over the rows in which nothing is drawn."""

    _is_drawn: Callable[[int], bool]

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        self._is_drawn = is_rendered_line
        return super()._render_chops(crop, is_rendered_line)

    def _get_renders(
        self, crop: Region | None = None
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        screen = self.size.region
        bands = list(_bands(screen if crop is None else crop, self._is_drawn))
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            for start, stop in bands:
                if seen.y < stop and start < seen.bottom:
                    part = seen.intersection(Region(0, start, screen.width, stop - start))
                    yield region, part, widget.render_lines(part.translate(-region.offset))


def _bands(crop: Region, is_drawn: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    """Yield the first row, and the one after the last, of neighbouring rows that are drawn."""
    start = None
    for row in crop.line_range:
        if is_drawn(row):
            start = row if start is None else start
        elif start is not None:
            yield start, row
            start = None
    if start is not None:
        yield start, crop.bottom
