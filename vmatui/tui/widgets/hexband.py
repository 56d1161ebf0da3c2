"""The two lines above the bytes: of what they are, and where the cursor is, in words."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from vmatui.engine.bytepieces import Flaw
from vmatui.tui.widgets.hexsubject import HexSubject
from vmatui.tui.widgets.styles import MUTED, TITLE
from vmatui.tui.wording import shown, size_text

_MOST_NAME = 100


class HexBand(Vertical):
    """Archive or device, the offset, and what is there."""

    DEFAULT_CSS = """
    HexBand {
        height: 2;
        background: $panel;
        padding: 0 1;
        Horizontal, Static { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #hex-name { width: 1fr; }
        #hex-offset { width: auto; padding-left: 2; }
    }
    """

    def compose(self) -> ComposeResult:
        """Lay out the parts."""
        with Horizontal():
            yield Static(id="hex-name")
            yield Static(id="hex-offset")
        yield Static(id="hex-where")

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
        device, archive = subject.device, shown(subject.facts.path.name)
        name = Content.assemble((archive, TITLE), ("  the archive's bytes", MUTED))
        if device is not None:
            keys = ("[ ", " ]") if len(subject.names) > 1 else ("", "")
            own = shown(device.name[:_MOST_NAME])
            name = Content.assemble(
                (keys[0], MUTED), (own, TITLE), (keys[1], MUTED), f"  {archive}"
            )
        total = f"  of {size_text(size)}" if is_final else "  of an unknown size"
        self.query_one("#hex-name", Static).update(name)
        where = Content.assemble((f"{offset:#x}", "bold"), (total, MUTED))
        self.query_one("#hex-offset", Static).update(where)
        self.query_one("#hex-where", Static).update(subject.describe(offset, flaw))
