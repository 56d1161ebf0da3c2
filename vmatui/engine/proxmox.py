"""What makes an archive one that Proxmox VE takes: its name, its config, its map lines.

The conventions are those of vzdump: archives by VM id and local time, the config as
`qemu-server.conf`, and one `#qmdump#map:` line a disk that tells the restore where it goes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from vmatui.errors import UsageError
from vmatui.format.header import Config, Device
from vmatui.storage.faults import Compression

if TYPE_CHECKING:  # most runs describe no machine
    from vmatui.engine.machine import Machine

CONFIG_NAME: Final = "qemu-server.conf"
_SUFFIX: Final = {Compression.ZSTD: ".zst", Compression.GZIP: ".gz", Compression.LZOP: ".lzo"}
_DRIVE: Final = re.compile(r"drive-(([a-z]+)(0|[1-9]\d?))(?:-backup)?\Z")
_DRIVES: Final = {"scsi": 31, "virtio": 16, "sata": 6, "ide": 4, "efidisk": 1, "tpmstate": 1}
"""Disks of a kind that a VM can have, numbered from 0."""
_CANNOT_BOOT: Final = ("efidisk0", "tpmstate0")
_MAP_LINE: Final = re.compile(rb"^#qmdump#map:[^:\s]+:([^:\s]+):", re.MULTILINE)
_SECTION: Final = re.compile(rb"^\[", re.MULTILINE)
_UNITS: Final = ("", "K", "M", "G", "T")


def archive_name(vmid: int, ctime: int, compression: Compression) -> str:
    """Return the file name that vzdump would give, in local time."""
    moment = time.strftime("%Y_%m_%d-%H_%M_%S", time.localtime(ctime))
    return f"vzdump-qemu-{vmid}-{moment}{archive_suffix(compression)}"


def archive_suffix(compression: Compression) -> str:
    """Return how the name of an archive ends, `.vma.zst` for example."""
    return f".vma{_SUFFIX.get(compression, '')}"


def virtual_device(name: str) -> str | None:
    """Return what Proxmox VE calls a device of this name (`drive-scsi0` is `scsi0`), or None."""
    found = _DRIVE.match(name)
    if found is None or int(found.group(3)) >= _DRIVES.get(found.group(2), 0):
        return None
    return found.group(1)


def drive_of(name: str, taken: Container[str]) -> str:
    """Return what Proxmox VE calls a device.

    Args:
        name: Of the device.
        taken: What it calls the others.

    Raises:
        UsageError: it has no such disk, or that one is taken.
    """
    drive = virtual_device(name)
    if drive is None or drive in taken:
        raise UsageError(
            f"{name} is no name of a Proxmox disk, or that disk is there already: "
            "call it drive-scsi0, drive-virtio1 or the like"
        )
    return drive


def proxmox_configs(
    machine: Machine, devices: Iterable[Device], configs: Sequence[Config]
) -> list[Config]:
    """Return the configs with a `qemu-server.conf` that maps every disk.

    Args:
        machine: What stands in the config if none is given.
        devices: Of the archive.
        configs: One called `qemu-server.conf` gets only the map lines that it lacks.

    Raises:
        UsageError: no restore would find its disks by this.
    """
    drives = dict(_drives(devices))
    given = [config for config in configs if config.name == CONFIG_NAME]
    others = [config for config in configs if config.name != CONFIG_NAME]
    config, *more = given or [minimal_config(machine, drives)]
    return [with_map_lines(config, drives, machine.storage), *more, *others]


def minimal_config(machine: Machine, drives: Mapping[str, Device]) -> Config:
    """Return a `qemu-server.conf` that a restore takes, from the little that is known.

    Args:
        machine: What is known.
        drives: The disks under the names that Proxmox VE has for them.
    """
    lines = {
        "cores": str(machine.cores),
        "memory": str(machine.memory),
        "name": machine.name or f"vm-{machine.vmid}",
        "ostype": machine.ostype,
        "scsihw": "virtio-scsi-single",
    }
    if bootable := [drive for drive in drives if drive not in _CANNOT_BOOT]:
        lines["boot"] = f"order={bootable[0]}"
    if machine.bios != "seabios":
        lines["bios"] = machine.bios
    for number, (drive, device) in enumerate(drives.items()):
        volume = f"{machine.storage}:vm-{machine.vmid}-disk-{number}"
        version = ",version=v2.0" if drive == "tpmstate0" else ""
        lines[drive] = f"{volume},size={_size(device.size)}{version}"
    text = "".join(f"{key}: {value}\n" for key, value in sorted(lines.items()))
    return Config(CONFIG_NAME, text.encode())


def with_map_lines(config: Config, drives: Mapping[str, Device], storage: str) -> Config:
    """Return the config with a map line for every disk that has none yet.

    They go before the first section, because snapshots and pending changes are no part of what is
    restored.

    Raises:
        UsageError: it maps a disk that the archive does not have.
    """
    names = {device.name for device in drives.values()}
    mapped = {name.decode(errors="replace") for name in _MAP_LINE.findall(config.data)}
    for name in sorted(mapped - names):
        raise UsageError(
            f"{config.name} maps the device {name}, which would not be in the archive: "
            "add the disk, or remove the line"
        )
    section = _SECTION.search(config.data)
    at = section.start() if section else len(config.data)
    text = config.data[:at]
    if text and not text.endswith(b"\n"):
        text += b"\n"
    for drive, device in drives.items():
        if device.name not in mapped:
            text += f"#qmdump#map:{drive}:{device.name}:{storage}:raw:\n".encode()
    return Config(config.name, text + config.data[at:])


def _drives(devices: Iterable[Device]) -> Iterator[tuple[str, Device]]:
    """Yield the disks with the names that Proxmox VE has for them."""
    taken: set[str] = set()
    for device in devices:
        if device.is_vmstate:
            continue
        drive = drive_of(device.name, taken)
        taken.add(drive)
        yield drive, device


def _size(size: int) -> str:
    """Return a size as Proxmox VE writes it, in the largest unit that divides it."""
    unit = 0
    while size % 1024 == 0 and unit < len(_UNITS) - 1:
        size //= 1024
        unit += 1
    return f"{size}{_UNITS[unit]}"
