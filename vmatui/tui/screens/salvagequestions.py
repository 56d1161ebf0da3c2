"""What is asked before a salvage: where it goes, and whether there is another copy to read."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from textual.screen import Screen

from vmatui.errors import UsageError
from vmatui.tui.screens.ask import AskScreen
from vmatui.tui.screens.salvage import SalvageScreen
from vmatui.tui.widgets.targetrow import typed_path


def ask_for_salvage(screen: Screen[None], name: str, path: Path, folder: str) -> None:
    """Ask both questions, then show what would come back.

    Args:
        screen: What is asked and shown stands above it.
        name: What the archive is called.
        path: The archive.
        folder: Is proposed for what comes back.
    """
    hint = "a new folder; nothing is written before you have seen what would come back"
    take = partial(_ask_for_copy, screen, name, path)
    screen.app.push_screen(AskScreen("Salvage into", hint, folder, take))


def _ask_for_copy(screen: Screen[None], name: str, path: Path, answer: str) -> None:
    folder = typed_path(answer)
    if folder is None:
        raise UsageError("a salvage needs a folder: type its name")
    hint = "another damaged copy of this archive, which fills what is missing; or nothing"

    def begin(place: str) -> None:
        other = typed_path(place)
        copies = [path] if other is None else [path, other]
        screen.call_after_refresh(screen.app.push_screen, SalvageScreen(name, copies, folder))

    ask = AskScreen("A second copy", hint, "", begin)
    screen.call_after_refresh(screen.app.push_screen, ask)
