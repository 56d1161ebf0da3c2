"""The choice of a target among the block devices of this machine, or of a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from vmatui.engine.restoring.candidates import Candidate, Fit
from vmatui.format.header import Device
from vmatui.storage.machinedisks import MachineDisk
from vmatui.tui.proposals import nearest_folder
from vmatui.tui.screens.dialogs import SaveFile
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.keyfooter import KeyFooter
from vmatui.tui.widgets.styles import MUTED, TITLE
from vmatui.tui.widgets.table import Table
from vmatui.tui.wording import shown, size_text

_COLUMNS: Final = (
    Column("Block device", 14, share=3, cut="start"),
    Column("Size", 10, align="right"),
    Column("Holds", 8, share=2),
    Column("Suits", 12, share=3),
    Column("Model", 12, share=2, only_wide=True),
)
_SUITS: Final = {
    Fit.FITS: Cell("right size, free", "success"),
    Fit.LARGER: Cell("larger", "warning"),
    Fit.SMALL: Cell("too small", "muted"),
}


class CandidateTable(Table):
    """The block devices."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Take it", tooltip="Restore to the one under the cursor")
    ]


class PickerScreen(ModalScreen[Path | None]):
    """Its result is a path, or None if nothing was chosen.

    Args:
        device: Looks for a place.
        candidates: The block devices, the likeliest first.
        place: What is proposed so far; the dialog for files begins there.
    """

    HELP = """
# Where to?

The block devices of this machine, those that suit first: as large as the disk or up to
4 MiB larger, and free. What one holds now is lost when it is restored to. `f` names a file.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "file", "A file …", tooltip="Choose a file instead of a block device"),
        Binding("escape", "leave", "Back", tooltip="Choose nothing"),
    ]

    def __init__(self, device: Device, candidates: Sequence[Candidate], place: Path) -> None:
        super().__init__()
        self._device = device
        self._candidates = candidates
        self._place = place

    def compose(self) -> ComposeResult:
        """Lay out the title and the block devices."""
        device = self._device
        with Vertical(id="picker"):
            yield Static(
                Content.assemble(
                    "Where to restore ",
                    (shown(device.name), TITLE),
                    (f"  {size_text(device.size)}", MUTED),
                ),
                id="picker-title",
            )
            yield CandidateTable(_COLUMNS, empty="\nThis machine shows no block device.")
            yield KeyFooter(has_palette=False)

    def on_mount(self) -> None:
        """Show the block devices."""
        self.query_one(Table).show(len(self._candidates), self._cells)

    @on(Table.Chosen)
    def _choose(self, message: Table.Chosen) -> None:
        message.stop()
        chosen = self._candidates[message.row]
        if chosen.fit in {Fit.SMALL, Fit.OCCUPIED}:
            why = "too small" if chosen.fit is Fit.SMALL else chosen.use
            self.notify(f"{chosen.disk.path} is {why}", severity="warning", markup=False)
        else:
            self.dismiss(chosen.disk.path)

    def action_file(self) -> None:
        """Choose a file by a dialog."""
        dialog = SaveFile(
            nearest_folder(self._place), title="Restore to a file", default_file=self._place.name
        )
        self.app.push_screen(dialog, self._take_file)

    def _take_file(self, path: Path | None) -> None:
        if path is not None:
            self.dismiss(path)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def _cells(self, row: int) -> tuple[Cell, ...]:
        candidate = self._candidates[row]
        disk, tone = candidate.disk, "" if candidate.fit <= Fit.LARGER else "muted"
        return (
            Cell(
                str(disk.path).removeprefix("/dev/"),
                "accent" if candidate.fit is Fit.FITS else tone,
            ),
            Cell(size_text(disk.size), tone),
            Cell(candidate.holds or "–", tone),
            _SUITS.get(candidate.fit) or Cell(candidate.use or "in use", "error"),
            Cell(disk.model or "", "muted"),
        )


def _name(disk: MachineDisk) -> str:
    return str(disk.path).removeprefix("/dev/")
