"""Compare: walk an archive, check it, and read its devices' targets on the way; change nothing.

What is read comes from the medium: the kernel's own copies of the targets are dropped before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from vmatui.engine.archive import Archive
from vmatui.engine.checking.checker import Checker
from vmatui.engine.checking.prover import proving
from vmatui.engine.checking.report import make_report
from vmatui.engine.checking.verify import walk_through
from vmatui.engine.comparing.compareplan import ComparePlan
from vmatui.engine.comparing.comparer import Comparer, DeviceComparer, DifferenceFunction
from vmatui.engine.comparing.comparison import CompareReport, ConfigComparison
from vmatui.engine.handover import stop_if
from vmatui.engine.progress import Meter, Phase, Progress, ProgressFunction, ignore
from vmatui.engine.restoring.checkpoint import check_archive
from vmatui.engine.walking.feed import BUFFER_SIZE
from vmatui.engine.walking.pipeline import read_ahead
from vmatui.engine.walking.visitor import Visitor
from vmatui.errors import SourceError
from vmatui.format.header import Config
from vmatui.storage.cachedrop import drop_cache
from vmatui.storage.images import open_image
from vmatui.storage.reading import read_start


def ignore_difference(_dev_id: int, _cluster: int, _blocks: int) -> None:
    """Take a cluster that differs and do nothing: for callers that wait for the report."""


def compare(
    archive: Archive,
    plan: ComparePlan,
    *,
    visitors: Sequence[Visitor] = (),
    on_difference: DifferenceFunction = ignore_difference,
    progress: ProgressFunction = ignore,
    cancel: threading.Event | None = None,
) -> CompareReport:
    """Compare targets with what an archive holds, as their media give it.

    Clusters that the archive does not hold soundly are not compared. A target is read only as far
    as its device goes, and not where it knows itself to be a hole. What of a target cannot be
    read is reported, and the rest is compared.

    Args:
        archive: Open; it is read from its first extent to its end and not closed.
        plan: Made for the same archive.
        visitors: Hear of every extent before it is compared.
        on_difference: Gets dev_id, cluster and a mask of its blocks, for each cluster that differs.
        progress: Gets a value about ten times a second and one at the end.
        cancel: Stops the job soon after it is set.

    Raises:
        UsageError: the plan was made for another archive.
        SourceError: a target cannot be opened, or the archive not be read any further.
        CancelledError: `cancel` was set.
    """
    check_archive(archive.header, plan.archive)
    archive.source.begin()
    stop = cancel or threading.Event()
    meter = Meter(progress)
    with _opened(plan, on_difference, meter, stop) as devices:
        configs = tuple(_compare_config(config, path) for config, path in plan.configs)
        checker = Checker(archive.header, archive.faults)
        with (
            proving(archive, checker) as provers,
            read_ahead(archive, stop, idle=meter.again) as items,
        ):
            seers = [*provers, *visitors, Comparer(devices)]
            walk_through(archive, items, checker, seers, meter)
        return CompareReport(
            verify=make_report(archive, checker, is_full=True),
            devices=tuple(devices[each.device.dev_id].result(each.path) for each in plan.devices),
            configs=configs,
        )


@contextmanager
def _opened(
    plan: ComparePlan, on_difference: DifferenceFunction, meter: Meter, stop: threading.Event
) -> Iterator[dict[int, DeviceComparer]]:
    """Open all targets, each after the kernel has forgotten it."""
    buffer = bytearray(BUFFER_SIZE)
    devices = {}
    with ExitStack() as undo:
        for number, each in enumerate(plan.devices):
            stop_if(stop)
            meter.tick(_syncing(number, len(plan.devices)), final=True)
            image = open_image(each.path, each.format)
            drop_cache(each.path)
            undo.callback(image.close)
            image.open()
            devices[each.device.dev_id] = DeviceComparer(each.device, image, buffer, on_difference)
        yield devices


def _syncing(number: int, total: int) -> Callable[[float], Progress]:
    now = Progress(Phase.SYNCING, number, total)
    return lambda elapsed: now._replace(elapsed=elapsed)


def _compare_config(config: Config, path: Path) -> ConfigComparison:
    try:
        found = read_start(path, len(config.data) + 1)
    except SourceError as error:
        return ConfigComparison(config.name, path, f"not compared: {error}")
    if found == config.data:
        return ConfigComparison(config.name, path, None)
    pairs = enumerate(zip(found, config.data, strict=False))
    shorter = min(len(found), len(config.data))
    first = next((at for at, (one, other) in pairs if one != other), shorter)
    return ConfigComparison(config.name, path, f"differs from {path} first at byte {first}")
