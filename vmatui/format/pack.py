"""The writer's half of the format: an archive header and extent headers as bytes.

What the format cannot hold is refused before a byte is made; what is packed here, the parsers read
back as it was.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from vmatui.errors import UsageError
from vmatui.format import layout
from vmatui.format.extent import Slot
from vmatui.format.header import Config, Device, checksum

MAX_WRITTEN_HEADER: Final = 512 << 10
"""Bytes of the largest header that the reference writes (VMA format, sizes)."""

_LENGTH: Final = struct.Struct("<H")


def pack_header(
    uuid: UUID, ctime: int, devices: Sequence[Device], configs: Sequence[Config]
) -> bytes:
    """Return a whole archive header (VMA format, archive header).

    Args:
        uuid: The archive's; every extent repeats it.
        ctime: Seconds since the epoch, signed.
        devices: At most 254, each with an id and size of its own.
        configs: At most 256.

    Raises:
        UsageError: The header cannot hold this.
    """
    _check_devices(devices)
    if len(configs) > layout.NAME_ENTRIES:
        raise UsageError(
            f"an archive holds {layout.NAME_ENTRIES} configs at most, not {len(configs)}"
        )
    if not -(1 << 63) <= ctime < 1 << 63:
        raise UsageError(f"the creation time {ctime} does not fit into the archive header")
    blobs = _Blobs()
    names = [
        (blobs.add_name(config.name), blobs.add(config.data, config.name)) for config in configs
    ]
    entries = [(device, blobs.add_name(device.name)) for device in devices]
    return _assemble(uuid, ctime, names, entries, bytes(blobs.buffer))


def pack_extent(uuid: UUID, slots: Iterable[Slot]) -> bytes:
    """Return the 512 bytes of an extent header (VMA format, extent).

    Args:
        uuid: The archive's.
        slots: At most 59, in the order in which their stored blocks follow; one with the dev_id 0
            is empty.

    Raises:
        UsageError: There are too many slots, or one holds a number that has no room.
    """
    return pack_slots(uuid, [_pack_slot(slot) for slot in slots])


def pack_slots(uuid: UUID, packed: Sequence[int]) -> bytes:
    """Return the 512 bytes of an extent header from slots that are 64-bit numbers already.

    Raises:
        UsageError: There are too many slots.
    """
    if len(packed) > layout.SLOTS_PER_EXTENT:
        raise UsageError(
            f"an extent holds {layout.SLOTS_PER_EXTENT} clusters at most, not {len(packed)}"
        )
    blocks = sum([(slot >> 48).bit_count() for slot in packed])
    empty = (0,) * (layout.SLOTS_PER_EXTENT - len(packed))
    start = layout.EXTENT_MAGIC, 0, blocks, uuid.bytes, bytes(16)
    header = bytearray(layout.EXTENT_HEADER.pack(*start, *packed, *empty))
    header[layout.EXTENT_MD5] = checksum(bytes(header), layout.EXTENT_MD5)
    return bytes(header)


class _Blobs:
    """The blob buffer while it grows; its first byte stays unused (VMA format, blobs)."""

    def __init__(self) -> None:
        self.buffer = bytearray(1)

    def add(self, blob: bytes, name: str) -> int:
        """Append a blob and return its pointer."""
        if len(blob) > layout.MAX_BLOB:
            raise UsageError(
                f"{name} has {len(blob)} bytes; an archive header holds {layout.MAX_BLOB} at most"
            )
        pointer = len(self.buffer)
        self.buffer += _LENGTH.pack(len(blob)) + blob
        return pointer

    def add_name(self, name: str) -> int:
        """Append a name, which ends with a NUL, and return its pointer."""
        if not name or "\0" in name:
            raise UsageError(f"{name!r} cannot be the name of a device or config")
        try:
            encoded = name.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise UsageError(f"the name {name!r} is no text that can be stored") from None
        return self.add(encoded + b"\0", f"the name {name[:20]!r}…")


def _check_devices(devices: Sequence[Device]) -> None:
    seen: set[int] = set()
    for device in devices:
        if not 0 < device.dev_id <= layout.MAX_DEV_ID or device.dev_id in seen:
            raise UsageError(
                f"{device.name} cannot have the device id {device.dev_id}: ids go from 1 to "
                f"{layout.MAX_DEV_ID}, each once"
            )
        if device.size <= 0 or device.clusters > layout.MAX_CLUSTERS:
            raise UsageError(
                f"{device.name} has {device.size} bytes; a device has at least 1 and at most "
                f"{layout.MAX_CLUSTERS * layout.CLUSTER_SIZE}"
            )
        seen.add(device.dev_id)


def _assemble(
    uuid: UUID,
    ctime: int,
    configs: Sequence[tuple[int, int]],
    devices: Sequence[tuple[Device, int]],
    blobs: bytes,
) -> bytes:
    used = layout.FIXED_HEADER_SIZE + len(blobs)
    size = -(-used // layout.HEADER_ALIGNMENT) * layout.HEADER_ALIGNMENT
    if size > MAX_WRITTEN_HEADER:
        raise UsageError(
            f"names and configs need an archive header of {size} bytes; "
            f"it can have {MAX_WRITTEN_HEADER} at most, so leave out a config"
        )
    header = bytearray(size)
    layout.HEADER_START.pack_into(
        header,
        0,
        layout.MAGIC,
        layout.VERSION,
        uuid.bytes,
        ctime,
        bytes(16),
        layout.FIXED_HEADER_SIZE,
        len(blobs),
        size,
    )
    for slot, (name, data) in enumerate(configs):
        struct.pack_into(">I", header, layout.CONFIG_NAMES_OFFSET + 4 * slot, name)
        struct.pack_into(">I", header, layout.CONFIG_DATA_OFFSET + 4 * slot, data)
    for device, name in devices:
        at = layout.DEVICES_OFFSET + device.dev_id * layout.DEVICE_ENTRY.size
        layout.DEVICE_ENTRY.pack_into(header, at, name, 0, device.size, 0, 0)
    header[layout.FIXED_HEADER_SIZE : used] = blobs
    header[layout.HEADER_MD5] = checksum(bytes(header), layout.HEADER_MD5)
    return bytes(header)


def _pack_slot(slot: Slot) -> int:
    mask, dev_id, cluster = slot
    if not (
        0 <= mask <= 0xFFFF
        and 0 <= dev_id <= layout.MAX_DEV_ID
        and 0 <= cluster < layout.MAX_CLUSTERS
    ):
        raise UsageError(f"cluster {cluster} of device {dev_id} (mask {mask}) fits into no slot")
    if not dev_id and (mask or cluster):
        raise UsageError("an empty slot (device 0) has neither a mask nor a cluster number")
    return mask << 48 | dev_id << 32 | cluster
