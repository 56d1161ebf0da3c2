"""The disk and the archives that are measured: half of the disk is zero, the rest of every kind."""

from __future__ import annotations

import random
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.tools import require_tool

CHUNK: Final = 1 << 20
"""Bytes of one kind in a row."""
_BLOCK: Final = 4096


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
        # In a process of its own: what is measured later would count this one's memory as theirs.
        command = [sys.executable, "-m", "tests.bench.material", str(disk), str(size)]
        subprocess.run(command, check=True)
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
    """Write half of the chunks: files, noise, and clusters of which some blocks are zero."""
    chance, files = random.Random(size), _files()
    unfinished = path.with_suffix(".new")
    with unfinished.open("wb") as file:
        for offset in range(0, size, CHUNK):
            kind = chance.random()
            if kind < 0.5:
                continue
            file.seek(offset)
            if kind < 0.6:
                file.write(chance.randbytes(CHUNK))
            elif kind < 0.9:
                file.write(next(files))
            else:
                file.write(_partial(chance, next(files)))
        file.truncate(size)
    unfinished.rename(path)


def _files() -> Iterator[bytes]:
    """Yield chunks of the files of this Python's library, which pack like those of any machine."""
    folder = Path(sysconfig.get_path("stdlib"))
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    data = b""
    while True:
        for path in paths:
            data += path.read_bytes()
            while len(data) >= CHUNK:
                yield data[:CHUNK]
                data = data[CHUNK:]


def _partial(chance: random.Random, chunk: bytes) -> bytes:
    """Return a chunk as short runs of blocks, every other one zero: some 15 of each."""
    pieces, done, is_zero = [], 0, False
    while done < CHUNK:
        length = min(chance.randint(1, 16) * _BLOCK, CHUNK - done)
        pieces.append(bytes(length) if is_zero else chunk[done : done + length])
        done, is_zero = done + length, not is_zero
    return b"".join(pieces)


if __name__ == "__main__":
    _write_disk(Path(sys.argv[1]), int(sys.argv[2]))
