"""The disk and the archives that are measured: half of the disk is zero, the rest of every kind."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.tools import require_tool

CHUNK: Final = 1 << 20
"""Bytes of one kind in a row."""
_BLOCK: Final = 4096
_WORDS: Final = b"the quick brown fox jumps over the lazy dog and reads another log line %d\n"


@dataclass(frozen=True, slots=True)
class Material:
    """What the cases read."""

    folder: Path
    disk: Path
    plain: Path
    packed: dict[str, Path]
    """Compressed archives by suffix."""


def make_material(folder: Path, size: int) -> Material:
    """Make a disk of so many bytes, and archives of it; what is there already is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    disk, plain = folder / f"disk-{size}.raw", folder / f"disk-{size}.vma"
    if not disk.exists():
        _write_disk(disk, size)
    if not plain.exists():
        command = [sys.executable, "-m", "vmatui", "create", str(plain), f"drive-scsi0={disk}"]
        subprocess.run(command, check=True)
    return Material(folder, disk, plain, dict(_pack(plain)))


def _pack(plain: Path) -> list[tuple[str, Path]]:
    compress = {
        "zst": ("zstd", "-q", "-T0", "-1"),
        "gz": ("pigz", "-1"),
        "lzo": ("lzop", "-q"),
    }
    made = []
    for suffix, (program, *options) in compress.items():
        path = plain.with_name(f"{plain.name}.{suffix}")
        if not path.exists():
            with path.open("wb") as out:
                command = [require_tool(program), *options, "-c", str(plain)]
                subprocess.run(command, stdout=out, check=True)
        made.append((suffix, path))
    return made


def _write_disk(path: Path, size: int) -> None:
    """Write half of the chunks: noise, text, and clusters of which some blocks are zero."""
    chance = random.Random(size)
    unfinished = path.with_suffix(".new")
    with unfinished.open("wb") as file:
        for offset in range(0, size, CHUNK):
            kind = chance.random()
            if kind < 0.5:
                continue
            file.seek(offset)
            if kind < 0.7:
                file.write(chance.randbytes(CHUNK))
            elif kind < 0.9:
                line = _WORDS % offset
                file.write((line * (CHUNK // len(line) + 1))[:CHUNK])
            else:
                file.write(_partial(chance))
        file.truncate(size)
    unfinished.rename(path)


def _partial(chance: random.Random) -> bytes:
    """Return a chunk of short runs of blocks, in turn noise and zero: some 30 of each."""
    pieces, blocks, is_zero = [], CHUNK // _BLOCK, False
    while blocks:
        run = min(chance.randint(1, 8), blocks)
        pieces.append(bytes(run * _BLOCK) if is_zero else chance.randbytes(run * _BLOCK))
        blocks, is_zero = blocks - run, not is_zero
    return b"".join(pieces)
