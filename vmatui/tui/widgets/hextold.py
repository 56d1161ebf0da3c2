"""The two lines below the bytes: what is known of the field, and the bytes as numbers."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from vmatui.engine.findings import Finding
from vmatui.engine.headerfields import HeaderField
from vmatui.format.codes import Severity
from vmatui.tui.widgets.styles import ERROR, GOOD, MUTED, WARNING
from vmatui.tui.wording import count_text, shown


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

    def show(self, field: HeaderField | None, finding: Finding | None, data: bytes) -> None:
        """Tell of a byte.

        Args:
            field: The header's field that tells of it.
            finding: About it.
            data: The byte and those behind it, as far as they are known.
        """
        self.update(Content("\n").join([_first(field, finding), _numbers(data)]))


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


def _numbers(data: bytes) -> Content:
    """Return bytes as whole numbers, in either order."""
    if not data:
        return Content()
    parts: list[str | tuple[str, str]] = [("byte ", MUTED), str(data[0])]
    for order, label in (("big", "   big-endian "), ("little", "   little-endian ")):
        parts.append((label, MUTED))
        numbers = [
            count_text(int.from_bytes(data[:size], "big" if order == "big" else "little"))
            for size in (2, 4, 8)
            if len(data) >= size
        ]
        parts.append(" · ".join(numbers))
    return Content.assemble(*parts)
