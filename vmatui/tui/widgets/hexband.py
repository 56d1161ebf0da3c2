"""The two lines above the bytes: of what they are, and where the cursor is, in words."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from vmatui.engine.inspecting.bytepieces import Flaw
from vmatui.tui.widgets.hexsubject import HexSubject
from vmatui.tui.widgets.styles import MUTED, TITLE
from vmatui.tui.wording import shown, size_text

_MOST_NAME = 100


class HexBand(Static):
    """Archive or device, the offset, and what is there."""

    DEFAULT_CSS = """
    HexBand {
        height: 2;
        background: $panel;
        padding: 0 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def show(
        self, subject: HexSubject, offset: int, flaw: Flaw | None, size: int, *, is_final: bool
    ) -> None:
        """Tell of a byte.

        Args:
            subject: What is shown.
            offset: Of the byte.
            flaw: What is the matter with it.
            size: Bytes that there are.
            is_final: Whether there may be no more.
        """
        total = f" of {size_text(size)}" if is_final else " of an unknown size"
        place = Content.assemble((f"{offset:#x}", "bold"), (total, MUTED), "  ")
        lines = [_name(subject), place + subject.describe(offset, flaw)]
        # Its size is always the same, so nothing else has to move.
        self.update(Content("\n").join(lines), layout=False)


def _name(subject: HexSubject) -> Content:
    """Name what is shown; the brackets are the keys to its neighbours."""
    device, archive = subject.device, shown(subject.facts.path.name)
    if device is None:
        return Content.assemble((archive, TITLE), ("  the archive's bytes", MUTED))
    keys = ("[ ", " ]") if len(subject.names) > 1 else ("", "")
    name = shown(device.name[:_MOST_NAME])
    return Content.assemble(
        (keys[0], MUTED), (name, TITLE), (keys[1], MUTED), (f"  in {archive}", MUTED)
    )
