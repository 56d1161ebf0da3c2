"""An independent writer of VMA archives, in memory: sound ones, and any broken one a test needs.

Written from the format's description alone and importing nothing of vmatui, so that a
misunderstanding there cannot hide here. `forge` makes a sound archive; `Forge` lets a test change
any field first. Everywhere in a `Forge`, None means "the value that is right".
"""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict, Unpack

BLOCK = 4096
CLUSTER = 65536
BLOCKS_IN_CLUSTER = 16
MAX_SLOTS = 59
EXTENT_HEADER = 512
FIXED_HEADER = 12288

UUID = b"forged by tests."
CTIME = 1_700_000_000

Configs = Mapping[str, bytes] | Sequence[tuple[str, bytes]]


class Options(TypedDict, total=False):
    """How an archive is laid out; every option has a default."""

    uuid: bytes
    ctime: int
    slots_per_extent: int
    """58, as the reference fills them; 59 is the most."""
    interleave: bool
    """Whether devices take turns (the default) or follow each other."""
    order: Literal["reference", "shuffled"]
    """Clusters of a device ascending (the default), or all clusters in random order.

    VM state is never out of order, because that would be a fault.
    """
    seed: int
    """Of the random order."""


def noise(size: int, seed: int = 0) -> bytes:
    """Return bytes that look random, always the same for a seed, no block of them zero."""
    return random.Random(seed).randbytes(size)


