"""What a process can be asked to do: a job and all that it needs, to be sent there."""

from __future__ import annotations

import threading
from typing import NamedTuple, Protocol, TypeVar

from vmatui.engine.apart.relay import Compared, Relay, Written, taking, walked
from vmatui.engine.archivefacts import ArchiveFacts, reopen
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.checking.verify import verify
from vmatui.engine.comparing.compare import compare
from vmatui.engine.comparing.compareplan import ComparePlan
from vmatui.engine.comparing.comparison import CompareReport
from vmatui.engine.creating.create import CreateReport, create
from vmatui.engine.creating.createplan import CreatePlan
from vmatui.engine.limit import Limiter
from vmatui.engine.progress import ProgressFunction
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.restore import RestoreReport, restore
from vmatui.engine.salvaging.copies import best_copy, opened_copies
from vmatui.engine.salvaging.salvage import salvage
from vmatui.engine.salvaging.salvageplan import SalvagePlan
from vmatui.engine.salvaging.salvagereport import SalvageReport
from vmatui.errors import SourceError
from vmatui.format.header import Header


class Desk(NamedTuple):
    """What a job works with where it runs."""

    limiter: Limiter
    progress: ProgressFunction
    cancel: threading.Event


Report_co = TypeVar("Report_co", covariant=True)


class Errand(Protocol[Report_co]):
    """What can be asked for; it and its report can be sent to another process."""

    def run(self, desk: Desk, relay: Relay) -> Report_co:
        """Do it, and have what is found drawn.

        Raises:
            VmaError: as the job itself; it was stopped, or what it reads or writes cannot be.
        """


class Verifying(NamedTuple):
    """Reads an archive through."""

    facts: ArchiveFacts

    def run(self, desk: Desk, relay: Relay) -> VerifyReport:
        """Do it."""
        visitors = walked(relay, self.facts.header.devices)
        with reopen(self.facts) as archive:
            return verify(archive, visitors=visitors, progress=desk.progress, cancel=desk.cancel)


class Restoring(NamedTuple):
    """Restores an archive as planned."""

    facts: ArchiveFacts
    plan: RestorePlan

    def run(self, desk: Desk, relay: Relay) -> RestoreReport:
        """Do it."""
        visitors = walked(relay, self.facts.header.devices)
        with reopen(self.facts) as archive:
            return restore(archive, self.plan, visitors=visitors, **desk._asdict())


class Comparing(NamedTuple):
    """Compares what was restored with its archive."""

    facts: ArchiveFacts
    plan: ComparePlan

    def run(self, desk: Desk, relay: Relay) -> CompareReport:
        """Do it."""
        compared = Compared(relay, (each.device.dev_id for each in self.plan.devices))
        with reopen(self.facts) as archive:
            return compare(
                archive,
                self.plan,
                visitors=(compared,),
                on_difference=compared.differ,
                progress=desk.progress,
                cancel=desk.cancel,
            )


class Creating(NamedTuple):
    """Creates an archive as planned."""

    plan: CreatePlan

    def run(self, desk: Desk, relay: Relay) -> CreateReport:
        """Do it."""
        written = Written(relay, len(self.plan.header))
        return create(self.plan, observers=(written,), **desk._asdict())


class Salvaging(NamedTuple):
    """Salvages what copies of an archive still hold."""

    header: Header
    """The best one of the copies, when they were looked at."""
    plan: SalvagePlan

    def run(self, desk: Desk, relay: Relay) -> SalvageReport:
        """Do it."""
        with opened_copies(self.plan.copies, desk.cancel) as copies:
            if best_copy(copies).archive.header != self.header:
                raise SourceError(
                    f"{self.plan.copies[0]} has changed since it was looked at: begin anew"
                )
            return salvage(
                copies,
                self.plan,
                visitors=walked(relay, self.header.devices),
                on_taken=taking(relay),
                **desk._asdict(),
            )
