"""What a check or a restore found, in three statements; there until it is closed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from vmatui.engine.checking.report import VerifyReport
from vmatui.tui.widgets.styles import MUTED
from vmatui.tui.widgets.verdict import statements, verdict
from vmatui.tui.wording import shown


class ResultPanel(Vertical):
    """The three statements about an archive, each in its own words."""

    DEFAULT_CSS = """
    ResultPanel {
        height: auto;
        max-height: 9;
        padding: 0 1;
        background: $panel;
        display: none;
        &.-open { display: block; }
        Horizontal, Static { height: auto; }
        .subject { width: 13; }
        .statement { width: 1fr; }
    }
    """

    def compose(self) -> ComposeResult:
        """Lay out the title and three lines."""
        yield Static(classes="title")
        for _ in range(3):
            with Horizontal():
                yield Static(classes="subject")
                yield Static(classes="statement", markup=False)

    @property
    def is_open(self) -> bool:
        """Whether it can be seen."""
        return self.has_class("-open")

    def open(self, report: VerifyReport, told: str = "every byte was read") -> None:
        """Show the statements of a report.

        Args:
            report: What was found.
            told: What was read for it.
        """
        glyph, words, style = verdict(report)
        title = Content.assemble((f"{glyph} {words}", style), (f"  {told}", MUTED))
        self.query_one(".title", Static).update(title)
        for line, (name, text) in zip(self.query(Horizontal), statements(report), strict=True):
            line.query_one(".subject", Static).update(name)
            line.query_one(".statement", Static).update(shown(text))
        self.add_class("-open")

    def close(self) -> None:
        """Take it off the screen."""
        self.remove_class("-open")
