"""The targets of a restore: the right kind for each device, all opened before one is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from vmatui.engine.plan import RestorePlan
from vmatui.engine.planneddevice import PlannedDevice
from vmatui.errors import TargetError
from vmatui.storage.blocktarget import BlockTarget
from vmatui.storage.destination import ZeroPolicy
from vmatui.storage.existingfile import ExistingFileTarget
from vmatui.storage.imageformat import RAW
from vmatui.storage.imagetarget import ExistingImageTarget, NewImageTarget
from vmatui.storage.nbdtarget import NbdTarget
from vmatui.storage.rawfile import RawFileTarget
from vmatui.storage.streamtarget import StreamTarget
from vmatui.storage.targets import Target


@dataclass(frozen=True, slots=True)
class OpenTargets:
    """Everything that a restore writes to."""

    devices: dict[int, Target]
    """By dev_id."""
    configs: list[tuple[Target, bytes]]
    """With what goes into each."""


@contextmanager
def opened_targets(plan: RestorePlan) -> Iterator[OpenTargets]:
    """Open all targets of a plan; whatever is not finished in the end is taken back.

    Raises:
        TargetError: one cannot be opened; nothing was changed.
    """
    devices = {planned.device.dev_id: _make_target(planned, plan) for planned in plan.restored}
    configs: list[tuple[Target, bytes]] = [
        (
            RawFileTarget(planned.target, len(planned.config.data), overwrite=plan.overwrite),
            planned.config.data,
        )
        for planned in plan.configs
    ]
    opened: list[Target] = []
    made_folder = _make_folder(plan)
    try:
        for target in (*devices.values(), *(target for target, _ in configs)):
            target.open()
            opened.append(target)
        yield OpenTargets(devices, configs)
    except BaseException:
        for target in opened:
            target.discard()
        if made_folder is not None:
            with suppress(OSError):
                made_folder.rmdir()
        raise


def _make_target(planned: PlannedDevice, plan: RestorePlan) -> Target:
    size, zero, allow_larger = planned.device.size, planned.zero, plan.allow_larger
    match planned.kind:
        case "stdout":
            return StreamTarget(size)
        case "nbd":
            return NbdTarget(planned.target or "", size, zero, allow_larger=allow_larger)
        case "block":
            return BlockTarget(planned.path, size, zero, allow_larger=allow_larger)
    if planned.is_direct:
        return _existing(planned, zero, allow_larger=allow_larger)
    if planned.format == RAW:
        return RawFileTarget(planned.path, size, overwrite=plan.overwrite)
    return NewImageTarget(
        planned.path,
        size,
        planned.format,
        disk_size=planned.image_size,
        overwrite=plan.overwrite,
    )


def _existing(planned: PlannedDevice, zero: ZeroPolicy, *, allow_larger: bool) -> Target:
    path, size = planned.path, planned.device.size
    if planned.format == RAW:
        return ExistingFileTarget(path, size, zero, allow_larger=allow_larger)
    return ExistingImageTarget(path, size, planned.format, zero, allow_larger=allow_larger)


def _make_folder(plan: RestorePlan) -> Path | None:
    if plan.folder is None or not plan.creates_folder:
        return None
    try:
        plan.folder.mkdir()
    except OSError as error:
        raise TargetError(f"cannot create the folder {plan.folder}: {error.strerror}") from error
    return plan.folder
