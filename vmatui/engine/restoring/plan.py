"""The restore plan: what will be written where, what is there now, and what speaks against it.

A plan is made without changing anything; the dry run, the confirmation and the job share it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from vmatui.engine.restoring.checkpoint import check_archive, identify_archive
from vmatui.engine.restoring.planneddevice import (
    PlannedDevice,
    Terms,
    overwrite_problem,
    plan_device,
)
from vmatui.engine.restoring.plansentences import device_sentence, size_text, space_warnings
from vmatui.engine.restoring.rivals import unfinished_problems
from vmatui.engine.restoring.unfinished import Unfinished, look_for_unfinished
from vmatui.errors import UsageError
from vmatui.format.header import Config, Device, Header
from vmatui.storage.blockdev import file_key
from vmatui.storage.destination import Destination
from vmatui.storage.imageformat import RAW
from vmatui.storage.names import safe_name
from vmatui.storage.newfile import temporary_path
from vmatui.storage.paths import is_among_devices, mode_of, no_folder


class PlannedConfig(NamedTuple):
    """Where a config file goes."""

    config: Config
    target: Path
    overwrites: bool = False
    """Whether a file that is there now will be lost."""
    problems: tuple[str, ...] = ()


class RestorePlan(NamedTuple):
    """What a restore will do."""

    folder: Path | None
    """Receives the configs, and the devices that are named nowhere else."""
    creates_folder: bool
    devices: tuple[PlannedDevice, ...]
    configs: tuple[PlannedConfig, ...]
    overwrite: bool
    """Whether the user agreed that existing files and devices are overwritten."""
    allow_larger: bool
    """Whether the user agreed to targets that are far larger than their devices."""
    unfinished: Unfinished
    """Where the job notes how far it is, and the earlier one that it goes on with."""
    archive: str
    """Digest of what the header declares of the archive that it was made for."""
    general_problems: tuple[str, ...] = ()
    general_warnings: tuple[str, ...] = ()

    def check_header(self, header: Header) -> None:
        """Make sure that the plan was made for the archive with this header.

        Raises:
            UsageError: it was made for another.
        """
        check_archive(header, self.archive)

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that stands against it; the job refuses a plan that has any."""
        of_devices = (text for planned in self.devices for text in planned.problems)
        of_configs = (text for planned in self.configs for text in planned.problems)
        # What is wrong with a folder is wrong for all that goes into it, and said once.
        return tuple(dict.fromkeys((*self.general_problems, *of_devices, *of_configs)))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What may go wrong, but need not."""
        of_devices = (text for planned in self.devices for text in planned.warnings)
        return (*self.general_warnings, *of_devices)

    @property
    def restored(self) -> tuple[PlannedDevice, ...]:
        """The devices that are not skipped."""
        return tuple(planned for planned in self.devices if planned.destination is not None)

    @property
    def overwrites(self) -> bool:
        """Whether something that is there now will be lost."""
        devices = any(planned.overwrites for planned in self.restored)
        return devices or any(planned.overwrites for planned in self.configs)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What will be done, in words, a sentence a device and one for the configs."""
        return (
            *_resume_sentences(self.unfinished),
            *map(device_sentence, self.devices),
            *_config_sentences(self),
        )


def plan_restore(
    header: Header,
    *,
    folder: str | os.PathLike[str] | None = None,
    to: Mapping[int, Destination | str | os.PathLike[str]] | None = None,
    formats: Mapping[int, str] | None = None,
    skip: Collection[int] = (),
    overwrite: bool = False,
    with_configs: bool = True,
    allow_larger: bool = False,
    resume: bool = False,
    resumable: bool = True,
    archive: str | os.PathLike[str] | None = None,
) -> RestorePlan:
    """Plan a restore; nothing is changed.

    Args:
        header: Of the archive.
        folder: Gets `disk-NAME.raw`, `vmstate.bin` and the configs; need not exist.
        to: Destinations by dev_id, before the folder; a path is one with nothing else said.
        formats: Formats of devices that go to the folder, by dev_id; raw unless named.
        skip: Ids of devices to leave out.
        overwrite: The user agreed that existing targets are overwritten.
        with_configs: False when the folder has the configs already; their names stay theirs.
        allow_larger: The user agreed to existing targets that are far larger than their devices.
        resume: Go on with the unfinished restore that was planned with the same words.
        resumable: Whether the job notes how far it is.
        archive: The archive's own file, which is never a target.

    Raises:
        UsageError: a device has neither target nor folder nor is skipped, or one is named that the
            archive does not have.
    """
    _check_ids(header, (*(to or {}), *(formats or {}), *skip))
    folder = None if folder is None else Path(folder)
    taken: set[str] = set()
    named = {dev_id: _destination(place) for dev_id, place in (to or {}).items()}
    claimed = [claim_name(config.name, taken) for config in header.configs] if folder else []
    wanted = {
        device.dev_id: named.get(device.dev_id)
        or _in_folder(device, folder, (formats or {}).get(device.dev_id, RAW), taken)
        for device in header.devices
        if device.dev_id not in skip
    }
    unfinished = Unfinished()
    if resumable:
        unfinished = look_for_unfinished(header, folder, wanted, resume=resume)
    configs = tuple(_plan_configs(header, folder, claimed, overwrite, unfinished)) if folder else ()
    terms = Terms(overwrite, allow_larger, folder, unfinished, used={})
    if archive is not None:
        terms.used[file_key(Path(archive))] = "the archive itself"
    for planned in configs:
        terms.used[file_key(planned.target)] = f"config {planned.config.name}"
    devices = [plan_device(device, wanted.get(device.dev_id), terms) for device in header.devices]
    in_the_way = unfinished_problems(unfinished, devices, [each.target for each in configs])
    return RestorePlan(
        folder=folder,
        creates_folder=folder is not None and not mode_of(folder),
        devices=tuple(devices),
        configs=configs if with_configs else (),
        overwrite=overwrite,
        allow_larger=allow_larger,
        unfinished=unfinished,
        archive=identify_archive(header),
        general_problems=(*in_the_way, *_folder_problems(folder)),
        general_warnings=tuple(space_warnings(devices)),
    )


