"""Real block devices and file systems for tests, each taken down again whatever happens."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.tools import require_tool, unavailable

MIB = 1 << 20


def run(program: str, *arguments: str | Path) -> str:
    """Run a system program and return what it says; it must succeed."""
    answer = subprocess.run(
        [require_tool(program), *arguments], check=True, capture_output=True, text=True
    )
    return answer.stdout.strip()


@contextmanager
def loop_device(image: Path, size: int | None = None, *options: str) -> Iterator[Path]:
    """Yield a loop device on a file.

    If a size in bytes is given, the file is made for it, full of 0xff, and removed in the end.
    """
    if size is not None:
        image.write_bytes(b"\xff" * size)
    try:
        with _alone():
            device = Path(run("losetup", "-f", "--show", *options, image))
    except subprocess.CalledProcessError as error:
        unavailable(f"no loop devices here: {error.stderr}")
    try:
        yield device
    finally:
        with _alone():
            run("losetup", "-d", device)
        if size is not None:
            image.unlink()


@contextmanager
def _alone() -> Iterator[None]:
    """Hold up others who look for a free loop device: the loser has the winner's open a while."""
    try:
        control = os.open("/dev/loop-control", os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        unavailable(f"no loop devices here: {error}")
    try:
        fcntl.flock(control, fcntl.LOCK_EX)
        yield
    finally:
        os.close(control)


@contextmanager
def mounted(what: str | Path, where: Path, *options: str) -> Iterator[Path]:
    """Mount something on a folder, which is made if need be."""
    where.mkdir(exist_ok=True)
    try:
        run("mount", *options, what, where)
    except subprocess.CalledProcessError as error:
        unavailable(f"cannot mount here: {error.stderr}")
    try:
        yield where
    finally:
        # The kernel may take a moment to let go of a file that was behind a loop device.
        run("umount", "--lazy", where)


@contextmanager
def swapping_on(place: Path) -> Iterator[None]:
    """Use a device or file as swap space for a moment."""
    run("mkswap", place)
    try:
        run("swapon", place)
    except subprocess.CalledProcessError as error:
        unavailable(f"cannot swap here: {error.stderr}")
    try:
        yield
    finally:
        run("swapoff", place)


@contextmanager
def partition_of(device: Path) -> Iterator[Path]:
    """Yield a partition on a loop device that was set up with `-P`."""
    # The kernel is told directly: it need not know how to read any kind of partition table.
    run("addpart", device, "1", "2048", "40960")
    partition = device.with_name(f"{device.name}p1")
    made = not partition.exists()
    if made:  # a container's /dev is not the kernel's
        major, _, minor = Path(f"/sys/class/block/{partition.name}/dev").read_text().partition(":")
        run("mknod", partition, "b", major, minor.strip())
    try:
        yield partition
    finally:
        run("delpart", device, "1")
        if made:
            with suppress(FileNotFoundError):
                partition.unlink()


@contextmanager
def opened(path: Path, flags: int) -> Iterator[int]:
    """Open a file or device and close it again."""
    fd = os.open(path, flags)
    try:
        yield fd
    finally:
        os.close(fd)


def require_own_devices() -> None:
    """Skip the test where the device nodes are in a mere folder of the disk."""
    if not Path("/dev").is_mount():
        unavailable("/dev is no file system of its own here")
