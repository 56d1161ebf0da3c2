"""An independent, strict reader of VMA archives in memory: the second half of the test oracle.

Written from the format's description alone and importing nothing of vmatui. `parse` goes by the
counts in the extent headers and lists the codes of all faults it meets; `parse_strict` takes none.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

BLOCK = 4096
CLUSTER = 65536
FIXED_HEADER = 12288
_SAFE_NAME = re.compile(r"(?!\.)[\w.+-]+", re.ASCII)


@dataclass
class ParsedDevice:
    """A device, and the blocks that the archive stores for it."""

    name: str
    size: int
    blocks: dict[int, bytes] = field(default_factory=dict)
    clusters: set[int] = field(default_factory=set)
    """Those that have a slot."""

    @property
    def cluster_count(self) -> int:
        """How many clusters a device of this size has."""
        return -(-self.size // CLUSTER)

    def pieces(self) -> Iterator[bytes]:
        """Yield the image from its start to its size, a cluster or less at a time."""
        zeros = bytes(BLOCK)
        for cluster in range(self.cluster_count):
            numbers = range(cluster * 16, cluster * 16 + 16)
            piece = b"".join(self.blocks.get(number, zeros) for number in numbers)
            yield piece[: self.size - cluster * CLUSTER]

    def image(self) -> bytes:
        """Return the whole image."""
        return b"".join(self.pieces())

    def sha256(self) -> str:
        """Return the image's digest without holding the image."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()


@dataclass(frozen=True)
class ParsedSlot:
    """A used slot."""

    index: int
    """Its place in the extent, 0 to 58."""
    mask: int
    dev_id: int
    cluster: int
    data: bytes
    """The stored blocks."""


@dataclass(frozen=True)
class ParsedExtent:
    """An extent; `slots` are the used ones."""

    offset: int
    block_count: int
    slots: tuple[ParsedSlot, ...]


@dataclass
class Parsed:
    """All that an archive holds, and the codes of its faults in the order found."""

    uuid: bytes
    ctime: int
    header_size: int
    devices: dict[int, ParsedDevice] = field(default_factory=dict)
    configs: list[tuple[str, bytes]] = field(default_factory=list)
    extents: list[ParsedExtent] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def expect(self, holds: bool, code: str) -> None:
        """Note a fault unless the condition holds."""
        if not holds:
            self.faults.append(code)


def parse_strict(archive: bytes) -> Parsed:
    """Parse a sound archive; raise AssertionError for any that is not."""
    parsed = parse(archive)
    assert not parsed.faults, parsed.faults
    return parsed


def parse(archive: bytes) -> Parsed:
    """Parse an archive and list its faults; raise AssertionError if its header is beyond use."""
    parsed = _parse_header(archive)
    at = parsed.header_size
    while at < len(archive):
        at = _parse_extent(parsed, archive, at)
    for device in parsed.devices.values():
        parsed.expect(len(device.clusters) == device.cluster_count, "missing-cluster")
    return parsed


def _parse_header(archive: bytes) -> Parsed:
    assert len(archive) > FIXED_HEADER, "cut inside the fixed header"
    magic, version, uuid, ctime, md5, blobs_at, blobs_size, size = struct.unpack_from(
        ">4sI16sq16sIII", archive
    )
    assert magic == b"VMA\0", "wrong magic"
    assert version == 1, "wrong version"
    assert FIXED_HEADER < size <= len(archive), "wrong header size"
    assert size % 512 == 0, "header is not padded"
    assert blobs_at >= FIXED_HEADER, "wrong blob buffer offset"
    assert blobs_at + blobs_size <= size, "wrong blob buffer size"
    assert not any(archive[60:2044]), "reserved bytes in use"
    parsed = Parsed(uuid, ctime, size)
    right = hashlib.md5(archive[:32] + bytes(16) + archive[48:size]).digest()
    parsed.expect(md5 == right, "header-checksum")
    blobs = dict(_blobs(archive[blobs_at : blobs_at + blobs_size]))
    _parse_configs(parsed, archive, blobs)
    _parse_devices(parsed, archive, blobs)
    _check_names(parsed)
    return parsed


