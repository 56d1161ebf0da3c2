from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from tests.compressors import as_gzip
from tests.damage import DAMAGED, DISKS, HIT_CLUSTER, LEGAL
from tests.forge import BLOCK, CLUSTER
from tests.opening import as_file
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.engine.indexing.placement import Placement
from vmatui.engine.inspecting.archivebytes import ArchiveBytes
from vmatui.engine.inspecting.bytepieces import Flaw
from vmatui.engine.inspecting.devicebytes import DeviceBytes


@contextmanager
def device_of(data: bytes, dev_id: int) -> Iterator[DeviceBytes]:
    """Open a device of an archive in memory that was walked before."""
    with as_file(data) as path:
        table, placement = ExtentTable(), Placement()
        with open_archive(path) as archive:
            verify(archive, visitors=(table, placement))
            header = archive.header

        def extents_of(first: int, count: int) -> list[int]:
            found = {
                cluster: number
                for number in reversed(range(len(table)))
                for run in placement.runs_of(number)
                if run.dev_id == dev_id
                for cluster in range(run.first, run.last + 1)
            }
            return [found.get(cluster, -1) for cluster in range(first, first + count)]

        device = header.device(dev_id)
        assert device is not None
        with ArchiveBytes(partial(open_archive, path)) as archive_bytes:
            yield DeviceBytes(archive_bytes, table, device, extents_of, header.uuid.bytes)


@pytest.mark.parametrize("name", LEGAL)
def test_a_device_reads_as_what_a_restore_gives(name: str) -> None:
    data = LEGAL[name]()
    for dev_id, disk in enumerate(DISKS, 1):
        with device_of(data, dev_id) as device:
            image = disk.image()
            assert device.size == len(image)
            assert device.read_at(0, 1 << 20).data == image
            assert device.read_at(5000, CLUSTER).data == image[5000 : 5000 + CLUSTER]
            assert device.read_at(len(image), 10).data == b""


def test_a_device_of_a_packed_archive_reads_the_same() -> None:
    with device_of(as_gzip(LEGAL["shuffled"]()), 1) as device:
        assert device.read_at(0, 1 << 20).data == DISKS[0].image()
        assert device.is_near(0, 10)


def test_what_is_not_stored_is_zero_and_says_so() -> None:
    with device_of(LEGAL["sound"](), 1) as device:
        # Blocks 16 to 19 of cluster 1 are stored, the rest of it is not.
        piece = device.read_at(CLUSTER, CLUSTER)
        assert piece.flaws == ((CLUSTER + 4 * BLOCK, 2 * CLUSTER, Flaw.ZERO),)
        piece = device.read_at(CLUSTER + 100, 2 * BLOCK)
        assert piece.flaws == ()
    with device_of(LEGAL["stored-zeros"](), 1) as device:
        assert device.read_at(0, 1 << 20).flaws == ()


def test_a_cluster_in_no_extent_is_missing_and_not_zero() -> None:
    with device_of(DAMAGED["missing-cluster"](), 1) as device:
        start = HIT_CLUSTER * CLUSTER
        piece = device.read_at(start, CLUSTER)
        assert piece.flaws == ((start, start + CLUSTER, Flaw.MISSING),)
        assert piece.data == bytes(CLUSTER)


@pytest.mark.parametrize("code", ["extent-checksum", "extent-uuid", "extent-reserved"])
def test_data_of_a_damaged_extent_is_there_and_doubtful(code: str) -> None:
    with device_of(DAMAGED[code](), 1) as device:
        start = HIT_CLUSTER * CLUSTER
        piece = device.read_at(start, CLUSTER)
        assert piece.data == DISKS[0].image()[start : start + CLUSTER]
        assert (start, start + CLUSTER, Flaw.DOUBTFUL) in piece.flaws


def test_data_behind_the_end_of_a_cut_archive_is_unreadable() -> None:
    with device_of(DAMAGED["short-extent"](), 1) as device:
        piece = device.read_at(0, 1 << 20)
        lost = [flaw for flaw in piece.flaws if flaw[2] is Flaw.UNREADABLE]
        image = DISKS[0].image()
        (start, end, _) = lost[0]
        assert end - start == 1000
        assert piece.data[:start] == image[:start]
        assert piece.data[end:] == image[end:]
