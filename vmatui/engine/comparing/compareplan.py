"""What is compared with what: the devices and configs of an archive, and where they should be.

The names in a folder are those that a restore with the same words gives.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from vmatui.engine.restoring.plan import RestorePlan, plan_restore
from vmatui.engine.restoring.planneddevice import PlannedDevice
from vmatui.engine.restoring.restore import RestoreReport
from vmatui.errors import UsageError
from vmatui.format.header import Config, Device, Header
from vmatui.storage.destination import Destination
from vmatui.storage.publishing import incomplete_path


class ComparedDevice(NamedTuple):
    """A device and the target that should hold it."""

    device: Device
    path: Path
    format: str | None
    """raw, qcow2 ...; None finds out by the first bytes."""


class ComparePlan(NamedTuple):
    """What a comparison looks at."""

    devices: tuple[ComparedDevice, ...]
    configs: tuple[tuple[Config, Path], ...]
    archive: str
    """Digest of what the header declares of the archive that it was made for."""
    warnings: tuple[str, ...] = ()
    """What may make equal things look different."""


def plan_compare(
    header: Header,
    *,
    folder: str | os.PathLike[str] | None = None,
    to: Mapping[int, Destination | str | os.PathLike[str]] | None = None,
    formats: Mapping[int, str] | None = None,
    skip: Collection[int] = (),
) -> ComparePlan:
    """Plan a comparison; nothing is changed.

    Args:
        header: Of the archive.
        folder: That a restore made: `disk-NAME.raw`, `vmstate.bin`, configs.
        to: Targets by dev_id, before the folder; without a folder the others are left out. Where
            no format is said, the first bytes tell it.
        formats: Formats of devices in the folder, by dev_id; raw unless named.
        skip: Ids of devices to leave out.

    Raises:
        UsageError: nothing is left to compare, a target is no path, or the archive has not a device
            that is named.
    """
    named = to or {}
    known = {device.dev_id for device in header.devices}
    left_out = {*skip, *(known - named.keys() if folder is None else ())}
    plan = plan_restore(
        header, folder=folder, to=named, formats=formats, skip=left_out, overwrite=True
    )
    devices = tuple(
        ComparedDevice(each.device, _found(path), _said(each))
        for each, path in zip(plan.restored, paths_to_read(plan), strict=True)
    )
    configs = tuple((each.config, _found(each.target)) for each in plan.configs)
    if not devices and not configs:
        raise UsageError("nothing is left to compare: name a folder, or targets with --to DEV=PATH")
    return ComparePlan(devices, configs, plan.archive, tuple(_warnings(plan)))


def plan_check(plan: RestorePlan, report: RestoreReport) -> ComparePlan:
    """Plan to read back what a restore has just written.

    Args:
        plan: Of the restore; `paths_to_read` takes it.
        report: Of the same restore.
    """
    devices = zip(plan.restored, report.outputs, strict=True)
    configs = zip(plan.configs, report.configs, strict=True)
    return ComparePlan(
        tuple(ComparedDevice(each.device, output.path, each.format) for each, output in devices),
        tuple((each.config, output.path) for each, output in configs),
        plan.archive,
    )


def paths_to_read(plan: RestorePlan) -> list[Path]:
    """Return the targets of a restore as files and block devices that can be read back.

    Raises:
        UsageError: one is something else.
    """
    paths = []
    for each in plan.restored:
        path = None if each.destination is None else each.destination.path
        if path is None:
            raise UsageError(
                f"{each.target} cannot be read back: compare {each.device.name} where it is "
                "a file or a block device"
            )
        paths.append(path)
    return paths


def _said(planned: PlannedDevice) -> str | None:
    return None if planned.destination is None else planned.destination.format


def _found(path: Path) -> Path:
    """Return the path, or the one that calls itself incomplete where only that is there."""
    if os.path.lexists(path):
        return path
    incomplete = incomplete_path(path)
    return incomplete if os.path.lexists(incomplete) else path


def _warnings(plan: RestorePlan) -> list[str]:
    return [
        f"{each.target} is {each.facts.occupation}: what changes while it is read is told "
        "as a difference"
        for each in plan.restored
        if each.facts is not None and each.facts.occupation is not None
    ]
