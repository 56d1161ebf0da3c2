"""The configs of an archive: their names on the left, the chosen one's content on the right."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from vmatui.format.header import Config
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.highlight import lines_of
from vmatui.tui.widgets.table import Table
from vmatui.tui.widgets.textlines import TextLines
from vmatui.tui.wording import counted, size_text


class ConfigView(Horizontal):
    """All configs, one of them open."""

    HELP = """
# Configs

The configuration of the VM as it was when the backup was made: `qemu-server.conf`, and
`qemu-server.fw` when it has a firewall. What is not text is shown byte by byte.
"""
    DEFAULT_CSS = """
    ConfigView {
        Table { width: 30; }
        TextLines { width: 1fr; border-left: vkey $foreground 20%; }
        TextLines:focus { border-left: vkey $primary; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", tooltip="Copy the whole config to the clipboard"),
    ]

    def __init__(self, configs: tuple[Config, ...], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._configs = configs

    def compose(self) -> ComposeResult:
        """Lay out the names and the content."""
        columns = Column("Config", 12, share=1), Column("Size", 9, align="right")
        yield Table(columns, empty="\nThis archive carries no config.", id="config-names")
        yield TextLines(id="config-text")

    def on_mount(self) -> None:
        """Show the names; the first config opens with them."""
        configs = self._configs
        self.query_one(Table).show(
            len(configs),
            lambda row: (
                Cell(configs[row].name),
                Cell(size_text(len(configs[row].data)), "muted"),
            ),
        )

    @on(Table.Moved)
    def _open(self, message: Table.Moved) -> None:
        message.stop()
        self.query_one(TextLines).show(lines_of(self._configs[message.row].data))

    @on(Table.Chosen)
    def _read(self, message: Table.Chosen) -> None:
        message.stop()
        self.query_one(TextLines).focus()

    def action_copy(self) -> None:
        """Copy the open config to the clipboard."""
        if self._configs:
            config = self._configs[self.query_one(Table).cursor]
            self.app.copy_to_clipboard(config.data.decode("utf-8", "replace"))
            told = f"Copied {counted(len(config.data), 'byte')}"
            self.notify(told, markup=False)
