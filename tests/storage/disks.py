"""Disk images made by the real qemu, and what reading one by our code gives."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.storage.devices import MIB, run
from tests.storage.streams import sample
from vmatui.storage.images import Image, open_image

SIZE = 9 * MIB
PIECES = {MIB: sample(2 * MIB), 5 * MIB + 3 * 4096: b"\x42" * 4096, SIZE - 512: b"e" * 512}
"""What stands where on a disk of that size."""


def write_disk(path: Path, size: int, pieces: dict[int, bytes]) -> Path:
    """Make a sparse raw disk with these bytes at these offsets."""
    with path.open("wb") as file:
        file.truncate(size)
        for offset, data in pieces.items():
            file.seek(offset)
            file.write(data)
    return path


def convert(disk: Path, path: Path, format: str, *options: str) -> Path:
    """Make an image of a raw disk by `qemu-img convert`."""
    run("qemu-img", "convert", "-f", "raw", "-O", format, *options, disk, path)
    return path


def as_qemu_reads(path: Path, format: str) -> bytes:
    """Return the disk in an image, by `qemu-img convert`."""
    raw = path.with_name("as-qemu-reads.raw")
    run("qemu-img", "convert", "-f", format, "-O", "raw", path, raw)
    return raw.read_bytes()


@contextmanager
def opened_image(path: Path, format: str | None = None) -> Iterator[Image]:
    """Open an image and close it again."""
    image = open_image(path, format)
    image.open()
    try:
        yield image
    finally:
        image.close()


def read_by_extents(image: Image, piece: int = 1 << 20) -> bytes:
    """Read the data of an image and put zeros where it says so; check the extents' order."""
    disk = bytearray(image.size)
    done = 0
    for start, end, is_data in image.extents(0, image.size):
        assert start == done < end
        done = end
        for offset in range(start, end if is_data else start, piece):
            image.read_into(offset, memoryview(disk)[offset : min(offset + piece, end)])
    assert done == image.size
    return bytes(disk)


def read_whole(image: Image) -> bytes:
    """Read every byte of an image, holes and all, into memory that was not zero before."""
    disk = bytearray(b"\xee" * image.size)
    image.read_into(0, memoryview(disk))
    return bytes(disk)


def qemu_processes(parent: int | None = None) -> list[int]:
    """Return the running qemu-nbd among the children of a process, by default of this one."""
    folder = Path(f"/proc/{parent or os.getpid()}/task")
    children = [int(pid) for file in folder.glob("*/children") for pid in file.read_text().split()]
    return [pid for pid in children if Path(f"/proc/{pid}/comm").read_text() == "qemu-nbd\n"]


def wait_for_end(pid: int) -> None:
    """Wait until a process that need not be our child has ended."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        assert poll.poll(60_000), f"process {pid} is still there"
    finally:
        os.close(fd)


def hold_locked(path: Path, format: str) -> subprocess.Popen[str]:
    """Open an image for writing in another process, as a running VM does; end it by `kill`."""
    process = subprocess.Popen(
        ["qemu-io", "-f", format, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("length\n")
    process.stdin.flush()
    assert process.stdout.readline()
    return process
