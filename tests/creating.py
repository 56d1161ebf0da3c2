"""Raw disks for tests that create archives, and an archive as the independent parser reads it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.forge import Disk
from tests.parser import Parsed, parse_strict
from vmatui.engine.creating.create import CreateReport, create
from vmatui.engine.creating.createplan import DiskSource, plan_create
from vmatui.format.header import Config


def raw_file(path: Path, data: bytes = b"", size: int = 0) -> Path:
    """Write a raw disk; past the data it is a hole."""
    with path.open("wb") as file:
        file.write(data)
        file.truncate(max(size, len(data)))
    return path


def create_of(
    target: Path, disks: Sequence[DiskSource], configs: Sequence[Config] = ()
) -> CreateReport:
    """Plan and create a plain archive."""
    return create(plan_create(str(target), disks, configs))


def assert_holds(
    archive: bytes, disks: Sequence[Disk], configs: Sequence[tuple[str, bytes]] = ()
) -> Parsed:
    """Check an archive against disks in whole sectors, by the independent parser."""
    parsed = parse_strict(archive)
    assert parsed.configs == list(configs)
    assert list(parsed.devices) == list(range(1, len(disks) + 1))
    for disk, device in zip(disks, parsed.devices.values(), strict=True):
        assert (device.name, device.size) == (disk.name, disk.size)
        assert device.blocks == disk.blocks
    counts = [len(extent.slots) for extent in parsed.extents]
    assert set(counts[:-1]) <= {58}
    assert counts[-1] <= 58
    return parsed
