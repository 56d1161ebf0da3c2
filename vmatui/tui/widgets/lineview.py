"""What all widgets that draw single lines have in common: a scroll bar that stands right."""

from __future__ import annotations

from textual.scroll_view import ScrollView


class LineView(ScrollView):
    """A scroll view whose bar is right from its first moment."""

    def watch_show_vertical_scrollbar(self, is_shown: bool) -> None:
        """Put a bar that appears where the lines are: until now, scrolling left it alone."""
        if is_shown:
            self.vertical_scrollbar.position = self.scroll_y
