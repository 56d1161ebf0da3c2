"""The plan of a new archive: which disks, which configs, where to, and what speaks against it.

Everything that can be known before the first byte of data is read is checked here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid4

from vmatui.engine.creating.createsentences import sentences_of, warnings_of
from vmatui.engine.creating.diskfacts import facts_of
from vmatui.engine.proxmox import archive_name, proxmox_configs
from vmatui.engine.walking.newextents import SLOTS
from vmatui.errors import UsageError
from vmatui.format import layout
from vmatui.format.header import Config, Device
from vmatui.format.pack import pack_header
from vmatui.storage.blockdev import inspect, same_file
from vmatui.storage.faults import Compression
from vmatui.storage.names import is_safe
from vmatui.storage.outputs import COMMAND, STANDARD_OUTPUT, open_output
from vmatui.storage.paths import is_among_devices, is_folder, is_stream, no_folder

if TYPE_CHECKING:  # most archives are of no machine
    from vmatui.engine.machine import Machine


class DiskSource(NamedTuple):
    """A disk that shall go into an archive."""

    path: str | os.PathLike[str]
    name: str | None = None
    """The device's name; None makes it `disk0` (or `drive-scsi0`), `disk1` ... by its place."""
    format: str | None = None
    """raw, qcow2, vmdk, vhdx or vdi; None finds out."""


class PlannedDisk(NamedTuple):
    """A disk with the device that it becomes."""

    device: Device
    path: Path
    format: str | None
    lies_on: tuple[str, ...] = ()
    """Further files that it is read from, as `vmatui.storage.images.Image` has them."""


