"""What every job does with its open targets before and after they are written."""

from __future__ import annotations

import threading

from vmatui.engine.checking.checker import Checker
from vmatui.engine.handover import stop_if
from vmatui.engine.limit import Limiter
from vmatui.engine.progress import Meter, Phase, Progress
from vmatui.storage.targets import Target


def prepare_targets(
    devices: dict[int, Target], meter: Meter, stop: threading.Event, limiter: Limiter | None
) -> None:
    """Make targets that hold something read zero."""
    total = sum(target.size for target in devices.values())
    base = 0

    def is_cancelled() -> bool:
        if limiter is not None:
            limiter.wait(0, stop)
        return stop.is_set()

    for target in devices.values():

        def tick(done: int, base: int = base) -> None:
            now = Progress(Phase.PREPARING, base + done, total)
            meter.tick(lambda elapsed: now._replace(elapsed=elapsed))

        target.prepare(tick, is_cancelled)
        stop_if(stop)
        base += target.size


def sync_targets(
    devices: dict[int, Target],
    checker: Checker,
    meter: Meter,
    stop: threading.Event,
) -> None:
    """Wait until everything that was written is on the disks."""
    clusters = tuple(len(tally.seen) for tally in checker.tallies.values())
    for number, target in enumerate(devices.values()):
        stop_if(stop)

        def now(elapsed: float, number: int = number) -> Progress:
            return Progress(
                Phase.SYNCING,
                number,
                len(devices),
                checker.extents,
                clusters,
                checker.findings.errors,
                elapsed,
            )

        meter.tick(now, final=True)
        target.sync()


def close_target(target: Target, is_complete: bool) -> str:
    """Give a complete output its final name, and an incomplete one a name that says so."""
    if not is_complete:
        return target.keep_incomplete()
    target.finish()
    return target.place
