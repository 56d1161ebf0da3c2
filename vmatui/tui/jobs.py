"""The one place that starts jobs: plain functions, each in a thread, that never touch a widget.

However a job ends, its thread posts exactly one `JobEnded`, after everything it opened is closed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from textual import work
from textual.screen import ModalScreen, Screen

from vmatui.engine.apart.broken import fault_of
from vmatui.engine.progress import Progress, ProgressFunction
from vmatui.errors import CancelledError, SuspendedError, VmaError
from vmatui.tui.messages import Cancelled, Done, Failed, JobEnded, JobProgressed, Outcome, Suspended
from vmatui.tui.rowcompositor import RowCompositor

_INTERVAL: Final = 0.5
"""Seconds of a job between two values that a screen hears: numbers that change faster cannot be
read, and each has most of the screen drawn again."""

JobFunction = Callable[[ProgressFunction, threading.Event], object]
"""Gets a function for its progress and an event that asks it to stop; returns its report."""


@dataclass(eq=False, slots=True)
class Job:
    """One run of a job's function."""

    title: str
    """What it does, as a screen says it: `Verifying`."""
    function: JobFunction
    question: str = ""
    """Asked before the job is stopped by leaving; empty where nothing would be lost."""
    cancel: threading.Event = field(default_factory=threading.Event)
    is_over: bool = False
    """Whether its `JobEnded` has come; what is not over need not have begun."""

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop; it is not over before its `JobEnded`."""
        return self.cancel.is_set()

    def stop(self) -> None:
        """Ask it to stop."""
        self.cancel.set()


class JobScreen(Screen[None]):
    """A screen that runs jobs and hears of them; leaving it stops them."""

    BLANK = True  # its ground is drawn with less work than a widget's

    def __init__(self) -> None:
        super().__init__()
        self._compositor = RowCompositor()
        self.jobs: list[Job] = []
        """Those whose `JobEnded` has not come yet."""
        self._question: ModalScreen[bool] | None = None

    def start(self, job: Job) -> Job:
        """Start a job and return it."""
        self.jobs.append(job)
        self._run(job)
        return job

    @work(thread=True, exit_on_error=False, group="jobs")
    def _run(self, job: Job) -> None:
        pace = _Pace()

        def report(progress: Progress) -> None:
            if pace.lets_through(progress):
                self.post_message(JobProgressed(job, progress))

        outcome = _outcome(job, report)
        self.post_message(JobEnded(job, outcome))

    def on_job_ended(self, message: JobEnded) -> None:
        """Forget the job; a subclass's handler hears of it too."""
        self.jobs.remove(message.job)
        message.job.is_over = True
        if not self.jobs and self._question is not None and self._question.is_current:
            self._question.dismiss(False)

    def ask_meanwhile(self, question: ModalScreen[bool], agreed: Callable[[], None]) -> None:
        """Ask something that is of no interest any more when no job runs.

        Args:
            question: Goes away by itself then.
            agreed: What to do if the user agrees.
        """
        self._question = question
        self.app.push_screen(question, lambda answer: agreed() if answer else None)

    def on_unmount(self) -> None:
        """Stop what still runs: nobody would hear of it."""
        for job in self.jobs:
            job.stop()


class _Pace:
    """Thins the values of a job out to those that a screen shows."""

    def __init__(self) -> None:
        self._last: Progress | None = None

    def lets_through(self, progress: Progress) -> bool:
        """Whether a value comes late enough after the last, or says something that it did not."""
        last = self._last
        is_due = (
            last is None
            or progress.phase is not last.phase
            or progress.errors != last.errors
            or progress.done == progress.total
            or not 0 <= progress.elapsed - last.elapsed < _INTERVAL
        )
        if is_due:
            self._last = progress
        return is_due


def _outcome(job: Job, report: ProgressFunction) -> Outcome:
    try:
        return Done(job.function(report, job.cancel))
    except CancelledError:
        return Cancelled()
    except SuspendedError as error:
        return Suspended(str(error))
    except VmaError as error:
        return Failed(str(error))
    except Exception as error:
        # A fault of ours; with `exit_on_error=False` it would otherwise vanish.
        told = fault_of(error)
        return Failed(f"{job.title} failed for a reason that is a fault of this program: {told}")
