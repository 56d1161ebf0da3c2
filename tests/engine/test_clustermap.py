from __future__ import annotations

from tests.damage import DAMAGED, HIT_CLUSTER
from tests.forge import CLUSTER, Disk, forge, noise
from tests.opening import opened
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing import clustermap
from vmatui.engine.indexing.clustermap import ClusterMap
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.format.header import Device


def mapped(data: bytes) -> ClusterMap:
    with opened(data) as archive:
        cells = ClusterMap(archive.header.devices)
        verify(archive, visitors=[cells])
    return cells


def test_a_cell_tells_how_many_blocks_are_stored_and_which() -> None:
    disk = Disk("scsi0", size=4 * CLUSTER, blocks={0: noise(9), 3: noise(9), 17: noise(9)})
    cells = mapped(forge([disk])).devices[1]
    assert bytes(cells.states) == bytes([3, 2, 1, 1])
    assert [cells.mask_of(cluster) for cluster in range(4)] == [0b1001, 0b10, 0, 0]
    assert cells.changed[0] == 1


def test_what_no_extent_brought_stays_unseen() -> None:
    cells = mapped(DAMAGED["missing-cluster"]())
    assert cells.is_complete
    assert cells.devices[1].states[HIT_CLUSTER] == clustermap.UNSEEN


def test_a_cluster_stored_twice_is_flagged_and_keeps_its_level() -> None:
    state = mapped(DAMAGED["duplicate-cluster"]()).devices[1].states[HIT_CLUSTER]
    assert state & clustermap.DUPLICATE
    assert state & clustermap.LEVEL > clustermap.ZERO
    assert not state & clustermap.DAMAGED


def test_the_clusters_of_a_damaged_extent_are_flagged() -> None:
    state = mapped(DAMAGED["extent-checksum"]()).devices[1].states[HIT_CLUSTER]
    assert state == clustermap.DAMAGED


def test_a_range_in_doubt_is_flagged_but_for_what_is_damaged() -> None:
    cells = ClusterMap([Device(1, "big", 200_000 * CLUSTER)])
    cells.mark([((0xFFFF << 48 | 1 << 32) + first, 50) for first in range(0, 200_000, 50)])
    device = cells.devices[1]
    device.add_flag(7, clustermap.DUPLICATE)
    device.add_flag(70_000, clustermap.DAMAGED)
    device.changed[:] = bytes(len(device.changed))
    cells.doubt([(1, 5, 150_000), (9, 0, 3)])
    faults = [state & clustermap.FAULT for state in device.states]
    assert faults.count(clustermap.DOUBTFUL) == 150_000 - 5
    assert faults[70_000] == clustermap.DAMAGED
    assert [faults[at] for at in (4, 5, 150_000, 150_001)] == [0, 0x80, 0x80, 0]
    assert device.states[7] == 17 | clustermap.DUPLICATE | clustermap.DOUBTFUL
    assert list(device.changed) == [at <= 150_000 >> 8 for at in range(len(device.changed))]


def test_devices_beyond_the_bound_have_no_map() -> None:
    big = Device(1, "huge", clustermap.MAX_MAPPED * CLUSTER)
    assert set(ClusterMap([big, Device(2, "small", 512)]).devices) == {1}


def test_the_extent_table_tells_each_extent_in_short() -> None:
    disks = [Disk("a", noise(3 * CLUSTER)), Disk("b", size=2 * CLUSTER)]
    with opened(forge(disks, slots_per_extent=3)) as archive:
        table = ExtentTable()
        verify(archive, visitors=[table])
        start = archive.header.size
    assert len(table) == 2
    assert table[0] == (0, start, 3, 1, 32, frozenset({1, 2}), True)
    assert table[1].offset == start + 512 + 2 * CLUSTER
    assert table.at_offset(0) == table.at_offset(start) == 0
    assert table.at_offset(table[1].offset - 1) == 0
    assert table.at_offset(1 << 40) == 1


def test_a_full_cluster_takes_no_memory_for_its_mask() -> None:
    cells = mapped(forge([Disk("scsi0", noise(2 * CLUSTER))])).devices[1]
    assert cells.mask_of(1) == 0xFFFF
    assert not any(bytes(cells.masks))


def test_sound_clusters_of_a_cut_extent_are_doubtful() -> None:
    data = forge([Disk("scsi0", noise(4 * CLUSTER))])
    cells = mapped(data[:-CLUSTER]).devices[1]
    assert [state & clustermap.DOUBTFUL > 0 for state in cells.states] == [True] * 3 + [False]
    assert cells.states[3] == clustermap.DAMAGED
