"""What is asked before a salvage: where it goes, and whether there is another copy to read."""

from __future__ import annotations

from functools import partial

from textual.screen import Screen

from vmatui.engine.archivefacts import ArchiveFacts
from vmatui.errors import UsageError
from vmatui.tui.proposals import default_folder
from vmatui.tui.screens.ask import AskScreen
from vmatui.tui.screens.salvage import SalvageScreen
from vmatui.tui.widgets.targetrow import typed_path


def ask_for_salvage(screen: Screen[None], facts: ArchiveFacts) -> None:
    """Ask both questions, then show what would come back.

    Args:
        screen: Of the archive; what is asked and shown stands above it.
        facts: The archive.
    """
    hint = "a new folder; nothing is written before you have seen what would come back"
    folder = str(default_folder(facts)).replace("restore-", "salvage-", 1)
    take = partial(_ask_for_copy, screen, facts)
    screen.app.push_screen(AskScreen("Salvage into", hint, folder, take))


def _ask_for_copy(screen: Screen[None], facts: ArchiveFacts, answer: str) -> None:
    folder = typed_path(answer)
    if folder is None:
        raise UsageError("a salvage needs a folder: type its name")
    hint = "another damaged copy of this archive, which fills what is missing; or nothing"

    def begin(place: str) -> None:
        other = typed_path(place)
        copies = [facts.path] if other is None else [facts.path, other]
        screen.call_after_refresh(screen.app.push_screen, SalvageScreen(facts, copies, folder))

    ask = AskScreen("A second copy", hint, "", begin)
    screen.call_after_refresh(screen.app.push_screen, ask)
