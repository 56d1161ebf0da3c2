"""The band at the top of an archive: which VM, when, how big, and how healthy."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from vmatui.engine.archivefacts import ArchiveFacts
from vmatui.engine.checking.report import VerifyReport
from vmatui.storage.faults import Compression
from vmatui.tui.widgets.styles import MUTED, TITLE
from vmatui.tui.widgets.verdict import verdict
from vmatui.tui.wording import shown, size_text, time_text


class ArchiveBand(Vertical):
    """Two lines about an archive, the verdict at the right end of the first."""

    DEFAULT_CSS = """
    ArchiveBand {
        height: 2;
        background: $panel;
        padding: 0 1;
        Horizontal, Static { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #about, #sizes { width: 1fr; }
        #verdict, #read-at { width: auto; padding-left: 2; }
    }
    """

    def __init__(self, facts: ArchiveFacts) -> None:
        super().__init__()
        self._facts = facts

    def compose(self) -> ComposeResult:
        """Lay out the facts and the verdict."""
        with Horizontal():
            yield Static(_origin(self._facts), id="about")
            yield Static(id="verdict")
        with Horizontal():
            yield Static(_sizes(self._facts), id="sizes")
            yield Static(id="read-at")

    def judge(self, report: VerifyReport | None, read_at: int | None = None) -> None:
        """Show what a report says of the archive.

        Args:
            report: The newest; None is an archive that nobody checked.
            read_at: When it was made, if that was before the archive was opened.
        """
        glyph, words, style = verdict(report)
        self.query_one("#verdict", Static).update(Content.styled(f"{glyph} {words}", style))
        told = "" if read_at is None else f"as read on {time_text(read_at)}"
        self.query_one("#read-at", Static).update(Content.styled(told, MUTED))


def _origin(facts: ArchiveFacts) -> Content:
    number = f"VM {facts.vm_id}" if facts.vm_id is not None else ""
    is_packed = facts.compression is not Compression.NONE
    packed = f"packed with {facts.compression}" if is_packed else "not compressed"
    told = " · ".join(part for part in (number, time_text(facts.header.ctime), packed) if part)
    return Content.assemble((shown(facts.vm_name or facts.path.name), TITLE), f"  {told}")


def _sizes(facts: ArchiveFacts) -> Content:
    disks = f"{size_text(facts.devices_size)} of disks"
    told = f"{size_text(facts.disk_size)} for {disks} · {facts.header.uuid}"
    return Content.styled(told, MUTED)
