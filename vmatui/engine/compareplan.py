"""What is compared with what: the devices and configs of an archive, and where they should be.

The names in a folder are those that a restore with the same words gives.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from vmatui.engine.plan import RestorePlan, plan_restore
from vmatui.engine.restore import RestoreReport
from vmatui.errors import UsageError
from vmatui.format.header import Config, Device, Header
from vmatui.storage.imageformat import RAW
from vmatui.storage.publishing import incomplete_path


@dataclass(frozen=True, slots=True)
class ComparedDevice:
    """A device and the target that should hold it."""

    device: Device
    path: Path
    format: str | None
    """raw, qcow2 ...; None finds out by the first bytes."""


@dataclass(frozen=True, slots=True)
class ComparePlan:
    """What a comparison looks at."""

    devices: tuple[ComparedDevice, ...]
    configs: tuple[tuple[Config, Path], ...]
    warnings: tuple[str, ...] = ()
    """What may make equal things look different."""


def plan_compare(
    header: Header,
    *,
    folder: Path | None = None,
    to: Mapping[int, Path] | None = None,
    formats: Mapping[int, str] | None = None,
    skip: Collection[int] = (),
) -> ComparePlan:
    """Plan a comparison; nothing is changed.

    Args:
        header: Of the archive.
        folder: That a restore made: `disk-NAME.raw`, `vmstate.bin`, configs.
        to: Targets by dev_id, before the folder; without a folder the others are left out.
        formats: Of the targets in `to`, by dev_id; None finds out by the first bytes.
        skip: Ids of devices to leave out.

    Raises:
        UsageError: nothing is left to compare.
    """
    named = dict(to or {})
    known = {device.dev_id for device in header.devices}
    left_out = {*skip, *(known - named.keys() if folder is None else ())}
    plan = plan_restore(header, folder=folder, to=named, skip=left_out, overwrite=True)
    devices = tuple(
        ComparedDevice(
            planned.device,
            named.get(planned.device.dev_id) or _found(planned.target),
            (formats or {}).get(planned.device.dev_id) if planned.device.dev_id in named else RAW,
        )
        for planned in plan.restored
        if planned.target is not None
    )
    configs = tuple((planned.config, _found(planned.target)) for planned in plan.configs)
    if not devices and not configs:
        raise UsageError("nothing is left to compare: name a folder, or targets with --to DEV=PATH")
    return ComparePlan(devices, configs, tuple(_warnings(plan)))


def plan_check(plan: RestorePlan, report: RestoreReport) -> ComparePlan:
    """Plan to read back what a restore has just written.

    Args:
        plan: Of the restore.
        report: Of the same restore.
    """
    devices = zip(plan.restored, report.outputs, strict=True)
    configs = zip(plan.configs, report.configs, strict=True)
    return ComparePlan(
        tuple(ComparedDevice(planned.device, output.path, RAW) for planned, output in devices),
        tuple((planned.config, output.path) for planned, output in configs),
    )


def _found(path: Path) -> Path:
    """Return the path, or the one that calls itself incomplete where only that is there."""
    incomplete = incomplete_path(path)
    return incomplete if os.path.lexists(incomplete) and not os.path.lexists(path) else path


def _warnings(plan: RestorePlan) -> list[str]:
    return [
        f"{planned.target} is {planned.facts.occupation}: what changes while it is read is told "
        "as a difference"
        for planned in plan.restored
        if planned.facts is not None and planned.facts.occupation is not None
    ]
