"""What is asked before a salvage: where it goes, and whether there are other copies to read."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from textual.screen import Screen

from vmatui.errors import UsageError
from vmatui.storage.blockdev import same_file
from vmatui.storage.paths import mode_of
from vmatui.tui.screens.askpath import AskFolderScreen, AskPathScreen
from vmatui.tui.screens.salvage import SalvageScreen
from vmatui.tui.widgets.targetrow import typed_path
from vmatui.tui.wording import shown


def ask_for_salvage(screen: Screen[None], name: str, path: Path, folder: str) -> None:
    """Ask for the folder and the copies, then show what would come back.

    Args:
        screen: What is asked and shown stands above it.
        name: What the archive is called.
        path: The archive.
        folder: Is proposed for what comes back.
    """
    hint = (
        "a new folder, ctrl+o browses; nothing is written before you have seen what would come back"
    )

    def take(answer: str) -> None:
        place = typed_path(answer)
        if place is None:
            raise UsageError("a salvage needs a folder: type its name")
        _ask_for_copy(screen, name, place, (path,))

    screen.app.push_screen(AskFolderScreen("Salvage into", hint, folder, take))


def _ask_for_copy(screen: Screen[None], name: str, folder: Path, copies: tuple[Path, ...]) -> None:
    """Ask for one copy after another, until there is none."""

    def take(answer: str) -> None:
        other = typed_path(answer)
        if other is None:
            show = partial(screen.app.push_screen, SalvageScreen(name, copies, folder))
            screen.call_after_refresh(show)
        else:
            _check_copy(other, copies)
            _ask_for_copy(screen, name, folder, (*copies, other))

    if len(copies) == 1:
        question = "A second copy"
        hint = "another damaged copy of this archive, which fills what is missing; or nothing"
    else:
        question = f"Copy {len(copies) + 1}"
        hint = (
            f"one more besides {shown(copies[-1].name)}; nothing goes on with these {len(copies)}"
        )
    ask = AskPathScreen(question, f"{hint}. ctrl+o browses", "", take)
    screen.call_after_refresh(screen.app.push_screen, ask)


def _check_copy(other: Path, copies: tuple[Path, ...]) -> None:
    if not mode_of(other):
        raise UsageError(f"{other} does not exist, or cannot be looked at: type another path")
    if any(same_file(other, copy) for copy in copies):
        raise UsageError(f"{other} is among the copies already: name another, or nothing")
