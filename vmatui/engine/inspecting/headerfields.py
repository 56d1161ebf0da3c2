"""The fields of an archive's headers, one by one: where each is, what it says, what is wrong.

What is wrong is what the walk and the parsers say; here it only finds its field.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from vmatui.engine.checking.findings import Finding
from vmatui.engine.inspecting.anatomy import Anatomy
from vmatui.engine.walking.extentfaults import header_faults
from vmatui.format import layout
from vmatui.format.codes import Code, Fault, Severity
from vmatui.format.extent import Slot
from vmatui.format.header import Header, checksum

_SLOT_CODES: Final = frozenset(
    {
        Code.UNKNOWN_DEVICE,
        Code.BEYOND_END,
        Code.DUPLICATE_CLUSTER,
        Code.VMSTATE_ORDER,
        Code.ROTTEN_CLUSTER,
    }
)


class HeaderField(NamedTuple):
    """A field of an archive header, or of an extent's."""

    name: str
    start: int
    """Archive offset in bytes."""
    end: int
    """Archive offset behind it."""
    value: str
    """What it says; may hold text from the archive."""
    problem: str = ""
    """What is wrong with it, a sentence; empty if nothing is known against it."""
    expected: str = ""
    """What it should say, where that is known."""
    is_error: bool = True
    """Whether the problem is an error, and not a warning."""


def extent_fields(
    anatomy: Anatomy, uuid: bytes, names: Mapping[int, str], findings: Iterable[Finding] = ()
) -> tuple[HeaderField, ...]:
    """Return the fields of an extent's header (VMA format, extent).

    Args:
        anatomy: The extent.
        uuid: Of the archive.
        names: What to call each device, by dev_id.
        findings: Of the archive; those about this extent's clusters are shown at their slots.
    """
    header, raw = anatomy.header, anatomy.raw
    magic, reserved, count, own_uuid, md5 = struct.unpack_from(">4sHH16s16s", raw)
    faults = {fault.code: fault for fault in header_faults(header, uuid)}
    named = f"{header.blocks_in_masks}, as the slots name them"
    blocks = faults.get(Code.EXTRA_BLOCKS) or faults.get(Code.MISSING_BLOCKS)
    rightful = checksum(raw, layout.EXTENT_MD5).hex()
    start = anatomy.offset
    fields = [
        _field("magic", start, 4, repr(magic)[2:-1], faults.get(Code.EXTENT_MAGIC), "VMAE"),
        _field("reserved", start + 4, 2, str(reserved), faults.get(Code.EXTENT_RESERVED), "0"),
        _field("blocks", start + 6, 2, str(count), blocks, named),
        _field("uuid", start + 8, 16, own_uuid.hex(), faults.get(Code.EXTENT_UUID),
               uuid.hex()),
        _field("md5", start + 24, 16, md5.hex(), faults.get(Code.EXTENT_CHECKSUM), rightful),
    ]  # fmt: skip
    about = [
        finding
        for finding in findings
        if finding.code in _SLOT_CODES and (finding.extent or 0) <= anatomy.number
    ]
    for number, slot in enumerate(anatomy.slots):
        same = anatomy.slots.count(slot) > 1 and anatomy.slots.index(slot) == number
        found = [each for each in about if not (same and each.code is Code.DUPLICATE_CLUSTER)]
        fields.append(_slot_field(number, anatomy.slot_offset(number), slot, names, found))
    return tuple(fields)


def archive_fields(raw: bytes, header: Header, faults: Sequence[Fault]) -> tuple[HeaderField, ...]:
    """Return the fields of an archive header that are in use (VMA format, archive header).

    Args:
        raw: The header.
        header: The same, parsed.
        faults: What is wrong with it.
    """
    magic, version, uuid, ctime, md5, blobs, used, size = layout.HEADER_START.unpack_from(raw)
    general = {fault.code: fault for fault in faults if fault.dev_id is None}
    digest = checksum(raw[: header.size], layout.HEADER_MD5).hex()
    fields = [
        _field("magic", 0, 4, repr(magic)[2:-1]),
        _field("version", 4, 4, str(version)),
        _field("uuid", 8, 16, uuid.hex()),
        _field("ctime", 24, 8, f"{ctime} s since 1970"),
        _field("md5", 32, 16, md5.hex(), general.get(Code.HEADER_CHECKSUM), digest),
        _field("blobs at", 48, 4, str(blobs), general.get(Code.HEADER_BLOBS)),
        _field("blob size", 52, 4, str(used)),
        _field("size", 56, 4, str(size)),
    ]
    fields += _config_fields(raw, general)
    fields += _device_fields(raw, header, faults)
    if layout.FIXED_HEADER_SIZE <= blobs < blobs + used <= header.size:
        fields.append(_field("blobs", blobs, used, f"{used} bytes of names and configs"))
    return tuple(fields)


def _config_fields(raw: bytes, faults: Mapping[Code, Fault]) -> Iterator[HeaderField]:
    fault = faults.get(Code.UNSAFE_NAME) or faults.get(Code.DUPLICATE_NAME)
    tables = ("name", layout.CONFIG_NAMES_OFFSET), ("config", layout.CONFIG_DATA_OFFSET)
    for what, start in tables:
        for slot, pointer in enumerate(layout.CONFIG_NAMES.unpack_from(raw, start)):
            if pointer:
                about = fault if what == "name" else None
                yield _field(f"{what} {slot}", start + 4 * slot, 4, f"blob at {pointer}", about)


def _device_fields(raw: bytes, header: Header, faults: Sequence[Fault]) -> Iterator[HeaderField]:
    by_device = {fault.dev_id: fault for fault in faults if fault.dev_id is not None}
    for dev_id in range(layout.NAME_ENTRIES):
        at = layout.DEVICES_OFFSET + dev_id * layout.DEVICE_ENTRY.size
        pointer, _, size, _, _ = layout.DEVICE_ENTRY.unpack_from(raw, at)
        if pointer or size:
            device = header.device(dev_id)
            value = f"{size} bytes, name at {pointer}" + (f": {device.name}" if device else "")
            fault = by_device.get(dev_id)
            yield _field(f"device {dev_id}", at, layout.DEVICE_ENTRY.size, value, fault)


def _slot_field(
    number: int, at: int, slot: Slot, names: Mapping[int, str], findings: Sequence[Finding]
) -> HeaderField:
    end = at + layout.SLOT_SIZE
    if not slot.dev_id:
        return HeaderField(f"slot {number}", at, end, "empty")
    device = names.get(slot.dev_id, f"device {slot.dev_id}")
    value = f"{slot.cluster}  {slot.mask:04x}  {device}"
    wrong = next(
        (each for each in findings if each.concerns(slot.dev_id, slot.cluster, slot.cluster)), None
    )
    if wrong is None:
        return HeaderField(f"slot {number}", at, end, value)
    is_error = wrong.severity is Severity.ERROR
    return HeaderField(f"slot {number}", at, end, value, wrong.message, is_error=is_error)


def _field(
    name: str, start: int, length: int, value: str, fault: Fault | None = None, expected: str = ""
) -> HeaderField:
    if fault is None:
        return HeaderField(name, start, start + length, value)
    is_error = fault.severity is Severity.ERROR
    return HeaderField(name, start, start + length, value, fault.message, expected, is_error)
