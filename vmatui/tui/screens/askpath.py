"""A question that is answered with a path, typed or chosen by a dialog."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from vmatui.tui.proposals import nearest_folder
from vmatui.tui.screens.ask import AskScreen
from vmatui.tui.screens.dialogs import ChooseFolder, OpenFile
from vmatui.tui.widgets.targetrow import typed_path


class AskPathScreen(AskScreen):
    """Asks for a file."""

    HELP = """
# A question

A path can be typed, or chosen by `ctrl+o`. Enter takes it, Escape changes nothing.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "browse", "Browse", tooltip="Choose the path by a dialog"),
    ]

    def action_browse(self) -> None:
        """Choose by a dialog, in the folder of what stands in the field if there is one."""
        place = nearest_folder(typed_path(self.query_one(Input).value) or Path())
        self.app.push_screen(self._dialog(place), self._put)

    def _dialog(self, place: Path) -> OpenFile | ChooseFolder:
        return OpenFile(place, title=self._question)

    def _put(self, path: Path | None) -> None:
        if path is not None:
            field = self.query_one(Input)
            field.value = str(path)
            field.focus()


class AskFolderScreen(AskPathScreen):
    """Asks for a folder, which need not exist."""

    def _dialog(self, place: Path) -> OpenFile | ChooseFolder:
        return ChooseFolder(place, title=self._question)
