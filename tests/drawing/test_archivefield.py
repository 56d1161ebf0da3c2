from __future__ import annotations

from tests.forge import CLUSTER, Disk, forge, noise
from tests.opening import opened
from vmatui.drawing.archivefield import ArchiveField
from vmatui.drawing.legend import entries
from vmatui.drawing.shades import Shade, View
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing.extenttable import ExtentTable

NAMES = {1: "a", 2: "b"}


def table_of(data: bytes) -> ExtentTable:
    with opened(data) as archive:
        table = ExtentTable()
        verify(archive, visitors=[table])
    return table


def archive() -> bytes:
    """Return an archive of four extents: full, a mix, empty, empty."""
    disks = [Disk("a", noise(3 * CLUSTER)), Disk("b", size=9 * CLUSTER)]
    return forge(disks, slots_per_extent=3)


def shades(field: ArchiveField, size: int = 1) -> list[int]:
    return list(bytes(field.shade(0, size, -(-field.units // size))))


def test_extents_are_shaded_by_fill_and_by_the_device_they_bring() -> None:
    table = table_of(archive())
    fills = shades(ArchiveField(table, NAMES, View.CONTENT, complete=True))
    assert fills[-1] == Shade.ZERO
    assert Shade.FAINTEST < fills[0] < Shade.FULL
    devices = shades(ArchiveField(table, NAMES, View.ORDER, complete=True))
    assert [table[number].dev_ids for number in range(4)] == [{1, 2}, {1, 2}, {2}, {2}]
    assert [shade - Shade.FIRST_DEVICE for shade in devices] == [0, 1, 1, 1]


def test_a_damaged_extent_shows_in_its_cell_and_is_counted_and_found() -> None:
    data = bytearray(archive())
    data[data.rindex(b"VMAE") + 30] ^= 1
    field = ArchiveField(table_of(bytes(data)), NAMES, View.HEALTH, complete=True)
    assert shades(field)[-1] == shades(field, 2)[-1] == Shade.DAMAGED
    assert field.next_fault(0, 0, 1) == 3
    assert field.next_fault(3, 3, 1) is None
    assert field.next_fault(3, 3, -1) is None
    assert {entry.words: entry.number for entry in entries(field)} == {
        "sound extents": 3,
        "damaged": 1,
    }


def test_what_comes_while_a_walk_runs_is_taken_in() -> None:
    table = table_of(archive())
    field = ArchiveField(ExtentTable(), NAMES, View.CONTENT, complete=False)
    assert field.units == 0
    assert shades(field) == []
    field.table = table
    field.update()
    assert field.units == len(table) == 4
    assert field.is_newer(0, 3, 3)
    assert not field.is_newer(4, 0, 3)
