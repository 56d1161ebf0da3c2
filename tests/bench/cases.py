"""What is measured against what, and the ratio that must be met."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from tests.bench.material import Material


@dataclass(frozen=True, slots=True)
class Case:
    """One comparison; both commands start in an empty folder."""

    name: str
    ours: str
    yardstick: str
    told: str
    """The yardstick as the table shows it."""
    goal: float | None = None
    """Our time may be so many times the yardstick's; None where nothing is promised."""
    tells_seconds: bool = False
    """Whether both print the seconds that count, instead of taking them."""
    is_durable: bool = False
    """Whether they wait for the disk."""


def cases(material: Material) -> Iterator[Case]:
    """Yield all comparisons that this machine has the programs for."""
    yield from _plain(material)
    if os.geteuid() == 0 and shutil.which("losetup"):
        yield _device(material)
    for suffix, program in (("zst", "zstd"), ("gz", "pigz"), ("lzo", "lzop")):
        if shutil.which(program):
            yield from _packed(material, suffix, program)
    yield from _creating(material)
    yield from _starting(material)


def _plain(material: Material) -> Iterator[Case]:
    archive = quote(str(material.plain))
    yield Case(
        "restore .vma", _job("restore", archive, "out"), f"cat {archive} >copy",
        "cat ARCHIVE >file", 1 / 0.85,
    )  # fmt: skip
    yield Case(
        "restore .vma, on the disk", f"{_vmatui('restore')} {archive} out",
        f"cat {archive} >copy && sync -d copy", "cat ARCHIVE >file; fdatasync", 1.15,
        is_durable=True,
    )  # fmt: skip
    yield _live(material.plain)
    yield Case(
        "verify .vma", f"{_vmatui('verify')} {archive}", f"cat {archive} >/dev/null",
        "cat ARCHIVE >/dev/null", 1.3,
    )  # fmt: skip


def _live(path: Path) -> Case:
    """Return the comparison of a restore that is watched with one that is not.

    Both write over a file in the page cache: what a new one takes varies with the memory that the
    host gives, by more than a screen ever costs.
    """
    archive, suffix = quote(str(path)), "".join(path.suffixes)
    made = f"{_job('restore', archive, 'out')} >/dev/null"
    return Case(
        f"restore {suffix} with the UI open",
        f"{made} && {quote(sys.executable)} -m tests.bench.screen {archive} out",
        f"{made} && {_job('restore-again', archive, 'out')}",
        "the same without it", 1 / 0.95, tells_seconds=True,
    )  # fmt: skip


def _device(material: Material) -> Case:
    """Return the comparison of writing past the page cache with writing through it."""
    archive, size = quote(str(material.plain)), material.disk.stat().st_size
    direct, buffered = (
        _on_loop(_job(verb, archive, "$disk"), size)
        for verb in ("durable-restore", "buffered-restore")
    )
    return Case(
        "restore .vma to a block device", direct, buffered,
        "the same through the page cache", 0.5, tells_seconds=True, is_durable=True,
    )  # fmt: skip


def _on_loop(command: str, size: int) -> str:
    """Return a command that runs another with a new block device of that size, `$disk`."""
    made = f"truncate -s {size} image && truncate -s %1M image"
    disk = "disk=$(losetup -f --direct-io=on --show image)"
    return f"{made} && {disk} && {{ {command}; status=$?; losetup -d $disk; exit $status; }}"


def _packed(material: Material, suffix: str, program: str) -> Iterator[Case]:
    archive = quote(str(material.packed[suffix]))
    unpack = f"{program} -dcq {archive}" if program != "pigz" else f"pigz -dc {archive}"
    yield Case(
        f"restore .vma.{suffix}", _job("restore", archive, "out"), f"{unpack} | cat >copy",
        f"{program} -dc ARCHIVE | cat >file", 1 / 0.9 if suffix == "zst" else 1.0,
    )  # fmt: skip
    if suffix == "zst":
        yield _live(material.packed[suffix])
        yield Case(
            "restore .vma.zst, on the disk", f"{_vmatui('restore')} {archive} out",
            f"{unpack} | cat >copy && sync -d copy", "zstd -dc | cat >file; fdatasync", 1.15,
            is_durable=True,
        )  # fmt: skip
    yield Case(
        f"verify .vma.{suffix}", f"{_vmatui('verify')} {archive}", f"{unpack} >/dev/null",
        f"{program} -dc ARCHIVE >/dev/null", 1.1 if suffix == "zst" else 1.0,
    )  # fmt: skip


def _creating(material: Material) -> Iterator[Case]:
    disk, plain = quote(str(material.disk)), quote(str(material.plain))
    yield Case(
        "create .vma", _job("create", "new.vma", disk), f"cp --sparse=auto {disk} copy",
        "cp --sparse=auto DISK file", 1 / 0.85,
    )  # fmt: skip
    yield Case(
        "create .vma.zst", _job("create", "new.vma.zst", disk), f"zstd -q -T0 {plain} -o copy",
        "zstd -T0 ARCHIVE", 1.2,
    )  # fmt: skip
    if shutil.which("qemu-img"):
        yield Case(
            "create .vma", _job("create", "new.vma", disk),
            f"qemu-img convert -f raw -O raw {disk} copy", "qemu-img convert DISK file",
        )  # fmt: skip


def _starting(material: Material) -> Iterator[Case]:
    archive = quote(str(material.plain))
    bare = f"{quote(sys.executable)} -c pass"
    yield Case("list", f"{_vmatui('list')} {archive}", bare, "python -c pass", 6)
    yield Case("--help", _vmatui("--help"), bare, "python -c pass", 6)


def _vmatui(verb: str) -> str:
    return f"{quote(sys.executable)} -m vmatui {verb} 2>/dev/null >/dev/null"


def _job(verb: str, archive: str, other: str) -> str:
    return f"{quote(sys.executable)} -m tests.bench.job {verb} {archive} {other}"