def with_limits(plan: RestorePlan, limits: Mapping[int, int]) -> RestorePlan:
    """Return a plan with the bytes a second that are written at most, by dev_id."""

    def limited(planned: PlannedDevice) -> PlannedDevice:
        limit = limits.get(planned.device.dev_id)
        if planned.destination is None or limit is None:
            return planned
        return planned._replace(destination=planned.destination._replace(limit=limit))

    return plan._replace(devices=tuple(map(limited, plan.devices)))


def _check_ids(header: Header, named: Iterable[int]) -> None:
    known = {device.dev_id for device in header.devices}
    for dev_id in named:
        if dev_id not in known:
            ids = ", ".join(map(str, sorted(known))) or "none"
            raise UsageError(
                f"the archive has no device with the id {dev_id}; the ids that it has are: {ids}"
            )


def _destination(place: Destination | str | os.PathLike[str]) -> Destination:
    return place if isinstance(place, Destination) else Destination(os.fspath(place))


def _in_folder(device: Device, folder: Path | None, format: str, taken: set[str]) -> Destination:
    if folder is None:
        raise UsageError(
            f"{device.name} has no target: give a folder, or a target with --to "
            f"{device.name}=PATH, or leave it out with --skip {device.name}"
        )
    return Destination(str(folder / file_name(device, taken, format)), format)


def file_name(device: Device, taken: set[str], format: str = RAW) -> str:
    """Return the file name of a device in a folder, and add it to those taken.

    The names are the reference's: `disk-NAME.raw`, and `vmstate.bin` for the VM's memory.
    """
    is_memory = device.is_vmstate and format == RAW
    return claim_name("vmstate.bin" if is_memory else f"disk-{device.name}.{format}", taken)


def claim_name(wanted: str, taken: set[str]) -> str:
    """Return a safe name that is free, and whose temporary name is free too; take both.

    Args:
        wanted: As the archive has it.
        taken: Names in the folder; gets the two.
    """
    while temporary_path(Path(name := safe_name(wanted, taken))).name in taken:
        taken.add(name)
    taken.update({name, temporary_path(Path(name)).name})
    return name


def _plan_configs(
    header: Header, folder: Path, names: list[str], overwrite: bool, unfinished: Unfinished
) -> Iterator[PlannedConfig]:
    for config, name in zip(header.configs, names, strict=True):
        target = folder / name
        is_there = mode_of(target) != 0 and not unfinished.has_made(target)
        problems = (overwrite_problem(str(target)),) if is_there and not overwrite else ()
        yield PlannedConfig(config, target, is_there, problems)


def _folder_problems(folder: Path | None) -> Iterator[str]:
    if folder is None:
        return
    if mode_of(folder):
        if why := no_folder(folder):
            yield f"{folder} {why}: choose another"
    elif why := no_folder(folder.parent):
        yield f"{folder.parent} {why}: create it, or choose another folder"
    if is_among_devices(folder):
        yield f"{folder} is among the devices, its files would be in memory only: choose another"


def _resume_sentences(unfinished: Unfinished) -> Iterator[str]:
    if unfinished.checkpoint is None:
        return
    if unfinished.is_partly_done:
        done = size_text(unfinished.checkpoint.position)
        yield f"goes on with the unfinished restore: {done} of the archive are on the disk already"
    else:
        yield "goes on with the unfinished restore from its start: nothing is safe on the disk yet"


def _config_sentences(plan: RestorePlan) -> Iterator[str]:
    if plan.configs:
        names = ", ".join(planned.target.name for planned in plan.configs)
        yield f"configs into {plan.folder}: {names}"
    for planned in plan.configs:
        if planned.overwrites:
            yield f"{planned.config.name}: REPLACES the file {planned.target}"
