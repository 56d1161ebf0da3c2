"""The dialogs for a file or a folder: whatever is on the disk or typed, they go on.

What `textual_fspicker` leaves open is closed here: it reads the folder's name as markup, expects
names to be short, searches while one types `**`, and has no room for its buttons at 80 columns.
"""

from __future__ import annotations

import os
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Input, Label
from textual_fspicker import FileOpen, FileSave, SelectDirectory
from textual_fspicker.base_dialog import Dialog, FileSystemPickerScreen
from textual_fspicker.file_dialog import BaseFileDialog
from textual_fspicker.parts import CurrentDirectory, DirectoryNavigation
from textual_fspicker.suggest_path import SuggestPath

from vmatui.tui.widgets.foldercontent import FolderContent


class _Suggester(SuggestPath):
    """Completes names, and never takes one for a pattern."""

    async def get_suggestion(self, value: str) -> str | None:
        """Return what a name may become; None where that cannot be found out."""
        if any(char in value for char in "*?["):
            return None
        try:
            return await super().get_suggestion(value)
        except (OSError, ValueError):
            return None


class _Dialog(FileSystemPickerScreen):
    """A dialog that lists any folder."""

    HELP = """
# A file or a folder

The list shows what is in the folder. `enter` opens the folder under the cursor or takes
the file, `..` leads to the folder around it; a name can be typed as well. `.` shows what
is hidden too. `tab` goes to the buttons, and escape leaves everything as it was.
"""
    ERROR_PERMISSION_ERROR = "This folder cannot be read"

    def compose(self) -> ComposeResult:
        """Lay out the folder, the name and the buttons."""
        with Dialog() as dialog:
            dialog.border_title = self._title
            yield CurrentDirectory(markup=False)
            yield FolderContent(self._location)
            with Horizontal(classes="name"):
                yield from self._input_bar()
            with Horizontal(classes="answers"):
                select = self._label(self._select_button, "Select")
                yield Button(select, id="select", compact=True)
                yield Button("Cancel", id="cancel", compact=True)


class _FileDialog(_Dialog, BaseFileDialog):
    """A dialog that takes any name."""

    def __init__(self, location: Path, title: str, default_file: str | None = None) -> None:
        super().__init__(location, title, default_file=default_file)
        self._suggest_path = _Suggester()

    def _input_bar(self) -> ComposeResult:
        yield Label("Name")
        name = Path(self._default_file or "").name
        yield Input(name, suggester=self._suggest_path, compact=True)

    @on(Input.Submitted)
    @on(Button.Pressed, "#select")
    def _refuse(self, event: Input.Submitted | Button.Pressed) -> None:
        """Say what is wrong with a name that cannot be a file's."""
        typed = self.query_one(Input).value
        path = Path(os.path.expanduser(typed))  # noqa: PTH111, which leaves `~nobody` as it is
        try:
            (self.query_one(DirectoryNavigation).location / path).stat()
        except (FileNotFoundError, PermissionError):
            return
        except (OSError, ValueError) as error:
            self._set_error(error.strerror or "" if isinstance(error, OSError) else str(error))
            event.stop()
            event.prevent_default()


class OpenFile(_FileDialog, FileOpen):
    """Asks for a file that exists."""


class SaveFile(_FileDialog, FileSave):
    """Asks for the path of a file, which may exist."""


class ChooseFolder(_Dialog, SelectDirectory):
    """Asks for a folder."""

    def _input_bar(self) -> ComposeResult:
        yield from ()
