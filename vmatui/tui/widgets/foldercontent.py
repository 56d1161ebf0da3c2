"""The content of a folder in the dialogs for files: a line for each, however narrow the screen is.

What `textual_fspicker` leaves open is closed here: it expects folders to stay and times to be of
this age, says sizes in bytes, and leaves no room for names on a narrow screen.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual import work
from textual.worker import get_current_worker
from textual_fspicker.icons import Icons
from textual_fspicker.parts import DirectoryNavigation
from textual_fspicker.parts.directory_navigation import DirectoryEntry

from vmatui.tui.wording import size_text, time_text

_WITH_TIMES: Final = 56
"""Columns from which there is room for times beside names and sizes."""


class FolderContent(DirectoryNavigation):
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
        entries: list[DirectoryEntry] = [_Entry(folder / name, self._styles) for name in names]
        if not worker.is_cancelled:
            self._entries = entries
            self.app.call_from_thread(self._repopulate_display)

    def _repopulate_display(self) -> None:
        above = [] if self.is_root else [_Entry(self._location / "..", self._styles)]
        shown = self._sort(entry for entry in self._entries if not self.hide(entry.location))
        with self.app.batch_update():
            self.clear_options()
            self.add_options([*above, *shown])
        self._settle_highlight()

    def _is_wanted(self, entry: os.DirEntry[str]) -> bool:
        try:
            return entry.is_dir() or (self.show_files and entry.is_file())
        except OSError:
            return False


class _Entry(DirectoryEntry):
    """A file or folder."""

    def _as_renderable(self, location: Path) -> _Line:
        size, seconds = "", ""
        if location.name != "..":
            try:
                found = location.stat()
            except (OSError, ValueError):
                size = size_text(None)  # gone since the folder was read
            else:
                size = "" if location.is_dir() else size_text(found.st_size)
                seconds = time_text(found.st_mtime)
        name = Text.assemble(Icons.best_for(location), " ", self._name(location))
        return _Line(name, size, seconds, self._style(Style(), location))


class _Line:
    """What is shown of a file or folder; where there is little room, without its time."""

    def __init__(self, name: Text, size: str, seconds: str, style: Style) -> None:
        self._name = name
        self._size = size
        self._seconds = seconds
        self._style = style

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it as wide as there is room."""
        line = Table.grid(expand=True, padding=(0, 0, 0, 1))
        line.add_column(no_wrap=True, ratio=1, style=self._style)
        line.add_column(no_wrap=True, justify="right", width=11)
        told = [self._name, Text(self._size)]
        if options.max_width >= _WITH_TIMES:
            line.add_column(no_wrap=True, justify="right", width=17)
            told.append(Text(self._seconds))
        line.add_row(*told)
        yield line
