"""What happens beside a screen and concerns it: a job ticks, a job ends, a place is wanted.

`JobEnded` is the last a job sends, after its clean-up; a cancelled job is not over before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from vmatui.engine.inspecting.byteplace import BytePlace
from vmatui.engine.progress import Progress

if TYPE_CHECKING:
    from vmatui.engine.listing import Entry
    from vmatui.tui.jobs import Job


@dataclass(frozen=True, slots=True)
class Done:
    """The job ran to its end."""

    report: object
    """What the job's function returned."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The user stopped the job."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The job could not go on."""

    message: str
    """One sentence for a person."""


@dataclass(frozen=True, slots=True)
class Suspended:
    """The job could not go on now; what it did is kept, and it can be taken up again."""

    message: str
    """One sentence for a person."""


Outcome = Done | Cancelled | Failed | Suspended


class JobProgressed(Message, bubble=False):
    """A job has got further; only the newest of these counts."""

    def __init__(self, job: Job, progress: Progress) -> None:
        super().__init__()
        self.job = job
        self.progress = progress

    def can_replace(self, message: Message) -> bool:
        """Replace what the same job said before."""
        return isinstance(message, JobProgressed) and message.job is self.job


class JobEnded(Message):
    """A job's thread is done, with all that it opened closed again."""

    def __init__(self, job: Job, outcome: Outcome) -> None:
        super().__init__()
        self.job = job
        self.outcome = outcome


class EntriesLearned(Message, bubble=False):
    """The listing of a folder has found entries, or learned more of them."""

    def __init__(self, folder: Path, entries: Sequence[Entry]) -> None:
        super().__init__()
        self.folder = folder
        self.entries = entries


class BytesWanted(Message):
    """The bytes at a place are to be shown."""

    def __init__(self, place: BytePlace) -> None:
        super().__init__()
        self.place = place
