"""The application: its first screen, its help and themes, and how it is left."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import HelpPanel

from vmatui.engine.listing import has_archives
from vmatui.errors import CancelledError
from vmatui.storage.paths import is_folder
from vmatui.tui.commands import KeyCommands
from vmatui.tui.harmless import Harmless
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import JobEnded
from vmatui.tui.screens.confirm import ConfirmScreen
from vmatui.tui.screens.folder import FolderScreen

DUMP_FOLDER: Final = Path("/var/lib/vz/dump")
"""Where Proxmox VE keeps the backups of a node on the node itself."""
MOST_SAID: Final = 300
"""Characters of a notification; a path alone may have thousands."""
STOPPED: Final = CancelledError.exit_code
"""The exit status of what a signal ended."""


class VmaApp(App[None]):
    """vmatui on the screen.

    Args:
        path: A folder or an archive; None takes the dump folder of Proxmox VE if there are
            archives in it, else the current folder.
    """

    TITLE = "vmatui"
    CSS_PATH = "app.tcss"
    COMMANDS = App.COMMANDS | {KeyCommands}
    HORIZONTAL_BREAKPOINTS = [(0, "-tight"), (50, "-narrow"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (48, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "Help", tooltip="Show all keys and what is on screen"),
        Binding("escape", "hide_help_panel", "Close the help", show=False, priority=True),
        Binding("f2", "toggle_dark", "Dark or light", show=False),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, system=True),
    ]

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        self._path = path
        self._awaited: set[Job] = set()
        """Jobs that were asked to stop, so that the application can end."""
        self._status = 0
        self._harmless = Harmless()

    def get_default_screen(self) -> FolderScreen:
        """Return the first screen."""
        return FolderScreen(*first_place(self._path))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield what the palette offers everywhere; the keys of a screen come with it."""
        for command in super().get_system_commands(screen):
            if command.title in {"Theme", "Quit", "Screenshot"}:
                yield command

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Take Escape from a screen only while the help covers a part of it."""
        if action == "hide_help_panel":
            return bool(self.screen.query(HelpPanel))
        return super().check_action(action, parameters)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every line goes through on its way to the terminal."""
        return (*super().get_line_filters(), self._harmless)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something, but leave out the middle of what would cover the screen."""
        if len(message) > MOST_SAID:
            half = MOST_SAID // 2
            message = f"{message[:half]} … {message[-half:]}"
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def on_mount(self) -> None:
        """Leave in good order when the machine is shut down, or somebody kills the process."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._leave, STOPPED)

    def action_help(self) -> None:
        """Show the help, or take it away."""
        if self.screen.query(HelpPanel):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    async def action_quit(self) -> None:
        """Leave; ask first if something would be lost, and wait until it is cleaned up."""
        jobs = self._grave_jobs()
        if not jobs:
            self.exit()
        elif not isinstance(self.screen, ConfirmScreen):
            question = ConfirmScreen(
                "Stop and quit?",
                [job.question for job in jobs],
                yes="Stop and quit",
                no="Go on",
                is_grave=True,
            )
            self.push_screen(question, lambda agreed: self._leave() if agreed else None)

    def on_job_ended(self, message: JobEnded) -> None:
        """Leave when the last job that had to stop has cleaned up."""
        if message.job in self._awaited:
            self._awaited.remove(message.job)
            if not self._awaited:
                self.exit(return_code=self._status)

    def _leave(self, status: int = 0) -> None:
        self._status = status
        self._awaited = set(self._grave_jobs())
        for job in self._awaited:
            job.stop()
        if not self._awaited:
            self.exit(return_code=status)

    def _grave_jobs(self) -> list[Job]:
        """Return the running jobs that should not be stopped without a word."""
        screens = [screen for screen in self.screen_stack if isinstance(screen, JobScreen)]
        return [job for screen in screens for job in screen.jobs if job.question]


def first_place(path: Path | None) -> tuple[Path, Path | None]:
    """Return the folder to show first, and the archive to open in it, if one was named."""
    if path is None:
        return (DUMP_FOLDER if has_archives(DUMP_FOLDER) else Path.cwd()), None
    return (path, None) if is_folder(path) else (path.parent, path)


def run(path: Path | None = None) -> int:
    """Show the UI until the user leaves it.

    Args:
        path: A folder or an archive, as for `VmaApp`.

    Returns:
        The exit status for the shell.
    """
    # Without its terminal it has nobody to answer to; what a restore did so far can be taken up.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    app = VmaApp(path)
    app.run()
    return app.return_code or 0
