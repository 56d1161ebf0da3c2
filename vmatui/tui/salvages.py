"""What a salvage is offered by in the UI: a look at what would come back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vmatui.engine.progress import ProgressFunction
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.salvaging.copies import best_copy, opened_copies
from vmatui.engine.salvaging.salvageplan import SalvagePlan, plan_salvage
from vmatui.engine.salvaging.salvagepreview import SalvagePreview, preview_salvage
from vmatui.format.header import Header
from vmatui.tui.jobs import JobFunction


@dataclass(frozen=True, slots=True)
class SalvageOffer:
    """What a salvage would get back, and where it would go."""

    header: Header
    """The best one of the copies."""
    preview: SalvagePreview
    plan: SalvagePlan


def offering(copies: Sequence[Path], folder: Path) -> JobFunction:
    """Return the job that finds out what copies of an archive would give; it writes nothing.

    Args:
        copies: Of the same archive, in the order in which they are read.
        folder: Gets the outputs.
    """

    def run(progress: ProgressFunction, cancel: threading.Event) -> SalvageOffer:
        with opened_copies(copies, cancel) as opened:
            header = best_copy(opened).archive.header
            target = plan_restore(header, folder=folder, resumable=False, archive=copies[0])
            preview = preview_salvage(opened, progress=progress, cancel=cancel)
            plan = plan_salvage(target, opened, preview=preview)
        return SalvageOffer(header, preview, plan)

    return run
