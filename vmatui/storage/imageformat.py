"""Which format a disk image has, told by its first bytes.

Whoever writes to a raw disk (a guest does) can make it start like another format, and some formats
lead to further files. So a guess is taken only where it cannot lead to one that nobody named, and
never for what is called raw; otherwise the user has to say.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final

from vmatui.errors import SourceError
from vmatui.storage.reading import open_disk, read_error, read_full

RAW: Final = "raw"
_ALIASES: Final = {"img": RAW, "vhd": "vpc"}
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{,31}")
_HEAD: Final = 512
_MAGICS: Final = (
    (0, b"QFI\xfb\0\0\0\1", "qcow"),
    (0, b"QFI\xfb", "qcow2"),
    (0, b"KDMV", "vmdk"),
    (0, b"COWD", "vmdk"),
    (0, b"# Disk DescriptorFile", "vmdk"),
    (0, b"vhdxfile", "vhdx"),
    (0, b"conectix", "vpc"),
    (64, b"\x7f\x10\xda\xbe", "vdi"),
    (0, b"QED\0", "qed"),
)
"""Offset, magic and qemu's name."""
_SUFFIXES: Final = {
    "qcow": {".qcow"},
    "qcow2": {".qcow2"},
    "vmdk": {".vmdk"},
    "vhdx": {".vhdx"},
    "vpc": {".vhd", ".vpc"},
    "vdi": {".vdi"},
    "qed": {".qed"},
}
_RAW_SUFFIXES: Final = {".raw"}
_QCOW2_BACKING: Final = slice(8, 16)
_QCOW2_FEATURES: Final = slice(72, 80)
_QCOW2_DATA_FILE: Final = 4


def qemu_name(format: str) -> str:
    """Return qemu's name for a format as the user called it.

    Raises:
        SourceError: it cannot be one.
    """
    name = format.lower()
    if not _NAME.fullmatch(name):
        raise SourceError(f"{format!r} is no image format: take raw, qcow2, vmdk, vhdx or vdi")
    return _ALIASES.get(name, name)


def format_of(path: Path) -> str:
    """Find out the format of an image, in qemu's words; anything unknown is raw.

    Raises:
        SourceError: it cannot be read, or only the user can say.
    """
    fd = open_disk(path)
    try:
        head = bytearray(_HEAD)
        read_full(fd, 0, memoryview(head))
        is_file = stat.S_ISREG(os.fstat(fd).st_mode)
    except OSError as error:
        raise read_error(path, 0, error.strerror) from error
    finally:
        os.close(fd)
    found = _detect(head)
    if found == RAW or path.suffix.lower() in _SUFFIXES[found]:
        return found
    may_be_guessed = is_file and path.suffix.lower() not in _RAW_SUFFIXES
    if may_be_guessed and _is_self_contained(found, head):
        return found
    raise SourceError(
        f"{path} starts like a {found} image but is not called one: "
        f"say whether its format is {found} or raw"
    )


def _detect(head: bytearray) -> str:
    return next((name for at, magic, name in _MAGICS if head.startswith(magic, at)), RAW)


def _is_self_contained(format: str, head: bytearray) -> bool:
    """Whether an image that starts like this cannot lead to another file."""
    if format == "qcow2":
        features = int.from_bytes(head[_QCOW2_FEATURES], "big")
        return not any(head[_QCOW2_BACKING]) and not features & _QCOW2_DATA_FILE
    return format in ("vhdx", "vdi")
