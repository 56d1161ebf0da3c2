"""What a check or a restore found, in three statements; there until it is closed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Grid
from textual.content import Content
from textual.widgets import Static

from vmatui.engine.report import VerifyReport
from vmatui.tui.widgets.styles import MUTED
from vmatui.tui.widgets.verdict import statements, verdict
from vmatui.tui.wording import shown


class ResultPanel(Grid):
    """The three statements about an archive, each in its own words."""

    DEFAULT_CSS = """
    ResultPanel {
        grid-size: 2;
        grid-columns: 13 1fr;
        grid-rows: auto;
        height: auto;
        max-height: 9;
        padding: 0 1;
        background: $panel;
        display: none;
        &.-open { display: block; }
        Static { height: auto; }
        .title { column-span: 2; }
    }
    """

    def compose(self) -> ComposeResult:
        """Lay out the title and three lines."""
        yield Static(classes="title")
        for _ in range(3):
            yield Static(classes="subject", markup=False)
            yield Static(classes="statement", markup=False)

    @property
    def is_open(self) -> bool:
        """Whether it can be seen."""
        return self.has_class("-open")

    def open(self, report: VerifyReport) -> None:
        """Show the statements of a report."""
        glyph, words, style = verdict(report)
        title = Content.assemble((f"{glyph} {words}", style), ("  every byte was read", MUTED))
        self.query_one(".title", Static).update(title)
        lines = zip(
            self.query(".subject"), self.query(".statement"), statements(report), strict=True
        )
        for subject, statement, (name, text) in lines:
            assert isinstance(subject, Static)
            assert isinstance(statement, Static)
            subject.update(name)
            statement.update(shown(text))
        self.add_class("-open")

    def close(self) -> None:
        """Take it off the screen."""
        self.remove_class("-open")
