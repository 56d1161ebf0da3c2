"""What became of a create, in words: the archive and its size, or why there is none."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from vmatui.engine.creating.create import CreateReport
from vmatui.tui.widgets.styles import ERROR, GOOD, MUTED, WARNING
from vmatui.tui.wording import percent_text, shown, size_text


class BirthPanel(Static):
    """Not seen before the end."""

    DEFAULT_CSS = """
    BirthPanel {
        height: auto;
        max-height: 9;
        padding: 0 1;
        background: $panel;
        display: none;
        &.-open { display: block; }
    }
    """

    def finish(self, report: CreateReport) -> None:
        """Say what was written."""
        disks = sum(each.device.size for each in report.devices)
        size = f"{size_text(report.written)} for {size_text(disks)} of disks"
        if report.written != report.archive_bytes:
            packed = percent_text(report.written, report.archive_bytes)
            size += f"; compressed to {packed} of {size_text(report.archive_bytes)}"
        configs = ", ".join(shown(config.name) for config in report.plan.configs) or "none"
        self._open(
            ("✔ the archive is written", f"bold {GOOD}"),
            ("Archive      ", shown(report.plan.target)),
            ("Size         ", size),
            ("Configs      ", configs),
        )

    def stop(self) -> None:
        """Say that it was stopped."""
        self._open(("stopped", f"bold {WARNING}"), ("", "Nothing is left of the archive."))

    def fail(self, told: str) -> None:
        """Say why there is no archive."""
        self._open(
            ("✘ no archive was written", f"bold {ERROR}"),
            ("", shown(told)),
            ("", "Nothing is left of it; go back to change what is in the way."),
        )

    def _open(self, title: tuple[str, str], *lines: tuple[str, str]) -> None:
        body = [Content.assemble((name, MUTED), text) for name, text in lines]
        self.update(Content("\n").join([Content.styled(*title), *body]))
        self.add_class("-open")
