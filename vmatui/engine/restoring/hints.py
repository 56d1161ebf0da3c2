"""Where the disks of a backup were: the `#qmdump#map:` lines in the config of its VM.

They are only hints (VMA format, Proxmox VE's conventions), written by whoever made the archive:
bounded in number and length, and never a path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from vmatui.engine.proxmox import CONFIG_NAME
from vmatui.format.header import Header
from vmatui.storage.imageformat import RAW

_LINE: Final = re.compile(
    rb"^#qmdump#map:([^:\s]{1,64}):([^:\s]{1,255}):([^:\s]{0,64}):([^:\s]{0,16}):?[ \t]*\r?$",
    re.MULTILINE,
)


class Hint(NamedTuple):
    """Where one disk was when it was backed up."""

    drive: str
    """What Proxmox VE calls the disk, `scsi0`."""
    storage: str
    """The storage that it was on; empty if that is not said."""
    format: str
    """Of its image there, in Proxmox VE's words."""

    def in_words(self, name: str) -> str:
        """Return where the disk was, as one would say after "was".

        Args:
            name: Of the device; the drive that it is called after is not said again.
        """
        words = [] if name == f"drive-{self.drive}" else [self.drive]
        words += [f"on {self.storage}"] if self.storage else []
        return " ".join(words)


def find_hints(header: Header) -> Mapping[str, Hint]:
    """Return the hints of an archive, by the name of the device; the first for a name counts."""
    config = header.config(CONFIG_NAME)
    names = {device.name for device in header.devices}
    hints: dict[str, Hint] = {}
    for found in _LINE.finditer(config.data if config is not None else b""):
        drive, name, storage, format = (part.decode(errors="replace") for part in found.groups())
        if name in names:
            hints.setdefault(name, Hint(drive, storage, format or RAW))
    return hints
