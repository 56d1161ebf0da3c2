"""The first screen: the archives in a folder, newest first; there at once, filled in on the way."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from vmatui.engine.archivefacts import ArchiveFacts, look_into
from vmatui.engine.listing import Entry, list_archives, newest
from vmatui.engine.progress import ProgressFunction
from vmatui.errors import HeaderError, NotAnArchiveError
from vmatui.storage.names import safe_name
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import Done, EntriesLearned, Failed, JobEnded
from vmatui.tui.widgets.entries import COLUMNS, detail, row_of
from vmatui.tui.widgets.keyfooter import KeyFooter
from vmatui.tui.widgets.styles import MUTED, TITLE
from vmatui.tui.widgets.table import Table
from vmatui.tui.wording import counted, shown

_EMPTY = """
There is no VMA archive in this folder.

  f   choose another folder
  o   open one file, wherever it is
  c   create an archive from disks

Proxmox VE keeps backups in /var/lib/vz/dump, or in "dump" on a storage.
"""


class FolderScreen(JobScreen):
    """The archives of one folder.

    Args:
        folder: Where to look.
        archive: Opened at once, or None.
    """

    HELP = """
# Archives in a folder

The newest stands first. Each is looked into for the name of its VM and the time of the
backup; packed ones too. What is an archive is told by its content, not only by its name.