class CreatePlan(NamedTuple):
    """What a create will do."""

    target: str
    """A path, `-` for standard output, or `exec:COMMAND`."""
    uuid: UUID
    ctime: int
    disks: tuple[PlannedDisk, ...]
    configs: tuple[Config, ...]
    compression: Compression | None
    """None goes by the target's suffix."""
    level: int | None
    threads: int
    worst_case: int
    """Bytes of the archive if no block is zero and nothing can be compressed."""
    free: int | None
    """Bytes free where it is written; None when that is not a file."""
    problems: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def header(self) -> bytes:
        """The archive header, packed."""
        devices = [disk.device for disk in self.disks]
        return pack_header(self.uuid, self.ctime, devices, self.configs)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What will be done, in words, a sentence a disk, for the configs and for the archive."""
        return tuple(sentences_of(self))


def plan_create(
    target: str | os.PathLike[str],
    disks: Sequence[DiskSource],
    configs: Sequence[Config] = (),
    *,
    machine: Machine | None = None,
    compression: Compression | None = None,
    level: int | None = None,
    threads: int = 0,
    ctime: int | None = None,
) -> CreatePlan:
    """Plan an archive; nothing is written, and the disks are only opened.

    Args:
        target: A path that does not exist, a FIFO, `-` for standard output, or `exec:COMMAND`;
            with a machine the folder that gets the archive.
        disks: In the order of their device ids.
        configs: Stored under their names.
        machine: Makes it an archive that Proxmox VE restores, with the name, the device names and
            the config that this takes.
        compression: None goes by the target's suffix; with a machine it is zstd.
        level: The compressor's; None for its default.
        threads: The compressor's; 0 for as many as there are processors.
        ctime: Seconds since the epoch; None is now.

    Raises:
        UsageError: the format, the compressor or Proxmox VE cannot take this.
        SourceError: a disk cannot be opened.
        TargetError: the target cannot be looked at.
    """
    created = int(time.time()) if ctime is None else ctime
    place = os.fspath(target)
    if machine is not None:
        compression = compression or Compression.ZSTD
        place = str(_folder(place) / archive_name(machine.vmid, created, compression))
    _check_target(place)
    open_output(place, compression=compression, level=level, threads=threads).discard()
    planned = tuple(_plan_disks(disks, "disk" if machine is None else f"drive-{machine.bus}"))
    devices = [disk.device for disk in planned]
    if machine is not None:
        configs = proxmox_configs(machine, devices, configs)
    _check_configs(configs)
    if not devices and not configs:
        raise UsageError("there is nothing to put into the archive: name a disk or a config")
    uuid = uuid4()
    worst = len(pack_header(uuid, created, devices, configs)) + _worst_payload(devices)
    path = file_of(place)
    free = inspect(path).free if path is not None else None
    return CreatePlan(
        place,
        uuid,
        created,
        planned,
        tuple(configs),
        compression,
        level,
        threads,
        worst,
        free,
        tuple(_problems(place, planned)),
        tuple(warnings_of(planned, worst, free)),
    )


def file_of(target: str) -> Path | None:
    """Return the path of a target that is a file, or None for a pipe or command."""
    if target == STANDARD_OUTPUT or target.startswith(COMMAND):
        return None
    path = Path(target)
    return None if is_stream(path) else path


def _check_target(target: str) -> None:
    path = file_of(target)
    if path is not None and (not path.name or is_folder(path)):
        raise UsageError(f"{path} is a folder: name the file in it that becomes the archive")


def _folder(target: str) -> Path:
    folder = Path(target)
    if why := no_folder(folder):
        raise UsageError(f"{target} {why}: name the folder that gets the archive for Proxmox")
    return folder


def _plan_disks(disks: Sequence[DiskSource], unnamed: str) -> Iterator[PlannedDisk]:
    if len(disks) > layout.MAX_DEV_ID:
        raise UsageError(
            f"an archive holds {layout.MAX_DEV_ID} devices at most, not {len(disks)}: "
            "leave some out"
        )
    names = [
        f"{unnamed}{number}" if disk.name is None else disk.name
        for number, disk in enumerate(disks)
    ]
    _check_names(names, "disks")
    for number, (disk, name) in enumerate(zip(disks, names, strict=True)):
        path = Path(disk.path)
        facts = facts_of(path, disk.format)
        device = Device(number + 1, name, facts.size)
        yield PlannedDisk(device, path, disk.format, facts.lies_on)


def _check_configs(configs: Sequence[Config]) -> None:
    if len(configs) > layout.NAME_ENTRIES:
        raise UsageError(
            f"an archive holds {layout.NAME_ENTRIES} configs at most, not {len(configs)}: "
            "leave some out"
        )
    _check_names([config.name for config in configs], "configs")


def _check_names(names: Iterable[str], things: str) -> None:
    seen: set[str] = set()
    for name in names:
        check_name(name, seen, things)
        seen.add(name)


def check_name(name: str, taken: Container[str], things: str) -> None:
    """Refuse a name that no restore could give to a file.

    Args:
        name: Of a device or a config.
        taken: The names of the others.
        things: What is called so: `disks` or `configs`.

    Raises:
        UsageError: it is taken, or not safe.
    """
    if name in taken:
        raise UsageError(f"two {things} are called {name}: give each a name of its own")
    if not is_safe(name):
        raise UsageError(
            f"{name!r} cannot be a name in an archive, because no file can be called so: "
            "use letters, digits, dots and dashes"
        )


def _worst_payload(devices: Iterable[Device]) -> int:
    clusters = sum(device.clusters for device in devices)
    return clusters * layout.CLUSTER_SIZE + -(-clusters // SLOTS) * layout.EXTENT_HEADER_SIZE


def _problems(target: str, disks: Sequence[PlannedDisk]) -> Iterator[str]:
    path = file_of(target)
    if path is None:
        return
    if why := no_folder(path.parent):
        yield f"the folder {path.parent} {why}: create it, or choose another"
    elif any(same_file(path, disk.path) for disk in disks):
        yield f"{path} is one of the disks: choose another target"
    elif os.path.lexists(path):
        yield f"{path} exists: archives are never overwritten, choose another name"
    elif is_among_devices(path.parent):
        yield f"{path} would be among the devices, in memory only: choose another folder"
