"""The two lines below the bytes: what is known of the field, and the bytes as numbers."""

from __future__ import annotations

from typing import Literal

from textual.content import Content
from textual.widgets import Static

from vmatui.engine.checking.findings import Finding
from vmatui.engine.inspecting.headerfields import HeaderField
from vmatui.format.codes import Severity
from vmatui.tui.widgets.styles import ERROR, GOOD, MUTED, WARNING
from vmatui.tui.wording import count_text, shown

Order = Literal["big", "little"]
"""Which byte of a number comes first."""


class HexTold(Static):
    """What stands under the cursor of a hex view."""

    DEFAULT_CSS = """
    HexTold {
        height: 3;
        padding: 0 1;
        border-top: solid $foreground 20%;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(
        self, field: HeaderField | None, finding: Finding | None, data: bytes, order: Order
    ) -> None:
        """Tell of a byte.

        Args:
            field: The header's field that tells of it.
            finding: About it.
            data: The byte and those behind it, as far as they are there.
            order: In which they are likely to stand for a number.
        """
        lines = [_first(field, finding), _numbers(data, order)]
        self.update(Content("\n").join(lines), layout=False)


def _first(field: HeaderField | None, finding: Finding | None) -> Content:
    if field is not None and field.problem:
        style = ERROR if field.is_error else WARNING
        parts: list[str | tuple[str, str]] = [
            (f"✘ {field.name}: ", f"bold {style}"),
            shown(field.problem),
        ]
        if field.expected:
            parts += [("; should be ", MUTED), (shown(field.expected), GOOD)]
        return Content.assemble(*parts)
    if finding is not None:
        style = ERROR if finding.severity is Severity.ERROR else WARNING
        return Content.assemble(
            (f"▸ {finding.code.value} ", f"bold {style}"), shown(finding.message)
        )
    if field is not None:
        return Content.assemble((f"{field.name}  ", MUTED), shown(field.value[:1000]))
    return Content()


def _numbers(data: bytes, order: Order) -> Content:
    """Return bytes as whole numbers of one, two, four and eight of them."""
    sizes = [size for size in (1, 2, 4, 8) if size <= len(data)]
    numbers = [count_text(int.from_bytes(data[:size], order)) for size in sizes]
    if not numbers:
        return Content()
    return Content.assemble((f"{order}-endian  ", MUTED), "  ".join(numbers))
