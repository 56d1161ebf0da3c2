"""The restore plan: what will be written where, what is there now, and what speaks against it.

A plan is made without changing anything; the dry run, the confirmation and the job share it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vmatui.errors import TargetError, UsageError
from vmatui.format.header import Config, Device, Header
from vmatui.storage.blockdev import PathFacts, inspect, same_file
from vmatui.storage.blocktarget import MAX_LARGER
from vmatui.storage.names import safe_name
from vmatui.storage.rawfile import temporary_path


@dataclass(frozen=True, slots=True)
class PlannedDevice:
    """What happens to one device."""

    device: Device
    target: Path | None
    """Where it goes, or None when it is skipped."""
    facts: PathFacts | None
    """What the target is now; None when it is skipped or cannot be looked at."""
    problems: tuple[str, ...] = ()
    """Why it cannot be done, a sentence each."""

    @property
    def overwrites(self) -> bool:
        """Whether something that is there now will be lost."""
        return self.facts is not None and self.facts.kind in {"file", "block"}


@dataclass(frozen=True, slots=True)
class PlannedConfig:
    """Where a config file goes."""

    config: Config
    target: Path
    overwrites: bool = False
    """Whether a file that is there now will be lost."""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What a restore will do."""

    folder: Path | None
    """Receives the configs, and the devices that are named nowhere else."""
    creates_folder: bool
    devices: tuple[PlannedDevice, ...]
    configs: tuple[PlannedConfig, ...]
    overwrite: bool
    """Whether the user agreed that existing files and devices are overwritten."""
    general_problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """What may go wrong, but need not."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that stands against it; the job refuses a plan that has any."""
        of_devices = (text for planned in self.devices for text in planned.problems)
        of_configs = (text for planned in self.configs for text in planned.problems)
        return (*self.general_problems, *of_devices, *of_configs)

    @property
    def restored(self) -> tuple[PlannedDevice, ...]:
        """The devices that are not skipped."""
        return tuple(planned for planned in self.devices if planned.target is not None)

    @property
    def overwrites(self) -> bool:
        """Whether something that is there now will be lost."""
        devices = any(planned.overwrites for planned in self.restored)
        return devices or any(planned.overwrites for planned in self.configs)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What will be done, in words, a sentence a device and one for the configs."""
        return tuple(_sentences(self))


def plan_restore(
    header: Header,
    *,
    folder: Path | None = None,
    to: Mapping[int, Path] | None = None,
    skip: Collection[int] = (),
    overwrite: bool = False,
    with_configs: bool = True,
    archive: Path | None = None,
) -> RestorePlan:
    """Plan a restore; nothing is changed.

    Args:
        header: Of the archive.
        folder: Gets `disk-NAME.raw`, `vmstate.bin` and the configs; need not exist.
        to: Target file or block device by dev_id, before the folder.
        skip: Ids of devices to leave out.
        overwrite: The user agreed that existing targets are overwritten.
        with_configs: False when the folder has the configs already; their names stay theirs.
        archive: The archive's own file, which is never a target.

    Raises:
        UsageError: a device has neither target nor folder nor is skipped.
    """
    named = dict(to or {})
    taken: set[str] = set()
    configs = tuple(_plan_configs(header, folder, taken, overwrite)) if folder else ()
    used: dict[Path, str] = {} if archive is None else {archive: "the archive itself"}
    used.update({planned.target: f"config {planned.config.name}" for planned in configs})
    devices = []
    for device in header.devices:
        target = None if device.dev_id in skip else named.get(device.dev_id)
        if target is None and device.dev_id not in skip:
            if folder is None:
                raise UsageError(
                    f"{device.name} has no target: give a folder, or a target with --to "
                    f"{device.name}=PATH, or leave it out with --skip {device.name}"
                )
            target = folder / file_name(device, taken)
        in_folder = folder is not None and device.dev_id not in named
        devices.append(_plan_device(device, target, used, overwrite, in_folder=in_folder))
    return RestorePlan(
        folder=folder,
        creates_folder=folder is not None and not _is_there(folder),
        devices=tuple(devices),
        configs=configs if with_configs else (),
        overwrite=overwrite,
        general_problems=tuple(_folder_problems(folder)),
        warnings=tuple(_space_warnings(devices)),
    )


def file_name(device: Device, taken: set[str]) -> str:
    """Return the file name of a device in a folder, and add it to those taken.

    The names are the reference's: `disk-NAME.raw`, and `vmstate.bin` for the VM's memory.
    """
    return _claim("vmstate.bin" if device.is_vmstate else f"disk-{device.name}.raw", taken)


def _claim(wanted: str, taken: set[str]) -> str:
    """Return a safe name that is free, and whose temporary name is free too; take both."""
    while temporary_path(Path(name := safe_name(wanted, taken))).name in taken:
        taken.add(name)
    taken.update({name, temporary_path(Path(name)).name})
    return name


def _plan_configs(
    header: Header, folder: Path, taken: set[str], overwrite: bool
) -> Iterator[PlannedConfig]:
    for config in header.configs:
        target = folder / _claim(config.name, taken)
        is_there = _is_there(target)
        problems = (_exists(target),) if is_there and not overwrite else ()
        yield PlannedConfig(config, target, is_there, problems)


def _plan_device(
    device: Device,
    target: Path | None,
    used: dict[Path, str],
    overwrite: bool,
    *,
    in_folder: bool,
) -> PlannedDevice:
    if target is None:
        return PlannedDevice(device, None, None)
    try:
        facts = inspect(target)
    except TargetError as error:
        return PlannedDevice(device, target, None, (str(error),))
    problems = list(_target_problems(device, facts, overwrite))
    # A folder that is not there yet is judged once, for all that goes into it.
    if not in_folder and not facts.path.parent.is_dir():
        problems.append(f"{facts.path.parent} does not exist: create it, or choose another place")
    for other, name in used.items():
        if same_file(other, target):
            problems.append(f"{target} is already in use as {name}: choose another")
    used[target] = f"the target of {device.name}"
    return PlannedDevice(device, target, facts, tuple(problems))


def _target_problems(device: Device, facts: PathFacts, overwrite: bool) -> Iterator[str]:
    path = facts.path
    if facts.kind in {"folder", "other"}:
        yield f"{path} is a {facts.kind if facts.kind == 'folder' else 'special file'}: name a file"
        return
    if facts.occupation is not None:
        yield f"{path} is {facts.occupation}: release it first"
    if facts.read_only:
        yield f"{path} is read-only: it cannot be written"
    if facts.kind == "block" and facts.size is not None:
        if facts.size < device.size:
            yield f"{path} has {facts.size} bytes, {device.name} needs {device.size}: too small"
        elif facts.size > device.size + MAX_LARGER:
            yield (
                f"{path} has {facts.size} bytes, {device.name} only {device.size}: "
                "a device more than 4 MiB larger is probably the wrong one"
            )
    if facts.kind in {"file", "block"} and not overwrite:
        yield _exists(path)
    if facts.kind != "block" and temporary_path(path).exists():
        yield (
            f"{temporary_path(path)} is in the way, an unfinished output of an earlier restore: "
            "remove it first"
        )


def _is_there(path: Path) -> bool:
    """Whether a path exists; one that cannot even be looked at is refused when it is created."""
    try:
        return path.exists()
    except OSError:
        return False


def _exists(path: Path) -> str:
    return f"{path} exists and would be overwritten: agree to it (--overwrite) or choose another"


def _folder_problems(folder: Path | None) -> Iterator[str]:
    if folder is None:
        return
    if _is_there(folder) and not folder.is_dir():
        yield f"{folder} is no folder: choose another"
    elif not _is_there(folder) and not folder.parent.is_dir():
        yield f"{folder.parent} does not exist: create it, or choose another folder"


def _space_warnings(devices: list[PlannedDevice]) -> Iterator[str]:
    """A sparse file may need far less than its size, so too little space is no problem yet."""
    needed: dict[int, int] = {}
    free: dict[int, tuple[int, Path]] = {}
    for planned in devices:
        if planned.facts is not None and planned.facts.free is not None:
            place = next(path for path in planned.facts.path.parents if path.exists())
            system = place.stat().st_dev
            needed[system] = needed.get(system, 0) + planned.device.size
            free[system] = planned.facts.free, place
    for system, size in needed.items():
        available, place = free[system]
        if size > available:
            yield (
                f"the disks need up to {_size(size)} in {place}, {_size(available)} are free: "
                "enough only if much of them is zero"
            )


def _sentences(plan: RestorePlan) -> Iterator[str]:
    for planned in plan.devices:
        name, size = planned.device.name, _size(planned.device.size)
        if planned.target is None:
            yield f"{name}: skipped"
        elif planned.facts is None:
            yield f"{name}: cannot be written to {planned.target}"
        elif planned.facts.kind == "block":
            holds = f", which holds {planned.facts.holds}" if planned.facts.holds else ""
            yield f"{name}: {size} OVERWRITE the block device {planned.target}{holds}"
        elif planned.facts.kind == "file":
            yield f"{name}: {size} REPLACE the file {planned.target}"
        else:
            yield f"{name}: {size} into the new file {planned.target}"
    if plan.configs:
        names = ", ".join(planned.target.name for planned in plan.configs)
        yield f"configs into {plan.folder}: {names}"
    for planned_config in plan.configs:
        if planned_config.overwrites:
            yield f"{planned_config.config.name}: REPLACES the file {planned_config.target}"


def _size(size: int) -> str:
    """Return a size as people say it; how large something is exactly never decides here."""
    from humanize import naturalsize  # only who plans waits for it

    return naturalsize(size, binary=True)
