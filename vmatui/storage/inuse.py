"""Who uses a file or a block device right now: mounts, swap, devices built on it, programs.

All of it is read from /proc and /sys; nothing is opened or changed. What this user may not see
counts as unused: opening a device exclusively is the last word.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from vmatui.errors import printable

Identity = tuple[str, int, int]
"""What makes two names one thing: ("block", major, minor) or ("file", file system, inode)."""

SWAP: Final = "swap"
"""Stands among the mount points of what is swap space; they all start with a slash."""
_DEVICE_MAPPER: Final = {"LVM": "LVM", "CRYPT": "encryption", "mpath": "multipath"}


def identify(status: os.stat_result) -> Identity:
    """Return the identity of what was looked at."""
    if stat.S_ISBLK(status.st_mode):
        return "block", os.major(status.st_rdev), os.minor(status.st_rdev)
    return "file", status.st_dev, status.st_ino


def identity_of(path: str | Path) -> Identity | None:
    """Return the identity of what a path leads to, or None if it leads nowhere."""
    try:
        return identify(Path(path).stat())
    except (OSError, ValueError):
        return None


def sysfs_folder(device: Identity) -> Path:
    """Return the folder in sysfs of a block device, under the kernel's name for it."""
    return Path(f"/sys/dev/block/{device[1]}:{device[2]}").resolve()


def with_partitions(folder: Path) -> list[Path]:
    """Return the sysfs folders of a block device and of its partitions."""
    return [folder, *sorted(entry.parent for entry in folder.glob("*/partition"))]


def identity_in(folder: Path) -> Identity:
    """Return the identity of the block device that a sysfs folder is about."""
    major, _, minor = (folder / "dev").read_text().partition(":")
    return "block", int(major), int(minor)


def mounts_of(wanted: Collection[Identity]) -> tuple[str, ...]:
    """Return where the file systems on these devices are mounted, and "swap" for swap space."""
    found = [place for identity, place in _mounts() if identity in wanted]
    if any(identity_of(path) in wanted for path in _swaps()):
        found.append(SWAP)
    return tuple(dict.fromkeys(found))


def users_of(wanted: Collection[Identity], prefix: str) -> Iterator[str]:
    """Yield what works on these files or devices: loop devices and programs that may write.

    Args:
        wanted: What is asked about.
        prefix: How its names in /proc and /sys begin. Other files are not even looked at, for one
            on a server that is gone would never answer.
    """
    for backing in Path("/sys/class/block").glob("loop*/loop/backing_file"):
        name = _read(backing).removesuffix("\n")
        if name.startswith(prefix) and identity_of(name) in wanted:
            yield _described(backing.parents[1])
    # Plain strings: with hundreds of targets this looks at many thousand links.
    for process in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208
        if any(_is_writer(process, number, wanted, prefix) for number in _descriptors(process)):
            name = _read(Path("/proc", process, "comm")).strip()
            yield printable(f"{name} (process {process})")


def layers_on(folder: Path) -> Iterator[str]:
    """Yield the devices that the kernel has built on one: LVM, RAID, encryption, multipath ..."""
    for holder in sorted((folder / "holders").iterdir()):
        kind = _read(holder / "dm/uuid").partition("-")[0]
        name = _read(holder / "dm/name").strip()
        device = f"/dev/{holder.name}"
        if name:
            yield printable(f"{_DEVICE_MAPPER.get(kind, 'device mapper')} {name} ({device})")
        else:
            yield f"RAID {device}" if (holder / "md").exists() else device


def _mounts() -> Iterator[tuple[Identity | None, str]]:
    # Some file systems (btrfs) are mounted under a number of their own: then the source tells.
    for line in Path("/proc/self/mountinfo").read_bytes().strip().split(b"\n"):
        fields = line.split(b" ")
        place = printable(_unescaped(fields[4]))
        major, _, minor = fields[2].partition(b":")
        yield ("block", int(major), int(minor)), place
        source = _unescaped(fields[fields.index(b"-", 6) + 2])
        if source.startswith("/dev/"):
            yield identity_of(source), place


def _swaps() -> Iterator[str]:
    for line in _read(Path("/proc/swaps")).splitlines()[1:]:
        yield _unescaped(os.fsencode(line.split()[0]))


def _described(loop: Path) -> str:
    mounts = mounts_of([identity_in(folder) for folder in with_partitions(loop.resolve())])
    return f"/dev/{loop.name}" + (f" (mounted at {', '.join(mounts)})" if mounts else "")


def _descriptors(process: str) -> list[str]:
    try:
        return os.listdir(f"/proc/{process}/fd")  # noqa: PTH208
    except OSError:  # it has ended, or belongs to another user
        return []


def _is_writer(process: str, number: str, wanted: Collection[Identity], prefix: str) -> bool:
    descriptor = f"/proc/{process}/fd/{number}"
    try:
        name = os.readlink(descriptor)  # noqa: PTH115
    except OSError:
        return False
    if not name.startswith(prefix) or identity_of(descriptor) not in wanted:
        return False
    told = _read(Path("/proc", process, "fdinfo", number))
    flags = re.search(r"^flags:\s*([0-7]+)", told, re.MULTILINE)
    return flags is not None and int(flags[1], 8) & os.O_ACCMODE != os.O_RDONLY


def _read(path: Path) -> str:
    """Return a small file of the kernel, or nothing where there is none."""
    try:
        return os.fsdecode(path.read_bytes())
    except OSError:
        return ""


def _unescaped(field: bytes) -> str:
    r"""Undo the kernel's escapes in mount tables: `\040` is a space."""
    return os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), field))
