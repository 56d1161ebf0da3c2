from __future__ import annotations

from functools import partial
from itertools import pairwise

import pytest

from tests.damage import DAMAGED, HIT_EXTENT, LEGAL, sound
from tests.forge import UUID, ForgedSlot
from tests.opening import as_file, opened
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.findings import Finding
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.engine.inspecting.anatomy import Anatomy, read_anatomy
from vmatui.engine.inspecting.archivebytes import ArchiveBytes
from vmatui.engine.inspecting.headerfields import HeaderField, archive_fields, extent_fields

NAMES = {1: "drive-scsi0", 2: "drive-efidisk0", 3: "vmstate"}


def extent(data: bytes, number: int = HIT_EXTENT) -> tuple[Anatomy, tuple[Finding, ...]]:
    """Return an extent of an archive in memory, and what a check found in all of it."""
    with as_file(data) as path:
        table = ExtentTable()
        with open_archive(path) as archive:
            report = verify(archive, visitors=(table,))
        with ArchiveBytes(partial(open_archive, path)) as reader:
            anatomy = read_anatomy(reader, table, number)
    assert anatomy is not None
    return anatomy, report.findings


def fields_of(data: bytes, number: int = HIT_EXTENT) -> dict[str, HeaderField]:
    anatomy, findings = extent(data, number)
    return {field.name: field for field in extent_fields(anatomy, UUID, NAMES, findings)}


def test_the_fields_of_an_extent_cover_its_header_byte_by_byte() -> None:
    anatomy, _ = extent(sound().build())
    fields = extent_fields(anatomy, UUID, NAMES)
    assert fields[0].start == anatomy.offset == sound().extent_offsets[HIT_EXTENT]
    assert all(one.end == other.start for one, other in pairwise(fields))
    assert fields[-1].end == anatomy.data
    assert len(fields) == 5 + 59
    assert not any(field.problem or field.expected for field in fields)


def test_values_are_told_in_words() -> None:
    fields = fields_of(sound().build())
    slots = sound().extents[HIT_EXTENT].slots
    assert fields["magic"].value == "VMAE"
    assert fields["reserved"].value == "0"
    assert fields["blocks"].value == str(sum(slot.mask.bit_count() for slot in slots))
    assert fields["uuid"].value == "666f726765642062792074657374732e"
    first = slots[0]
    assert fields["slot 0"].value == f"{first.cluster}  {first.mask:04x}  drive-scsi0"
    assert fields["slot 58"].value == "empty"


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("extent-magic", "magic", "VMAE"),
        ("extent-reserved", "reserved", "0"),
        ("extent-uuid", "uuid", "666f726765642062792074657374732e"),
        ("extra-blocks", "blocks", "as the slots name them"),
        ("missing-blocks", "blocks", "as the slots name them"),
        ("unknown-device", "slot 6", ""),
        ("beyond-end", "slot 6", ""),
        ("duplicate-cluster", "slot 6", ""),
    ],
)
def test_the_wrong_field_is_named_with_what_it_should_be(
    code: str, name: str, expected: str
) -> None:
    fields = fields_of(DAMAGED[code]())
    assert [field.name for field in fields.values() if field.problem] == [name]
    assert fields[name].expected.endswith(expected)
    assert fields[name].is_error


def test_a_wrong_md5_is_told_with_the_right_one() -> None:
    right = fields_of(sound().build())["md5"].value
    field = fields_of(DAMAGED["extent-checksum"]())["md5"]
    assert field.value != right
    assert field.expected == right
    assert "md5" in field.problem


def test_a_cluster_that_an_earlier_extent_brought_is_wrong_only_in_the_later_one() -> None:
    archive = sound()
    archive.extents[3].slots.append(archive.extents[1].slots[0])
    data = archive.build()
    assert not any(field.problem for field in fields_of(data, 1).values())
    wrong = [field.name for field in fields_of(data, 3).values() if field.problem]
    assert wrong == [f"slot {len(archive.extents[3].slots) - 1}"]


def test_blocks_are_found_from_the_archive_and_from_the_device() -> None:
    for build in LEGAL.values():
        anatomy, _ = extent(build(), 0)
        for number, slot in enumerate(anatomy.slots):
            for block in range(16):
                offset = anatomy.block_offset(number, block)
                if offset is None or not slot.dev_id:
                    continue
                place = anatomy.block_at(offset + 4095)
                assert place == (slot.dev_id, slot.cluster, block)
                assert anatomy.slot_at(offset) == number
        assert anatomy.block_at(anatomy.end) is None


def test_masks_of_empty_slots_move_nothing() -> None:
    archive = sound()
    archive.extents[0].slots.insert(1, ForgedSlot(mask=0xFFFF))
    anatomy, _ = extent(archive.build(), 0)
    plain, _ = extent(sound().build(), 0)
    assert anatomy.end == plain.end
    assert anatomy.starts[3] == plain.starts[2]


def archive_field(data: bytes, name: str) -> HeaderField:
    with opened(data) as archive:
        fields = archive_fields(archive.raw_header, archive.header, archive.faults)
    return next(field for field in fields if field.name == name)


def test_the_archive_header_is_told_field_by_field() -> None:
    data = sound().build()
    assert archive_field(data, "ctime").value == "1700000000 s since 1970"
    assert archive_field(data, "version").value == "1"
    assert archive_field(data, "device 2").value.endswith(": drive-efidisk0")
    with opened(data) as archive:
        fields = archive_fields(archive.raw_header, archive.header, archive.faults)
    assert not any(field.problem for field in fields)
    assert max(field.end for field in fields) <= archive.header.size


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("header-checksum", "md5"),
        ("header-blobs", "blobs at"),
        ("device-name", "device 2"),
        ("duplicate-name", "device 2"),
        ("unsafe-name", "name 0"),
    ],
)
def test_the_wrong_field_of_the_archive_header_is_named(code: str, name: str) -> None:
    field = archive_field(DAMAGED[code](), name)
    assert field.problem
    assert field.is_error is (code not in {"duplicate-name", "unsafe-name"})


def test_a_wrong_md5_of_the_archive_header_is_told_with_the_right_one() -> None:
    right = archive_field(sound().build(), "md5").value
    assert archive_field(DAMAGED["header-checksum"](), "md5").expected == right


def test_an_extent_of_which_only_a_part_is_there_has_no_anatomy() -> None:
    table = ExtentTable()
    table.add(len(sound().build()) - 100, [], 0, is_sound=False)
    with (
        as_file(sound().build()) as path,
        ArchiveBytes(partial(open_archive, path)) as reader,
    ):
        assert read_anatomy(reader, table, 0) is None


def test_findings_of_extents_after_this_one_are_not_its_own() -> None:
    anatomy, findings = extent(DAMAGED["duplicate-cluster"]())
    later = [finding._replace(extent=anatomy.number + 1) for finding in findings]
    assert not any(field.problem for field in extent_fields(anatomy, UUID, NAMES, later))
