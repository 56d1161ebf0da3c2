"""A field with its name before it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Label


class Labelled(Horizontal):
    """A name and a field in one line.

    Args:
        label: The name.
        field: What takes the value.
        unit: Stands after the field.
        classes: The widget's classes.
    """

    DEFAULT_CSS = """
    Labelled {
        width: auto;
        height: 1;
        margin-right: 2;
        .name { color: $foreground 60%; padding-right: 1; }
        .unit { color: $foreground 60%; padding-left: 1; }
        &.-grows { width: 1fr; & > Input { width: 1fr; } }
    }
    """

    def __init__(self, label: str, field: Widget, unit: str = "", classes: str = "") -> None:
        super().__init__(classes=classes)
        self._label = label
        self._field = field
        self._unit = unit

    def compose(self) -> ComposeResult:
        """Lay out the name, the field and the unit."""
        yield Label(self._label, classes="name")
        yield self._field
        if self._unit:
            yield Label(self._unit, classes="unit")
