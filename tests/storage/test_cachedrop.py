from __future__ import annotations

import ctypes
import mmap
import os
from pathlib import Path

import pytest

from tests.storage.devices import MIB, loop_device, mounted, opened, run
from tests.tools import unavailable
from vmatui.errors import SourceError
from vmatui.storage.cachedrop import drop_cache


def pages_in_memory(path: Path) -> int:
    """Return how many pages of a file or block device the kernel keeps."""
    with opened(path, os.O_RDONLY) as fd:
        size = os.lseek(fd, 0, os.SEEK_END)
        memory = mmap.mmap(fd, size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    kept = (ctypes.c_ubyte * -(-size // mmap.PAGESIZE))()
    start = ctypes.c_char.from_buffer(memory)
    failed = ctypes.CDLL(None, use_errno=True).mincore(
        ctypes.c_void_p(ctypes.addressof(start)), ctypes.c_size_t(size), kept
    )
    del start
    memory.close()
    assert not failed
    return sum(page & 1 for page in kept)


@pytest.fixture
def on_disk(tmp_path: Path) -> Path:
    """A folder on a medium: a file system in memory has nothing to drop."""
    if run("stat", "-f", "-c", "%T", tmp_path) in ("tmpfs", "ramfs"):
        unavailable("the folder for temporary files is in memory")
    return tmp_path


def test_a_file_that_was_just_written_is_no_longer_in_memory(on_disk: Path) -> None:
    path = on_disk / "disk.raw"
    path.write_bytes(b"\x55" * (8 * MIB))
    assert pages_in_memory(path) == 2048
    drop_cache(path)
    assert pages_in_memory(path) == 0
    assert path.read_bytes() == b"\x55" * (8 * MIB)


@pytest.mark.root
def test_a_block_device_that_was_just_read_is_no_longer_in_memory(tmp_path: Path) -> None:
    # While somebody has it open, the kernel keeps what it has read.
    with loop_device(tmp_path / "image", 8 * MIB) as device, device.open("rb") as holder:
        holder.read()
        assert pages_in_memory(device) == 2048
        drop_cache(device)
        assert pages_in_memory(device) == 0


@pytest.mark.root
def test_what_never_reached_the_medium_is_said(tmp_path: Path) -> None:
    with (
        mounted("tmpfs", tmp_path / "small", "-t", "tmpfs", "-o", "size=4M") as small,
        loop_device(sparse_file(small / "image", 16 * MIB)) as device,
    ):
        with opened(device, os.O_WRONLY) as fd:
            os.pwrite(fd, b"\x11" * (8 * MIB), 0)
        with pytest.raises(SourceError, match="does not hold all that was written to it"):
            drop_cache(device)


def sparse_file(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
    return path


def test_what_is_no_disk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="neither a file nor a block device"):
        drop_cache(tmp_path)
