"""The VM that an archive is made for, when Proxmox VE is to restore it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from vmatui.errors import UsageError

MIN_VMID: Final = 100
MAX_VMID: Final = 999_999_999
_DNS_NAME: Final = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9-]+)*\Z")

Bus = Literal["scsi", "virtio", "sata", "ide"]


@dataclass(frozen=True, slots=True)
class Machine:
    """The few things about a VM that nobody can guess from its disks."""

    vmid: int
    name: str | None = None
    cores: int = 1
    memory: int = 2048
    """MiB."""
    ostype: str = "l26"
    bios: str = "seabios"
    """seabios or ovmf."""
    bus: Bus = "scsi"
    """Of disks that have no name."""
    storage: str = "local-lvm"
    """The storage that the config names; a restore may say another."""

    def __post_init__(self) -> None:
        if not MIN_VMID <= self.vmid <= MAX_VMID:
            raise UsageError(f"{self.vmid} is no VM id: they go from {MIN_VMID} to {MAX_VMID}")
        if self.name is not None and not _DNS_NAME.match(self.name):
            raise UsageError(f"{self.name!r} cannot be a VM's name: letters, digits, - and . only")
        if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_.-]*", self.storage):
            raise UsageError(f"{self.storage!r} cannot be the name of a storage of Proxmox VE")
        if self.cores < 1 or self.memory < 1:
            raise UsageError("a VM has at least one core and 1 MiB of memory")
