"""A check box that says without colours whether it is ticked."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Checkbox


class Tick(Checkbox):
    """A check box as `[x]` and `[ ]`: Textual's own has an X always, hidden by its colour."""

    @property
    def _button(self) -> Content:
        told = "[x]" if self.value else "[ ]"
        return Content.styled(told, self.get_visual_style("toggle--button"))
