"""What a path really is, found out before anything is written to it.

Nothing here changes anything. A block device and all its partitions are looked at as one.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final, Literal, NamedTuple

from vmatui.errors import TargetError
from vmatui.storage.inuse import (
    SWAP,
    Identity,
    identify,
    identity_in,
    identity_of,
    layers_on,
    mounts_of,
    sysfs_folder,
    users_of,
    with_partitions,
)
from vmatui.storage.signature import ZFS_MEMBER, signature

SECTOR: Final = 512
"""Bytes in the unit of all block device sizes in sysfs, whatever the device's own blocks are."""


class PathFacts(NamedTuple):
    """What there is at a path."""

    path: Path
    """Absolute, all symbolic links followed."""
    kind: Literal["absent", "file", "block", "folder", "other"]
    size: int | None
    """Bytes of a file or a block device."""
    read_only: bool
    """Whether it cannot be written: by its nature, its file system or our rights."""
    mounted_at: tuple[str, ...]
    """Mount points of a block device and its partitions, and "swap" for swap space."""
    used_by: tuple[str, ...]
    """Who else works on it, each as one would say after "in use by"."""
    holds: str | None
    """What its bytes are a sign of, such as "ext4 file system"; None if nothing is known."""
    free: int | None
    """Bytes free where a file is or would be; None for a block device."""

    @property
    def occupation(self) -> str | None:
        """How it is in use, as one would say after "it is"; such a thing is never written."""
        places = [place for place in self.mounted_at if place != SWAP]
        uses = [f"mounted at {', '.join(places)}"] if places else []
        if SWAP in self.mounted_at:
            uses.append("used as swap space")
        if self.used_by:
            uses.append(f"in use by {', '.join(self.used_by)}")
        return " and ".join(uses) or None


def inspect(path: Path) -> PathFacts:
    """Find out what a path is, without changing anything.

    Raises:
        TargetError: it cannot be looked at, for example for lack of rights.
    """
    try:
        real = Path(os.path.realpath(path))
        try:
            status = path.stat()
        except FileNotFoundError:
            return _place_facts(real, "absent")
        if stat.S_ISBLK(status.st_mode):
            return _device_facts(real, status)
        if stat.S_ISREG(status.st_mode):
            return _file_facts(real, status)
        kind: Literal["folder", "other"] = "folder" if stat.S_ISDIR(status.st_mode) else "other"
        return _place_facts(real, kind)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise TargetError(f"cannot look at {path}: {reason}; name another target") from error


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths are one file or block device, or would be once it is created."""
    return file_key(one) == file_key(other)


def file_key(path: Path) -> Identity | str:
    """Return what is equal for two paths exactly if they are the same file."""
    return identity_of(path) or os.path.realpath(path)


def _place_facts(path: Path, kind: Literal["absent", "folder", "other"]) -> PathFacts:
    place = _nearest_existing(path)
    return PathFacts(
        path=path,
        kind=kind,
        size=None,
        read_only=not os.access(place, os.W_OK),
        mounted_at=(),
        used_by=(),
        holds=None,
        free=free_bytes(place),
    )


def _file_facts(path: Path, status: os.stat_result) -> PathFacts:
    wanted = {identify(status)}
    return PathFacts(
        path=path,
        kind="file",
        size=status.st_size,
        # A file is replaced by a new one beside it, so its folder counts as well.
        read_only=not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)),
        mounted_at=mounts_of(wanted),
        used_by=tuple(users_of(wanted, str(path))),
        holds=signature(path),
        free=free_bytes(path),
    )


def _device_facts(path: Path, status: os.stat_result) -> PathFacts:
    folder = sysfs_folder(identify(status))
    parts = with_partitions(folder)
    wanted = {identity_in(part) for part in parts}
    mounted_at = mounts_of(wanted)
    layers = [layer for part in parts for layer in layers_on(part)]
    used_by = (*layers, *users_of(wanted, "/dev/"))
    if not mounted_at and not used_by and _is_claimed(path):
        used_by = (_claimant(parts),)
    is_locked = (folder / "ro").read_text().strip() != "0"
    return PathFacts(
        path=path,
        kind="block",
        size=int((folder / "size").read_text()) * SECTOR,
        read_only=is_locked or not os.access(path, os.W_OK),
        mounted_at=mounted_at,
        used_by=used_by,
        holds=signature(path),
        free=None,
    )


def _is_claimed(path: Path) -> bool:
    """Whether somebody has the device, or a part of it, for himself alone."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC))
    except OSError as error:
        return error.errno == errno.EBUSY
    return False


def _claimant(parts: list[Path]) -> str:
    """Return who claims a device without a trace in sysfs; ZFS is known to."""
    if any(signature(Path("/dev", part.name)) == ZFS_MEMBER for part in parts):
        return "a ZFS pool"
    return "the kernel or another program"


def _nearest_existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())


def free_bytes(path: Path) -> int:
    """Return how many bytes are free where a path is."""
    numbers = os.statvfs(path)
    return numbers.f_bavail * numbers.f_frsize
