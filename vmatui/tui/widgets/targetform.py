"""Where a new archive goes: its folder, its name, and how it is compressed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label

from vmatui.engine.proxmox import archive_suffix
from vmatui.storage.faults import Compression
from vmatui.tui.widgets.choice import Choice
from vmatui.tui.widgets.labelled import Labelled
from vmatui.tui.widgets.targetrow import typed_path

_WRITTEN: Final = (Compression.ZSTD, Compression.GZIP, Compression.LZOP, Compression.NONE)
_WITH_LEVELS: Final = (Compression.ZSTD, Compression.GZIP)
_ENDINGS: Final = (".zst", ".gz", ".lzo", ".vma")


class TargetForm(Vertical):
    """The folder, the name and the compression.

    Args:
        folder: The folder that is proposed.
    """

    DEFAULT_CSS = """
    TargetForm {
        height: auto;
        padding: 1 1;
        Horizontal { height: 1; }
        .name { width: 12; }
        .short .name { width: auto; }
        #level { width: 9; }
        .-grows { margin-right: 0; }
        #suffix { color: $foreground 60%; }
    }
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._proposed = ""

    def compose(self) -> ComposeResult:
        """Lay out the fields."""
        folder = Input(str(self._folder), compact=True, select_on_focus=False, id="folder")
        yield Labelled("Into folder", folder, classes="-grows")
        with Horizontal():
            yield Labelled("As file", Input(compact=True, id="archive-name"), classes="-grows")
            yield Label(id="suffix")
        with Horizontal():
            packing = Choice([(str(each), each) for each in _WRITTEN], _WRITTEN[0], id="packing")
            yield Labelled("Compression", packing)
            level = Input(placeholder="usual", compact=True, id="level")
            yield Labelled("Level", level, classes="short")

    @property
    def folder_field(self) -> Input:
        """The field of the folder."""
        return self.query_one("#folder", Input)

    @property
    def folder(self) -> Path | None:
        """The folder; None if none is named."""
        return typed_path(self.folder_field.value)

    @property
    def archive_name(self) -> str:
        """The file's name without what the compression adds."""
        name = self.query_one("#archive-name", Input).value.strip()
        for ending in _ENDINGS:
            name = name.removesuffix(ending)
        return name

    @property
    def compression(self) -> Compression:
        """How the archive is compressed."""
        return Compression(self.query_one("#packing", Choice).word)

    @property
    def level(self) -> str:
        """What was typed as the level; empty for the usual one."""
        has_levels = self.compression in _WITH_LEVELS
        return self.query_one("#level", Input).value if has_levels else ""

    def show(self, proposed: str, *, is_fixed: bool) -> None:
        """Show the name that the archive would have, and how it ends.

        Args:
            proposed: Without what the compression adds.
            is_fixed: Whether it can have no other.
        """
        field = self.query_one("#archive-name", Input)
        is_typed = not field.disabled and field.value not in ("", self._proposed)
        field.disabled = is_fixed
        self._proposed = proposed
        field.placeholder = proposed or "named by the VM id and the time"
        if is_fixed or (not is_typed and not field.has_focus):
            with field.prevent(Input.Changed):
                field.value = proposed
        self.query_one("#suffix", Label).update(archive_suffix(self.compression))
        self.query_one("#level", Input).disabled = self.compression not in _WITH_LEVELS
