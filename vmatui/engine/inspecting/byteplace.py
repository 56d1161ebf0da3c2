"""Places of bytes, in an archive or on one of its devices, and the way from one to the other."""

from __future__ import annotations

from typing import Final, NamedTuple

from vmatui.engine.checking.findings import Finding
from vmatui.engine.inspecting.anatomy import Anatomy
from vmatui.format.codes import Code
from vmatui.format.layout import BLOCK_SIZE, CLUSTER_SIZE

_ON_DEVICE: Final = frozenset({Code.ROTTEN_CLUSTER, Code.MISSING_CLUSTER})
"""Codes of faults that show in a device's data, and not where the archive has it."""


class ArchivePlace(NamedTuple):
    """A byte of the archive."""

    offset: int
    """After decompression."""


class DevicePlace(NamedTuple):
    """A byte of a device."""

    dev_id: int
    offset: int


BytePlace = ArchivePlace | DevicePlace


def place_of(finding: Finding) -> BytePlace:
    """Return where a finding shows best; the archive's start if it has no place of its own."""
    is_known = finding.offset is not None and finding.code not in _ON_DEVICE
    if finding.touched and not is_known:
        dev_id, first, _ = finding.touched[0]
        return DevicePlace(dev_id, first * CLUSTER_SIZE)
    return ArchivePlace(finding.offset or 0)


def on_device(anatomy: Anatomy, offset: int) -> DevicePlace | None:
    """Return which byte of a device a byte of an extent is; of a slot, its cluster's first."""
    block = anatomy.block_at(offset)
    if block is not None:
        inside = (offset - anatomy.data) % BLOCK_SIZE
        return DevicePlace(block.dev_id, block.offset + inside)
    number = anatomy.slot_at(offset)
    slot = anatomy.slots[number] if number is not None else None
    if slot is None or not slot.dev_id:
        return None
    return DevicePlace(slot.dev_id, slot.cluster * CLUSTER_SIZE)


def in_archive(anatomy: Anatomy, place: DevicePlace) -> ArchivePlace | None:
    """Return where an extent has a byte of a device; of one that is not stored, the slot."""
    number = anatomy.slot_of(place.dev_id, place.offset // CLUSTER_SIZE)
    if number is None:
        return None
    block, inside = divmod(place.offset % CLUSTER_SIZE, BLOCK_SIZE)
    start = anatomy.block_offset(number, block)
    return ArchivePlace(anatomy.slot_offset(number) if start is None else start + inside)
