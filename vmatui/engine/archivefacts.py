"""What is known of an archive without walking it: its header, and what its file is.

An archive is opened, looked at and closed again; each job opens it anew, because a source is
walked once.
"""

from __future__ import annotations

import re
import stat
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from vmatui.engine.archive import Archive, open_archive
from vmatui.errors import SourceError
from vmatui.format.codes import Fault
from vmatui.format.header import Header
from vmatui.storage.faults import Compression
from vmatui.storage.names import TEMPORARY
from vmatui.storage.paths import mode_of

VM_CONFIG: Final = "qemu-server.conf"
_MAX_NAME: Final = 200
_VZDUMP: Final = re.compile(
    rf"(?:{TEMPORARY})?vzdump-qemu-(\d{{1,12}})-(\d{{4}}_\d\d_\d\d-\d\d_\d\d_\d\d)\."
)


class ArchiveFacts(NamedTuple):
    """An archive as its header and its file present it."""

    path: Path
    header: Header
    faults: tuple[Fault, ...]
    """What is wrong with the header."""
    compression: Compression
    seekable: bool
    """Whether its extents can be mapped from their headers alone."""
    disk_size: int | None
    """Bytes on disk, packed as they are."""

    @property
    def vm_name(self) -> str:
        """The VM's name from its config, or an empty string."""
        return vm_name(self.header)

    @property
    def vm_id(self) -> int | None:
        """The VM's id from the file's name, if it has the usual form."""
        return vm_id(self.path.name)

    @property
    def devices_size(self) -> int:
        """Bytes of all devices together."""
        return sum(device.size for device in self.header.devices)


def look_into(path: Path) -> ArchiveFacts:
    """Open an archive, read its header and close it again.

    Raises:
        SourceError: it cannot be opened, or read only once.
        NotAnArchiveError: it is something else.
        HeaderError: its header is cut or makes no sense.
    """
    if stat.S_ISFIFO(mode_of(path)):
        raise SourceError(f"{path} is a pipe and can be read only once: save it to a file first")
    with open_archive(path) as archive:
        source = archive.source
        return ArchiveFacts(
            path,
            archive.header,
            archive.faults,
            source.compression,
            source.seekable,
            source.disk_size,
        )


def reopen(facts: ArchiveFacts) -> Archive:
    """Open the archive again for a job.

    Raises:
        SourceError: it cannot be opened, or is not the same any more.
    """
    archive = open_archive(facts.path)
    if archive.header != facts.header:
        archive.close()
        raise SourceError(
            f"{facts.path} has changed since it was opened: go back and open it again"
        )
    return archive


def vm_name(header: Header) -> str:
    """Return the `name:` of the VM's config, looked for before its first section."""
    config = header.config(VM_CONFIG)
    if config is None:
        return ""
    for line in config.data.splitlines():
        if line.startswith(b"["):
            break
        key, _, value = line.partition(b":")
        if key == b"name":
            return value.strip()[:_MAX_NAME].decode("utf-8", "replace")
    return ""


def vm_id(file_name: str) -> int | None:
    """Return the VM's id from the name that a Proxmox backup has."""
    match = _VZDUMP.match(file_name)
    return int(match[1]) if match else None


def name_time(file_name: str) -> float | None:
    """Return when the backup began, as its name says in local time; seconds since the epoch."""
    match = _VZDUMP.match(file_name)
    if match is None:
        return None
    try:
        return datetime.strptime(match[2], "%Y_%m_%d-%H_%M_%S").timestamp()
    except (ValueError, OverflowError):
        return None