**unfinished**: the backup still runs, or was aborted.
**protected**: Proxmox VE refuses to remove it.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open_file", "Other file", tooltip="Open an archive anywhere"),
        Binding("f,backspace", "choose_folder", "Folder", tooltip="Show another folder"),
        Binding("c", "create", "Create", tooltip="Create an archive from disks"),
        Binding("r", "reload", "Reload", tooltip="Look into the folder again"),
        Binding(
            "S",
            "salvage",
            "Salvage",
            key_display="S",
            tooltip="Get back what an archive still holds whose header is damaged",
            show=False,
        ),
    ]

    def __init__(self, folder: Path, archive: Path | None = None) -> None:
        super().__init__()
        self.folder = folder
        self._archive = archive
        self._entries: list[Entry] = []
        self._listing: Job | None = None
        self._opening: Job | None = None
        self._refused: Path | None = None
        """What was opened last, if its header is such that only a salvage could read it."""

    def compose(self) -> ComposeResult:
        """Lay out the band, the list, the details of one entry, and the keys."""
        yield Static(id="folder-band", classes="band", markup=False)
        yield Table(COLUMNS, id="entries")
        yield Static(id="entry-detail", classes="detail", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """List the folder; open the archive that was named."""
        self._show_folder(self.folder)
        if self._archive is not None:
            self.open_path(self._archive)

    def open_path(self, path: Path) -> None:
        """Open an archive; what speaks against it is told in a notification."""

        def look(_progress: ProgressFunction, _cancel: threading.Event) -> ArchiveFacts:
            _load_screens()  # here it holds up nobody, if the user was faster than the listing
            try:
                return look_into(path)
            except (HeaderError, NotAnArchiveError) as error:
                if isinstance(error, HeaderError) or error.has_extents:
                    self._refused = path
                raise

        if self._opening is None:
            self._refused = None
            self._opening = self.start(Job("Opening", look))
            self._show_band(f"opening {shown(path.name)} …")

    def action_open_file(self) -> None:
        """Ask for any file and open it."""
        from vmatui.tui.screens.dialogs import OpenFile

        dialog = OpenFile(self.folder, title="Open an archive")
        self.app.push_screen(dialog, lambda path: self.open_path(path) if path else None)

    def action_choose_folder(self) -> None:
        """Ask for a folder and show it."""
        from vmatui.tui.screens.dialogs import ChooseFolder

        dialog = ChooseFolder(self.folder, title="Show the archives in a folder")
        self.app.push_screen(dialog, lambda path: self._show_folder(path) if path else None)

    def action_create(self) -> None:
        """Open the form for a new archive; it may be in this folder when that is left."""
        from vmatui.tui.screens.create import CreateScreen

        self.app.push_screen(CreateScreen(self.folder), lambda _: self.action_reload())

    def action_salvage(self) -> None:
        """Salvage what could not be read, or else what the cursor is at."""
        from vmatui.tui.screens.salvagequestions import ask_for_salvage

        path = self._refused
        if path is None and self._entries:
            path = self._entries[self.query_one(Table).cursor].path
        if path is not None:
            folder = safe_name(f"salvage-{path.name.partition('.')[0]}")
            ask_for_salvage(self, path.name, path, folder)

    def action_reload(self) -> None:
        """Look into the folder again."""
        self._show_folder(self.folder)

    @on(Table.Chosen)
    def _open_chosen(self, message: Table.Chosen) -> None:
        # The cursor stays on its archive when others turn up meanwhile; the row's number does not.
        self.open_path(self._entries[message.table.cursor].path)

    @on(Table.Moved)
    def _show_detail(self, message: Table.Moved) -> None:
        if self._opening is None:
            self._refused = None
        text = detail(self._entries[message.row]) if message.row < len(self._entries) else ""
        self.query_one("#entry-detail", Static).update(text)

    def on_entries_learned(self, message: EntriesLearned) -> None:
        """Put what the listing learned into the table, in order and without losing the place."""
        if message.folder != self.folder:
            return
        table = self.query_one(Table)
        is_moved = bool(self._entries) and table.cursor != newest(self._entries)
        place = self._entries[table.cursor].path if is_moved else None
        known = {entry.path: entry for entry in self._entries}
        known.update((entry.path, entry) for entry in message.entries)
        self._entries = sorted(known.values(), key=lambda entry: entry.time, reverse=True)
        paths = [entry.path for entry in self._entries]
        table.show(
            len(paths),
            lambda row: row_of(self._entries[row]),
            cursor=paths.index(place) if place in known else newest(self._entries),
        )
        self._show_band()

    def on_job_ended(self, message: JobEnded) -> None:
        """Take the end of a listing or of an opening."""
        advice = ""
        if message.job is self._opening:
            self._opening = None
            advice = "; S looks for what can be got back from it" if self._refused else ""
            self._show_band()
            if isinstance(message.outcome, Done) and isinstance(
                message.outcome.report, ArchiveFacts
            ):
                from vmatui.tui.screens.archive import ArchiveScreen

                self.app.push_screen(ArchiveScreen(message.outcome.report))
        elif message.job is self._listing:
            self._listing = None
            self.run_worker(_load_screens, thread=True, exit_on_error=False)
            self._show_band()
            self.query_one(Table).say(_EMPTY)
        if isinstance(message.outcome, Failed):
            told = message.outcome.message + advice
            self.notify(told, severity="error", timeout=10, markup=False)

    def _show_folder(self, folder: Path) -> None:
        if self._listing is not None:
            self._listing.stop()
        self.folder = folder
        self._entries = []
        table = self.query_one(Table)
        table.show(0, lambda _: ())
        table.say("\nLooking …")
        self.query_one("#entry-detail", Static).update("")

        def report(entries: Sequence[Entry]) -> None:
            self.post_message(EntriesLearned(folder, entries))

        listing = Job("Listing", lambda _progress, cancel: list_archives(folder, report, cancel))
        self._listing = self.start(listing)
        self._show_band()

    def _show_band(self, told: str = "") -> None:
        if not told:
            number = counted(len(self._entries), "archive")
            told = f"{number} …" if self._listing is not None else number
        band = Content.assemble(
            ("vmatui", TITLE), "  ", shown(str(self.folder)), ("  " + told, MUTED)
        )
        self.query_one("#folder-band", Static).update(band)


def _load_screens() -> None:
    """Import what an archive is shown with, which takes longer than a folder's first picture."""
    importlib.import_module("vmatui.tui.screens.archive")