@dataclass
class Disk:
    """A disk to put into an archive.

    Blocks of zeros in `data` are not stored. A block named in `blocks` (number -> up to 4096 bytes)
    is stored even if it is zero, and so a disk of any size costs only its blocks. Nothing keeps
    them inside the disk.
    """

    name: str
    data: bytes = b""
    dev_id: int | None = None
    """None: the next free one, from 1."""
    size: int = 0
    """Bytes; at least those of `data`."""
    blocks: Mapping[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.size = max(self.size, len(self.data))
        pieces = (self.data[at : at + BLOCK] for at in range(0, len(self.data), BLOCK))
        stored = {number: piece for number, piece in enumerate(pieces) if piece.strip(b"\0")}
        stored.update(self.blocks)
        self.blocks = {number: block.ljust(BLOCK, b"\0") for number, block in stored.items()}

    @property
    def clusters(self) -> int:
        """How many clusters the disk has; the last may be partial."""
        return -(-self.size // CLUSTER)

    def image(self) -> bytes:
        """Return what a restore must give, exactly."""
        image = bytearray(self.clusters * CLUSTER)
        for number, block in self.blocks.items():
            image[number * BLOCK : (number + 1) * BLOCK] = block
        return bytes(image[: self.size])


@dataclass
class ForgedSlot:
    """One slot with the blocks that it brings along; dev_id 0 makes it an empty one."""

    mask: int = 0
    dev_id: int = 0
    cluster: int = 0
    data: bytes = b""
    """The stored blocks, wherever the slot is moved to. Nothing checks it against the mask."""
    reserved: int = 0

    def pack(self) -> bytes:
        """Return the 8 bytes of the slot (VMA format, slot)."""
        return struct.pack(">HBBI", self.mask, self.reserved, self.dev_id, self.cluster)


@dataclass
class ForgedExtent:
    """One extent: its header, and its slots with their data."""

    slots: list[ForgedSlot] = field(default_factory=list)
    block_count: int | None = None
    uuid: bytes | None = None
    magic: bytes = b"VMAE"
    reserved: int = 0
    md5: bytes | None = None

    def build(self, uuid: bytes) -> bytes:
        """Return header and data; `uuid` is the archive's (VMA format, extent)."""
        payload = b"".join(slot.data for slot in self.slots)
        count = len(payload) // BLOCK if self.block_count is None else self.block_count
        start = struct.pack(">4sHH16s", self.magic, self.reserved, count, self.uuid or uuid)
        slots = b"".join(slot.pack() for slot in self.slots).ljust(8 * MAX_SLOTS, b"\0")
        md5 = self.md5 or hashlib.md5(start + bytes(16) + slots).digest()
        return start + md5 + slots + payload


@dataclass
class ForgedDevice:
    """An entry of the device table."""

    name_pointer: int
    size: int


@dataclass
class Forge:
    """An archive in parts, every one of which may be changed before `build`."""

    uuid: bytes = UUID
    ctime: int = CTIME
    magic: bytes = b"VMA\0"
    version: int = 1
    md5: bytes | None = None
    blob_buffer_offset: int = FIXED_HEADER
    blob_buffer_size: int | None = None
    header_size: int | None = None
    """What the field says; the header that is built has its right size all the same."""
    config_names: list[int] = field(default_factory=list)
    config_data: list[int] = field(default_factory=list)
    devices: dict[int, ForgedDevice] = field(default_factory=dict)
    blobs: bytearray = field(default_factory=lambda: bytearray(1))
    padding: int = 0
    """Zeros at the header's end, beyond those that make it a multiple of 512."""
    extents: list[ForgedExtent] = field(default_factory=list)
    trailer: bytes = b""
    """Bytes after the last extent."""

    @classmethod
    def of(cls, disks: Sequence[Disk], configs: Configs = (), **options: Unpack[Options]) -> Forge:
        """Return a sound archive of the disks and configs, ready to be broken."""
        forge = cls(options.get("uuid", UUID), options.get("ctime", CTIME))
        for name, data in configs.items() if isinstance(configs, Mapping) else configs:
            forge.add_config(name, data)
        by_id = _with_ids(disks)
        for dev_id, disk in by_id.items():
            forge.add_device(dev_id, disk.name, disk.size)
        slots = _slots(by_id, options)
        step = options.get("slots_per_extent", 58)
        # Without any cluster the reference still writes one empty extent.
        for at in range(0, len(slots) or 1, step):
            forge.extents.append(ForgedExtent(slots[at : at + step]))
        return forge

    def add_blob(self, data: bytes) -> int:
        """Append a blob and return its pointer (VMA format, blobs)."""
        pointer = len(self.blobs)
        self.blobs += struct.pack("<H", len(data)) + data
        return pointer

    def add_name(self, name: str) -> int:
        """Append a name as a blob and return its pointer; surrogates stand for raw bytes."""
        return self.add_blob(name.encode("utf-8", "surrogateescape") + b"\0")

    def add_config(self, name: str, data: bytes) -> None:
        """Append a config."""
        self.config_names.append(self.add_name(name))
        self.config_data.append(self.add_blob(data))

    def add_device(self, dev_id: int, name: str, size: int) -> None:
        """Enter a device, without any cluster."""
        self.devices[dev_id] = ForgedDevice(self.add_name(name), size)

    @property
    def extent_offsets(self) -> list[int]:
        """Where in the archive each extent's header starts."""
        offsets = [len(self._header())]
        for extent in self.extents:
            offsets.append(offsets[-1] + len(extent.build(self.uuid)))
        return offsets[:-1]

    def build(self) -> bytes:
        """Return the archive."""
        extents = (extent.build(self.uuid) for extent in self.extents)
        archive = bytearray(b"".join([self._header(), *extents, self.trailer]))
        (size,) = struct.unpack_from(">I", archive, 56)
        archive[32:48] = self.md5 or hashlib.md5(archive[:size]).digest()
        return bytes(archive)

    def _header(self) -> bytes:
        """Return the header with a zeroed md5 (VMA format, archive header)."""
        length = -(-(FIXED_HEADER + len(self.blobs)) // 512) * 512 + self.padding
        start = struct.pack(
            ">4sI16sq16sIII",
            self.magic,
            self.version,
            self.uuid,
            self.ctime,
            bytes(16),
            self.blob_buffer_offset,
            len(self.blobs) if self.blob_buffer_size is None else self.blob_buffer_size,
            length if self.header_size is None else self.header_size,
        )
        header = bytearray(start.ljust(length, b"\0"))
        struct.pack_into(f">{len(self.config_names)}I", header, 2044, *self.config_names)
        struct.pack_into(f">{len(self.config_data)}I", header, 3068, *self.config_data)
        for dev_id, device in self.devices.items():
            entry = device.name_pointer, 0, device.size
            struct.pack_into(">IIQ", header, 4096 + 32 * dev_id, *entry)
        header[FIXED_HEADER : FIXED_HEADER + len(self.blobs)] = self.blobs
        return bytes(header)


def forge(disks: Sequence[Disk], configs: Configs = (), **options: Unpack[Options]) -> bytes:
    """Return a sound archive of the disks and configs."""
    return Forge.of(disks, configs, **options).build()


def _with_ids(disks: Sequence[Disk]) -> dict[int, Disk]:
    taken = {disk.dev_id for disk in disks}
    free = (dev_id for dev_id in range(1, 256) if dev_id not in taken)
    return {disk.dev_id or next(free): disk for disk in disks}


def _slots(disks: Mapping[int, Disk], options: Options) -> list[ForgedSlot]:
    order = [(dev_id, number) for dev_id in disks for number in range(disks[dev_id].clusters)]
    if options.get("order") == "shuffled":
        random.Random(options.get("seed", 0)).shuffle(order)
        order = list(_vmstate_in_order(order, disks))
    elif options.get("interleave", True):
        order.sort(key=lambda item: item[1])
    return [_slot(disks[dev_id], dev_id, number) for dev_id, number in order]


def _vmstate_in_order(
    order: Sequence[tuple[int, int]], disks: Mapping[int, Disk]
) -> Iterator[tuple[int, int]]:
    states = {dev_id for dev_id in disks if disks[dev_id].name == "vmstate"}
    ascending = iter(sorted(item for item in order if item[0] in states))
    for item in order:
        yield next(ascending) if item[0] in states else item


def _slot(disk: Disk, dev_id: int, cluster: int) -> ForgedSlot:
    first = cluster * BLOCKS_IN_CLUSTER
    stored = [bit for bit in range(BLOCKS_IN_CLUSTER) if first + bit in disk.blocks]
    data = b"".join(disk.blocks[first + bit] for bit in stored)
    return ForgedSlot(sum(1 << bit for bit in stored), dev_id, cluster, data)