def _blobs(buffer: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each blob with its pointer; byte 0 is unused, lengths are little endian."""
    at = 1
    while at < len(buffer):
        (length,) = struct.unpack_from("<H", buffer, at)
        blob = buffer[at + 2 : at + 2 + length]
        assert len(blob) == length, "blob past the end of the buffer"
        yield at, blob
        at += 2 + length


def _name(blob: bytes | None) -> str | None:
    """Return the text of a name blob: something, and a NUL that the length counts."""
    if blob is None or blob.find(b"\0") != len(blob) - 1 or len(blob) < 2:
        return None
    return blob[:-1].decode("utf-8", "surrogateescape")


def _parse_configs(parsed: Parsed, archive: bytes, blobs: dict[int, bytes]) -> None:
    names = struct.unpack_from(">256I", archive, 2044)
    contents = struct.unpack_from(">256I", archive, 3068)
    for name_pointer, data_pointer in zip(names, contents, strict=True):
        if not name_pointer or not data_pointer:
            continue
        name, data = _name(blobs.get(name_pointer)), blobs.get(data_pointer)
        if name is None or data is None:
            parsed.faults.append("header-blobs")
        else:
            parsed.configs.append((name, data))


def _parse_devices(parsed: Parsed, archive: bytes, blobs: dict[int, bytes]) -> None:
    for dev_id in range(256):
        pointer, _, size, _, _ = struct.unpack_from(">IIQQQ", archive, 4096 + 32 * dev_id)
        if not size:
            continue
        assert 1 <= dev_id <= 254, "device id out of range"
        name = _name(blobs.get(pointer))
        if name is None:
            parsed.faults.append("device-name")
        else:
            parsed.devices[dev_id] = ParsedDevice(name, size)


def _check_names(parsed: Parsed) -> None:
    devices = [device.name for device in parsed.devices.values()]
    for names in devices, [name for name, _ in parsed.configs]:
        parsed.expect(len(set(names)) == len(names), "duplicate-name")
        parsed.expect(all(_SAFE_NAME.fullmatch(name) for name in names), "unsafe-name")


def _parse_extent(parsed: Parsed, archive: bytes, at: int) -> int:
    """Parse the extent at an offset; return where the next one starts."""
    head = archive[at : at + 512]
    if len(head) < 512:
        parsed.faults.append("short-extent" if head.startswith(b"VMAE") else "trailing-data")
        return len(archive)
    magic, reserved, count, uuid, md5 = struct.unpack_from(">4sHH16s16s", head)
    parsed.expect(md5 == hashlib.md5(head[:24] + bytes(16) + head[40:]).digest(), "extent-checksum")
    parsed.expect(magic == b"VMAE", "extent-magic")
    parsed.expect(reserved == 0, "extent-reserved")
    parsed.expect(uuid == parsed.uuid, "extent-uuid")
    end: int = at + 512 + count * BLOCK
    parsed.expect(end <= len(archive), "short-extent")
    slots = tuple(_slots(struct.unpack_from(">59Q", head, 40), archive[at + 512 : end]))
    named = sum(slot.mask.bit_count() for slot in slots)
    parsed.expect(named <= count, "extra-blocks")
    parsed.expect(named >= count, "missing-blocks")
    parsed.extents.append(ParsedExtent(at, count, slots))
    for slot in slots:
        _place(parsed, slot)
    return end


def _slots(words: tuple[int, ...], payload: bytes) -> Iterator[ParsedSlot]:
    """Yield the used slots, each with the data that follows from all before it."""
    at = 0
    for index, word in enumerate(words):
        mask, dev_id, cluster = word >> 48, word >> 32 & 0xFF, word & 0xFFFFFFFF
        if dev_id:
            end = at + mask.bit_count() * BLOCK
            yield ParsedSlot(index, mask, dev_id, cluster, payload[at:end])
            at = end


def _place(parsed: Parsed, slot: ParsedSlot) -> None:
    """Put a slot's blocks onto its device."""
    device = parsed.devices.get(slot.dev_id)
    if device is None:
        parsed.faults.append("unknown-device")
        return
    first = slot.cluster * 16
    stored = [first + bit for bit in range(16) if slot.mask >> bit & 1]
    is_inside = slot.cluster < device.cluster_count
    if not is_inside or any(number * BLOCK >= device.size for number in stored):
        parsed.faults.append("beyond-end")
        return
    parsed.expect(slot.cluster not in device.clusters, "duplicate-cluster")
    if device.name == "vmstate":
        parsed.expect(slot.cluster == len(device.clusters), "vmstate-order")
    device.clusters.add(slot.cluster)
    for position, number in enumerate(stored):
        device.blocks[number] = slot.data[position * BLOCK : (position + 1) * BLOCK]
