"""What a process can be asked to do: a job and all that it needs, to be sent there."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

from vmatui.engine.archivefacts import ArchiveFacts, reopen
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.checking.verify import verify
from vmatui.engine.limit import Limiter
from vmatui.engine.progress import ProgressFunction
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.restore import RestoreReport, restore
from vmatui.engine.walking.visitor import Visitor


class Desk(NamedTuple):
    """What a job works with where it runs."""

    visitors: Sequence[Visitor]
    limiter: Limiter
    progress: ProgressFunction
    cancel: threading.Event


Report_co = TypeVar("Report_co", covariant=True)


class Errand(Protocol[Report_co]):
    """What can be asked for; it and its report can be sent to another process."""

    @property
    def facts(self) -> ArchiveFacts:
        """The archive that it is about."""

    def run(self, desk: Desk) -> Report_co:
        """Do it."""


class Verifying(NamedTuple):
    """Reads an archive through."""

    facts: ArchiveFacts

    def run(self, desk: Desk) -> VerifyReport:
        """Do it.

        Raises:
            SourceError: the archive cannot be opened or read, or is another one now.
            CancelledError: the user stopped it.
        """
        with reopen(self.facts) as archive:
            return verify(
                archive, visitors=desk.visitors, progress=desk.progress, cancel=desk.cancel
            )


class Restoring(NamedTuple):
    """Restores an archive as planned."""

    facts: ArchiveFacts
    plan: RestorePlan

    def run(self, desk: Desk) -> RestoreReport:
        """Do it.

        Raises:
            SourceError: the archive cannot be opened or read, or is another one now.
            TargetError: a target cannot be written.
            CancelledError: the user stopped it.
        """
        with reopen(self.facts) as archive:
            return restore(
                archive,
                self.plan,
                visitors=desk.visitors,
                limiter=desk.limiter,
                progress=desk.progress,
                cancel=desk.cancel,
            )
