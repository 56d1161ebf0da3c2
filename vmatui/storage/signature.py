"""What a file or block device holds now, in words: a file system, a partition table ...

Asked of `blkid`, which reads the bytes themselves; where it is not installed nothing is known.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

ZFS_MEMBER: Final = "ZFS pool member"
_CONTENT: Final = {
    "LVM2_member": "LVM physical volume",
    "crypto_LUKS": "LUKS encrypted volume",
    "linux_raid_member": "RAID member",
    "swap": "swap space",
    "zfs_member": ZFS_MEMBER,
}
_TABLE: Final = {"dos": "MBR partition table", "gpt": "GPT partition table"}
_AMBIVALENT: Final = 8
_PATIENCE: Final = 10.0
"""Seconds before a device that does not answer is left unknown."""


def signature(path: Path) -> str | None:
    """Return what the bytes of a file or block device are a sign of, None if nothing is known."""
    import shutil  # a restore to new files asks nothing, and need not wait for these
    import subprocess

    program = shutil.which("blkid") or shutil.which("blkid", path="/usr/sbin:/sbin")
    if program is None:
        return None
    try:
        answer = subprocess.run(
            [program, "-p", "-o", "export", path],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if answer.returncode == _AMBIVALENT:
        return "signatures of several kinds"
    lines = answer.stdout.decode(errors="replace").split("\n")
    return _in_words(dict(line.partition("=")[::2] for line in lines))


def signature_of(start: bytes, size: int) -> str | None:
    """Return what a disk or partition is a sign of, None if nothing is known.

    Args:
        start: Its first bytes.
        size: Its length in bytes.
    """
    import tempfile

    try:
        with tempfile.NamedTemporaryFile(prefix="vmatui-") as file:
            file.write(start)
            file.flush()
            os.truncate(file.fileno(), max(size, 1))
            return signature(Path(file.name))
    except OSError:
        return None  # no room for a sparse file: nothing is known


def _in_words(tags: dict[str, str]) -> str | None:
    words = []
    if kind := tags.get("TYPE"):
        plain = f"{kind} file system" if tags.get("USAGE") == "filesystem" else kind
        words.append(_CONTENT.get(kind, plain))
    if table := tags.get("PTTYPE"):
        words.append(_TABLE.get(table, f"{table} partition table"))
    return " and ".join(words) or None
