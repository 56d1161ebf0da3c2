"""The progress bar on standard error; loaded only when a person sees it."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from humanize import naturaldelta, naturalsize
from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as RichProgress

from vmatui.engine.progress import Phase, Progress


class Bar:
    """One line that is drawn when progress is shown, and gone afterwards."""

    def __init__(self) -> None:
        self._drawn = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[told]}", markup=False),
            console=Console(stderr=True),
            # Standard output is not ours to redraw, and a job reports often enough.
            redirect_stdout=False,
            redirect_stderr=False,
            auto_refresh=False,
            transient=True,
        )
        self._task = self._drawn.add_task("opening", total=None, told="")

    def show(self, progress: Progress) -> None:
        """Draw where a job stands."""
        self._drawn.update(
            self._task,
            description=progress.phase.value,
            completed=progress.done,
            total=progress.total,
            told=in_words(progress),
            refresh=True,
        )

    def __enter__(self) -> Self:
        self._drawn.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._drawn.stop()


def in_words(progress: Progress) -> str:
    """Return how much is done, how fast it goes, what is left and the errors so far."""
    if progress.phase is Phase.SYNCING:
        return f"{progress.done} of {progress.total}"
    parts = [naturalsize(progress.done, binary=True)]
    if progress.total is not None:
        parts[0] += f" of {naturalsize(progress.total, binary=True)}"
    parts.append(f"{naturalsize(progress.rate, binary=True)}/s")
    if progress.remaining is not None:
        parts.append(f"{naturaldelta(progress.remaining)} left")
    if progress.errors:
        parts.append(f"{progress.errors} errors")
    return ", ".join(parts)
