"""Salvages to targets that are there already, where doubtful clusters are written over."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.damage import sound
from tests.forge import BLOCK, CLUSTER, Disk, Forge, ForgedExtent, ForgedSlot, noise
from tests.opening import as_file
from tests.salvaging import with_flips
from tests.storage.devices import MIB, loop_device
from tests.storage.nbdservers import served
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.salvaging.copies import Copy, opened_copies
from vmatui.engine.salvaging.fill import Fill
from vmatui.engine.salvaging.salvage import salvage
from vmatui.engine.salvaging.salvageplan import plan_salvage
from vmatui.engine.salvaging.salvagereport import SalvageReport
from vmatui.errors import CancelledError, TargetError
from vmatui.storage.destination import Destination

DISK = Disk("a", size=3 * CLUSTER + 512, blocks={3: noise(BLOCK, 1), 20: noise(BLOCK, 2)})
"""Its last cluster, of a sector, is zero."""


def two_copies() -> tuple[bytes, bytes]:
    """One with a doubtful cluster 0 full of noise and without cluster 2, and one that is sound."""
    archive = Forge.of([DISK], slots_per_extent=1)
    good = archive.build()
    archive.extents[0] = ForgedExtent([ForgedSlot(0xFFFF, 1, 0, noise(CLUSTER, 9))], reserved=1)
    del archive.extents[2]
    return archive.build(), good


@contextmanager
def copies_of(*data: bytes) -> Iterator[tuple[Copy, ...]]:
    with ExitStack() as stack:
        paths = [stack.enter_context(as_file(each)) for each in data]
        yield stack.enter_context(opened_copies(paths))


def salvage_onto(place: str, *data: bytes, fill: Fill = Fill.ZERO) -> SalvageReport:
    with copies_of(*data) as copies:
        header = copies[0].archive.header
        to = {1: Destination(place, in_place=True)}
        plan = plan_restore(header, to=to, overwrite=True, allow_larger=True, resumable=False)
        return salvage(copies, plan_salvage(plan, copies, fill))


@pytest.mark.root
def test_a_block_device_holds_what_the_better_copy_has(tmp_path: Path) -> None:
    with loop_device(tmp_path / "device", 2 * MIB) as device:
        report = salvage_onto(str(device), *two_copies())
        assert report.is_complete
        assert not report.maps
        held = device.read_bytes()
    assert held[: DISK.size] == DISK.image()
    assert held[DISK.size :] == b"\xff" * (2 * MIB - DISK.size)


@pytest.mark.root
def test_a_pattern_ends_where_the_device_ends(tmp_path: Path) -> None:
    archive = Forge.of([DISK], slots_per_extent=1)
    del archive.extents[2:]
    with loop_device(tmp_path / "device", 2 * MIB) as device:
        salvage_onto(str(device), archive.build(), fill=Fill.PATTERN)
        held = device.read_bytes()
    assert held[: 2 * CLUSTER] == DISK.image()[: 2 * CLUSTER]
    assert held[2 * CLUSTER : DISK.size].count(b"VMATUI MISSING") == (CLUSTER + 512) // 32
    assert held[DISK.size :] == b"\xff" * (2 * MIB - DISK.size)


def test_a_file_that_is_there_is_salvaged_into(tmp_path: Path) -> None:
    path = tmp_path / "old.raw"
    path.write_bytes(b"\xff" * DISK.size)
    report = salvage_onto(str(path), *two_copies())
    assert path.read_bytes() == DISK.image()
    assert report.maps == {1: tmp_path / "old.raw.map"}


def test_an_export_is_written_over_as_well(tmp_path: Path) -> None:
    path = tmp_path / "export.raw"
    path.write_bytes(b"\xff" * (1 << 20))
    with served(path) as server:
        assert salvage_onto(server.uri, *two_copies()).is_complete
    assert path.read_bytes()[: DISK.size] == DISK.image()


def test_a_cancelled_salvage_leaves_nothing(tmp_path: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    with copies_of(sound().build()) as copies:
        header = copies[0].archive.header
        plan = plan_restore(header, folder=tmp_path / "out", resumable=False)
        with pytest.raises(CancelledError):
            salvage(copies, plan_salvage(plan, copies), cancel=cancel)
    assert not list(tmp_path.iterdir())


def test_a_plan_with_problems_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "vmstate.bin.map").touch()
    with copies_of(with_flips({0: [0]})) as copies:
        header = copies[0].archive.header
        plan = plan_restore(header, folder=tmp_path / "out", resumable=False)
        with pytest.raises(TargetError, match=r"vmstate\.bin\.map exists"):
            salvage(copies, plan_salvage(plan, copies))
