"""The dialogs for a file or a folder: whatever is on the disk or typed, they go on.

What `textual_fspicker` leaves open is closed here: it reads the folder's name as markup, expects
folders to stay, times to be of this age and names to be short, and searches while one types `**`.
"""

from __future__ import annotations

import os
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Input
from textual.worker import get_current_worker
from textual_fspicker import FileOpen, FileSave, SelectDirectory
from textual_fspicker.base_dialog import Dialog, FileSystemPickerScreen, InputBar
from textual_fspicker.file_dialog import BaseFileDialog
from textual_fspicker.parts import CurrentDirectory, DirectoryNavigation
from textual_fspicker.parts.directory_navigation import DirectoryEntry
from textual_fspicker.suggest_path import SuggestPath


class _Navigation(DirectoryNavigation):
    """The content of a folder that may be gone, or not be ours to read."""

    @work(exclusive=True, thread=True)
    def _load(self) -> None:
        worker, folder = get_current_worker(), self._location
        try:
            with os.scandir(folder) as found:
                names = [each.name for each in found if self._is_wanted(each)]
        except OSError:
            names = []
            self.post_message(self.PermissionError(self, folder))
        entries = [entry for name in names if (entry := self._entry(folder / name)) is not None]
        if not worker.is_cancelled:
            self._entries = entries
            self.app.call_from_thread(self._repopulate_display)

    def _is_wanted(self, entry: os.DirEntry[str]) -> bool:
        try:
            return entry.is_dir() or (self.show_files and entry.is_file())
        except OSError:
            return False

    def _entry(self, path: Path) -> DirectoryEntry | None:
        try:
            return DirectoryEntry(path, self._styles)
        except (OSError, ValueError, OverflowError):
            return None  # gone, or of a time that no calendar knows


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
the file, `..` leads to the folder around it; a name can be typed as well. `tab` goes to
the buttons, and escape leaves everything as it was.
"""
    ERROR_PERMISSION_ERROR = "This folder cannot be read"

    def compose(self) -> ComposeResult:
        """Lay out the folder, the name and the buttons."""
        with Dialog() as dialog:
            dialog.border_title = self._title
            yield from self._header_area()
            with Horizontal():
                yield _Navigation(self._location)
            with InputBar():
                yield from self._input_bar()
                yield Button(self._label(self._select_button, "Select"), id="select")
                yield Button(self._label(self._cancel_button, "Cancel"), id="cancel")


class _FileDialog(_Dialog, BaseFileDialog):
    """A dialog that takes any name."""

    def __init__(self, location: Path, title: str, default_file: str | None = None) -> None:
        super().__init__(location, title, default_file=default_file)
        self._suggest_path = _Suggester()

    def _header_area(self) -> ComposeResult:
        yield CurrentDirectory(markup=False)

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
        yield CurrentDirectory(markup=False)
