"""One archive for each fault there is, and legal ones that merely look odd.

Every damaged archive is the same sound one with exactly one fault, of the code that names it.
Faults of extents and slots sit in extent `HIT_EXTENT`, those of a slot in its slot 0, which is
cluster `HIT_CLUSTER` of device 1; cuts and additions are at the end of the archive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.compressors import as_zstd
from tests.forge import BLOCK, CLUSTER, Disk, Forge, ForgedExtent, ForgedSlot, forge, noise

HIT_EXTENT = 2
HIT_CLUSTER = 4

_EXTENT_MD5 = 24
_HEADER_MD5 = 32


def _blocks(*numbers: int) -> dict[int, bytes]:
    return {number: noise(BLOCK, number) for number in numbers}


DISKS = (
    Disk("drive-scsi0", size=12 * CLUSTER, blocks=_blocks(*range(20), 40, 64, 65, 70, 191)),
    Disk("drive-efidisk0", size=540672, blocks=_blocks(0, 1, 77, 131)),
    Disk("vmstate", size=50 * BLOCK + 1024, blocks=_blocks(0, 5, 17, 32) | {50: noise(1024)}),
)
"""Devices 1, 2 and 3: whole clusters, 8.25 clusters, and VM state with a partial last block."""

CONFIGS = {
    "qemu-server.conf": (
        b"boot: order=scsi0\ncores: 2\nmemory: 2048\nname: forged\n"
        b"scsi0: local-lvm:vm-100-disk-0,size=768K\n"
        b"#qmdump#map:scsi0:drive-scsi0:local-lvm:raw:\n"
        b"#qmdump#map:efidisk0:drive-efidisk0:local-lvm:raw:\n"
    ),
    "qemu-server.fw": b"[OPTIONS]\n\nenable: 1\n",
}


def sound() -> Forge:
    """Return the archive that all others are made from: three devices, two configs, 5 extents."""
    return Forge.of(DISKS, CONFIGS, slots_per_extent=6)


def flip(data: bytes, offset: int, bit: int = 0) -> bytes:
    """Return the data with one bit changed; a negative offset counts from the end."""
    changed = bytearray(data)
    changed[offset] ^= 1 << bit
    return bytes(changed)


def _broken(break_it: Callable[[Forge], None]) -> Callable[[], bytes]:
    def build() -> bytes:
        archive = sound()
        break_it(archive)
        return archive.build()

    return build


def _header_blobs(archive: Forge) -> None:
    archive.config_data[1] += 1  # inside a blob, not its start


def _device_name(archive: Forge) -> None:
    archive.devices[2].name_pointer += 1


def _duplicate_name(archive: Forge) -> None:
    archive.devices[2].name_pointer = archive.devices[1].name_pointer


def _unsafe_name(archive: Forge) -> None:
    archive.config_names[1] = archive.add_name("../escape.conf")


def _extent_checksum() -> bytes:
    archive = sound()
    return flip(archive.build(), archive.extent_offsets[HIT_EXTENT] + _EXTENT_MD5)


def _extent_magic(archive: Forge) -> None:
    archive.extents[HIT_EXTENT].magic = b"VMAF"


def _extent_reserved(archive: Forge) -> None:
    archive.extents[HIT_EXTENT].reserved = 1


def _extent_uuid(archive: Forge) -> None:
    archive.extents[HIT_EXTENT].uuid = flip(archive.uuid, 3)


def _extra_blocks(archive: Forge) -> None:
    archive.extents[HIT_EXTENT].slots[0].mask |= 1 << 15


def _missing_blocks(archive: Forge) -> None:
    archive.extents[HIT_EXTENT].slots[0].mask &= ~1


def _add_slot(archive: Forge, slot: ForgedSlot) -> None:
    archive.extents[HIT_EXTENT].slots.append(slot)


def _unknown_device(archive: Forge) -> None:
    _add_slot(archive, ForgedSlot(1, 77, 0, noise(BLOCK)))


def _beyond_end(archive: Forge) -> None:
    _add_slot(archive, ForgedSlot(1, 1, DISKS[0].clusters, noise(BLOCK)))


def _duplicate_cluster(archive: Forge) -> None:
    _add_slot(archive, archive.extents[HIT_EXTENT].slots[0])


def _missing_cluster(archive: Forge) -> None:
    del archive.extents[HIT_EXTENT].slots[0]


def _vmstate_order(archive: Forge) -> None:
    slots = archive.extents[0].slots
    first, second = (number for number, slot in enumerate(slots) if slot.dev_id == 3)
    slots[first], slots[second] = slots[second], slots[first]


def _trailing_data(archive: Forge) -> None:
    archive.trailer = bytes(100)


DAMAGED: dict[str, Callable[[], bytes]] = {
    "header-checksum": lambda: flip(sound().build(), _HEADER_MD5),
    "header-blobs": _broken(_header_blobs),
    "device-name": _broken(_device_name),
    "duplicate-name": _broken(_duplicate_name),
    "unsafe-name": _broken(_unsafe_name),
    "extent-checksum": _extent_checksum,
    "extent-magic": _broken(_extent_magic),
    "extent-reserved": _broken(_extent_reserved),
    "extent-uuid": _broken(_extent_uuid),
    "short-extent": lambda: sound().build()[:-1000],
    "extra-blocks": _broken(_extra_blocks),
    "missing-blocks": _broken(_missing_blocks),
    "unknown-device": _broken(_unknown_device),
    "beyond-end": _broken(_beyond_end),
    "duplicate-cluster": _broken(_duplicate_cluster),
    "missing-cluster": _broken(_missing_cluster),
    "vmstate-order": _broken(_vmstate_order),
    "trailing-data": _broken(_trailing_data),
    "stream-checksum": lambda: flip(as_zstd(sound().build()), -1),
    # Cut inside the checksum at the frame's end: all the data are there, the end is not.
    "stream-error": lambda: as_zstd(sound().build())[:-2],
}
"""Builders of damaged archives by the code of their fault; the `stream-` ones are zstd."""

CONSEQUENCES: dict[str, set[str]] = {
    # Without a name the device is not there, and so its clusters belong to none.
    "device-name": {"unknown-device"},
}
"""Codes that a reader may rightly add to the one that was asked for."""


def _with_gaps() -> bytes:
    archive = sound()
    for extent in archive.extents:
        extent.slots = [each for slot in extent.slots for each in (ForgedSlot(), slot)]
    return archive.build()


def _with_empty_extents() -> bytes:
    archive = sound()
    extents = archive.extents
    archive.extents = [each for extent in extents for each in (ForgedExtent(), extent)]
    return archive.build()


def _with_stored_zeros() -> bytes:
    return forge([replace(disk, data=b"", blocks=_all_blocks(disk)) for disk in DISKS], CONFIGS)


def _all_blocks(disk: Disk) -> dict[int, bytes]:
    image = disk.image()
    return {at // BLOCK: image[at : at + BLOCK] for at in range(0, disk.size, BLOCK)}


def _with_bytes_past_the_end() -> bytes:
    archive = sound()
    (last,) = (
        slot
        for extent in archive.extents
        for slot in extent.slots
        if slot.dev_id == 3 and slot.cluster == 3
    )
    last.data = noise(1024) + noise(BLOCK - 1024, 1)
    return archive.build()


def _with_a_padded_header() -> bytes:
    archive = sound()
    archive.padding = 1024
    return archive.build()


def _with_an_unused_blob() -> bytes:
    archive = sound()
    archive.add_blob(noise(3000))
    return archive.build()


LEGAL: dict[str, Callable[[], bytes]] = {
    "sound": lambda: sound().build(),
    "59-slots": lambda: forge(DISKS, CONFIGS, slots_per_extent=59),
    "one-slot-per-extent": lambda: forge(DISKS, CONFIGS, slots_per_extent=1),
    "one-device-after-another": lambda: forge(DISKS, CONFIGS, interleave=False),
    "shuffled": lambda: forge(DISKS, CONFIGS, order="shuffled", slots_per_extent=6),
    "gaps": _with_gaps,
    "empty-extents": _with_empty_extents,
    "stored-zeros": _with_stored_zeros,
    "bytes-past-the-end": _with_bytes_past_the_end,
    "padded-header": _with_a_padded_header,
    "unused-blob": _with_an_unused_blob,
    "ctime-0": lambda: forge(DISKS, CONFIGS, ctime=0),
    "before-1970": lambda: forge(DISKS, CONFIGS, ctime=-1),
}
"""Builders of archives without any fault; all hold `DISKS` and `CONFIGS`."""
