from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.disks import PIECES, SIZE, convert, write_disk


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A raw disk with data at its start, in its middle and at its end."""
    return write_disk(tmp_path / "disk.raw", SIZE, PIECES)


@pytest.fixture
def image_path(tmp_path: Path, disk: Path) -> Path:
    """The same disk as a qcow2 image."""
    return convert(disk, tmp_path / "disk.qcow2", "qcow2")
