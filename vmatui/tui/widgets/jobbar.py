"""One line that says what runs, how far it is and how to stop it; or what could be done now."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from vmatui.engine.progress import Phase, Progress
from vmatui.tui.widgets.bar import bar_parts
from vmatui.tui.widgets.styles import ACCENT, ERROR, FAINT, MUTED
from vmatui.tui.wording import counted, duration_text, percent_text, size_text


class JobBar(Widget):
    """The state of the job of a screen.

    Args:
        counts_errors: Whether its jobs look for errors.
        id: The widget's id.
    """

    DEFAULT_CSS = """
    JobBar {
        height: 1;
        padding: 0 1;
        background: $surface;
        color: $text-muted;
        text-wrap: nowrap;
        &.-running { background: $primary-muted; color: $text; }
    }
    """

    def __init__(self, *, counts_errors: bool = True, id: str | None = None) -> None:
        super().__init__(id=id)
        self._counts_errors = counts_errors
        self._title = ""
        self._hint = Content()
        self._progress: Progress | None = None
        self._is_stopping = False
        self._is_paused = False

    def rest(self, hint: Content) -> None:
        """Say what could be done, while nothing runs."""
        self._hint, self._progress = hint, None
        self._is_stopping = self._is_paused = False
        self.remove_class("-running")
        self.refresh()

    def tick(self, title: str, progress: Progress) -> None:
        """Say how far a job is.

        Args:
            title: What it does, `Verifying`.
            progress: Where it stands.
        """
        self._title, self._progress = title, progress
        self.add_class("-running")
        self.refresh()

    def stop(self) -> None:
        """Say that the job was asked to stop, until it has."""
        self._is_stopping = True
        self.add_class("-running")
        self.refresh()

    def pause(self, is_paused: bool) -> None:
        """Say that the job is held up, or goes on."""
        self._is_paused = is_paused
        self.refresh()

    def render(self) -> Content:
        """Return the line, its bar as long as the room allows."""
        if self._is_stopping:
            return Content.assemble(("Stopping …", "bold"), ("  cleaning up", MUTED))
        if self._progress is None:
            return self._hint
        title, hint = f"{_title(self._title, self._progress)}  ", "   esc stops"
        told = "   ".join(_facts(self._progress, counts_errors=self._counts_errors))
        if self._is_paused:
            title, told, hint = "Paused  ", _percent(self._progress), "   p goes on"
        room = self.size.width - cell_len(f"{title}  {told}{hint}")
        done, rest = "", ""
        if self._progress.total:
            done, rest = bar_parts(self._progress.done / self._progress.total, max(room, 4))
        tone = ERROR if self._progress.errors else ""
        return Content.assemble(
            (title, "bold"), (done, ACCENT), (rest, FAINT), "  ", (told, tone), (hint, MUTED)
        )


_TITLES: Final = {
    Phase.PREPARING: "Preparing targets",
    Phase.FILLING: "Filling what is missing",
    Phase.SYNCING: "Writing out",
}


def _title(title: str, progress: Progress) -> str:
    return _TITLES.get(progress.phase, title)


def _facts(progress: Progress, *, counts_errors: bool) -> list[str]:
    """Return percent, rate, time left and errors, as far as they are known."""
    if progress.phase is Phase.SYNCING:
        return [f"{progress.done} of {progress.total}"]
    facts = [_percent(progress)] if progress.total else []
    facts.append(f"{size_text(round(progress.rate))}/s")
    if progress.remaining is not None:
        facts.append(f"{duration_text(progress.remaining)} left")
    if counts_errors:
        facts.append(counted(progress.errors, "error") if progress.errors else "no errors")
    return facts


def _percent(progress: Progress) -> str:
    return percent_text(progress.done, progress.total) if progress.total else ""
