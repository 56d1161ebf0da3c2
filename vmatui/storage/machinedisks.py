"""The block devices of this machine, for a person to choose from.

Asked of `lsblk`, which needs no rights and opens no device. What it says comes in part from the
devices themselves and is not to be trusted as text.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from vmatui.errors import SourceError

_PATIENCE: Final = 10.0
"""Seconds before a machine whose devices do not answer is given up."""
_MAX_DISKS: Final = 4096
_COLUMNS: Final = "PATH,TYPE,SIZE,MODEL,FSTYPE,MOUNTPOINT"


class MachineDisk(NamedTuple):
    """A block device that is there now."""

    path: Path
    kind: str
    """disk, part, lvm, crypt, raid1, loop ..."""
    size: int
    """Bytes."""
    model: str | None
    file_system: str | None
    """What it holds, in the words of `lsblk`."""
    mounted_at: str | None
    """One place where it is mounted, or `[SWAP]`."""
    depth: int
    """How many devices it stands on: 0 is a disk, 1 a partition of it."""


def machine_disks() -> tuple[MachineDisk, ...]:
    """Return the block devices that hold anything, each after what it stands on.

    Raises:
        SourceError: `lsblk` is not installed, or does not answer.
    """
    program = shutil.which("lsblk") or shutil.which("lsblk", path="/usr/bin:/bin")
    if program is None:
        raise SourceError(
            "the disks of this machine cannot be listed, because lsblk is not installed: "
            "install util-linux, or type the path of the disk"
        )
    try:
        disks = list(_flat(_roots(program), 0))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise SourceError(
            f"the disks of this machine cannot be listed, because lsblk failed "
            f"({type(error).__name__}): type the path of the disk"
        ) from error
    found: dict[Path, MachineDisk] = {}
    for disk in disks[:_MAX_DISKS]:
        if disk.size:
            # A RAID or multipath device stands below each of its parts.
            found.setdefault(disk.path, disk)
    return tuple(found.values())


def _roots(program: str) -> list[Mapping[str, object]]:
    answer = subprocess.run(
        [program, "--json", "--bytes", "--output", _COLUMNS],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_PATIENCE,
        check=True,
    )
    roots: list[Mapping[str, object]] = json.loads(answer.stdout)["blockdevices"]
    return roots


def _flat(nodes: list[Mapping[str, object]], depth: int) -> Iterator[MachineDisk]:
    for node in nodes:
        yield MachineDisk(
            Path(str(node["path"])),
            str(node["type"]),
            int(str(node["size"] or 0)),
            _text(node["model"]),
            _text(node["fstype"]),
            _text(node["mountpoint"]),
            depth,
        )
        children = node.get("children")
        if isinstance(children, list):
            yield from _flat(children, depth + 1)


def _text(value: object) -> str | None:
    """Return what is said, or None where nothing is."""
    return str(value).strip() or None if value is not None else None
