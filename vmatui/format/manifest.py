"""The manifest of a sealed archive: which archive it was, and an entry of 16 bytes a cluster.

Head, devices, index, chunks and tail, integers big endian. A chunk holds the entries of 4096
clusters: a bit each from the lowest on, clear for a cluster of zeros, then the entries of the
others. The index says where each chunk starts; one of nothing but zeros takes no byte. So a GiB of
data takes 258 KiB, a GiB of zeros 32 bytes. The BLAKE3 of all before the tail is the digest of the
manifest, the same whenever it is made; the tail is the time and a BLAKE3 of that digest and it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from uuid import UUID

from vmatui.errors import ManifestError
from vmatui.format import layout
from vmatui.format.digests import DIGEST_SIZE, ENTRY_SIZE, MISSING, ZERO, digest_of

MAGIC: Final = b"VMASEAL\0"
VERSION: Final = 1
CHUNK: Final = 4096
"""Clusters of a chunk: 256 MiB of a device."""
MAX_CHUNK: Final = CHUNK // 8 + CHUNK * ENTRY_SIZE
"""Bytes of a chunk without any cluster of zeros."""

_HEAD: Final = struct.Struct(">8sIB3x16sq32s")
"""magic, version, number of devices, uuid, ctime, digest of the archive header."""
_DEVICE: Final = struct.Struct(">B7xQQQ32s")
"""dev_id, size in bytes, clusters that are not zero, missing clusters, digest."""
HEAD_SIZE: Final = _HEAD.size
DEVICE_SIZE: Final = _DEVICE.size
MAX_HEAD: Final = HEAD_SIZE + DEVICE_SIZE * layout.MAX_DEV_ID
"""Bytes of the longest head."""
INDEX: Final = struct.Struct(">Q")
_TIME: Final = struct.Struct(">q")
TAIL_SIZE: Final = _TIME.size + DIGEST_SIZE


class SealedDevice(NamedTuple):
    """What was sealed of one device."""

    dev_id: int
    size: int
    """Bytes."""
    nonzero: int
    """Clusters that are not all zero."""
    missing: int
    """Clusters that the archive did not have."""
    digest: bytes
    """BLAKE3 of the entries of all its clusters in order."""

    @property
    def clusters(self) -> int:
        """How many clusters the device has."""
        return layout.clusters_in(self.size)

    @property
    def chunks(self) -> int:
        """How many chunks its entries fill."""
        return -(-self.clusters // CHUNK)


class Manifest(NamedTuple):
    """The head of a manifest: which archive it belongs to."""

    uuid: UUID
    ctime: int
    """Of the archive, seconds since the epoch."""
    header_digest: bytes
    """BLAKE3 of the archive header."""
    devices: tuple[SealedDevice, ...]

    @property
    def index_start(self) -> int:
        """Where in the manifest the index starts, in bytes."""
        return _HEAD.size + _DEVICE.size * len(self.devices)

    @property
    def chunks_start(self) -> int:
        """Where in the manifest the first chunk starts, in bytes."""
        return self.index_start + INDEX.size * (1 + sum(device.chunks for device in self.devices))


def pack_manifest(manifest: Manifest) -> bytes:
    """Return the head of a manifest with its devices."""
    head = _HEAD.pack(
        MAGIC,
        VERSION,
        len(manifest.devices),
        manifest.uuid.bytes,
        manifest.ctime,
        manifest.header_digest,
    )
    return head + b"".join(
        _DEVICE.pack(device.dev_id, device.size, device.nonzero, device.missing, device.digest)
        for device in manifest.devices
    )


def parse_manifest(data: bytes) -> Manifest:
    """Parse the head of a manifest.

    Args:
        data: The first bytes of it: `HEAD_SIZE` and those of 254 devices are enough.

    Raises:
        ManifestError: it is none, or of another version, or makes no sense; says which after
            "the manifest ...".
    """
    if data[: len(MAGIC)] != MAGIC or len(data) < _HEAD.size:
        raise ManifestError("is none: it does not start as one")
    _, version, count, uuid, ctime, header_digest = _HEAD.unpack_from(data)
    if version != VERSION:
        raise ManifestError(f"has version {version}, which only a newer vmatui knows")
    devices = tuple(_parse_devices(data, count))
    known = {device.dev_id for device in devices}
    if len(known) < count or not known <= set(range(1, layout.MAX_DEV_ID + 1)):
        raise ManifestError("is damaged: its devices make no sense")
    return Manifest(UUID(bytes=uuid), ctime, header_digest, devices)


def pack_index(starts: Iterable[int]) -> bytes:
    """Return the index.

    Args:
        starts: Where in the manifest each chunk starts, and where the last one ends, in bytes.
    """
    return b"".join(map(INDEX.pack, starts))


def packed_size(clusters: int, kept: int) -> int:
    """Return the bytes of a chunk.

    Args:
        clusters: How many it has entries for.
        kept: Those of them that are not zero.
    """
    return -(-clusters // 8) + kept * ENTRY_SIZE if kept else 0


def pack_chunk(entries: bytes) -> bytes:
    """Return a chunk as the manifest holds it.

    Args:
        entries: Of at most 4096 neighbouring clusters.
    """
    if not entries.strip(b"\0"):
        return b""
    bits = bytearray(packed_size(len(entries) // ENTRY_SIZE, 1) - ENTRY_SIZE)
    kept = []
    for number, start in enumerate(range(0, len(entries), ENTRY_SIZE)):
        entry = entries[start : start + ENTRY_SIZE]
        if entry != ZERO:
            bits[number >> 3] |= 1 << (number & 7)
            kept.append(entry)
    return bytes(bits) + b"".join(kept)


def parse_chunk(data: bytes, clusters: int) -> bytes:
    """Return the entries of a chunk.

    Args:
        data: As `pack_chunk` made it.
        clusters: How many it has entries for.

    Raises:
        ManifestError: it is not of the right length.
    """
    if not data:
        return ZERO * clusters
    size = -(-clusters // 8)
    bits = int.from_bytes(data[:size], "little")
    if len(data) != size + bits.bit_count() * ENTRY_SIZE or bits >> clusters:
        raise ManifestError("is damaged: a chunk of it has a wrong length")
    if bits.bit_count() == clusters:
        return data[size:]
    entries = iter(range(size, len(data), ENTRY_SIZE))
    return b"".join(
        [
            data[(start := next(entries)) : start + ENTRY_SIZE] if bits >> number & 1 else ZERO
            for number in range(clusters)
        ]
    )


def pack_tail(digest: bytes, sealed_at: int) -> bytes:
    """Return the tail of a manifest.

    Args:
        digest: BLAKE3 of all before it.
        sealed_at: Seconds since the epoch.
    """
    time = _TIME.pack(sealed_at)
    return time + digest_of(digest + time)


def parse_tail(data: bytes, digest: bytes) -> int:
    """Return when an archive was sealed, in seconds since the epoch.

    Args:
        data: The tail.
        digest: BLAKE3 of all before it.

    Raises:
        ManifestError: the two do not fit together, so nothing in the manifest can be believed.
    """
    sealed_at: int = _TIME.unpack_from(data)[0]
    if data != pack_tail(digest, sealed_at):
        raise ManifestError("is damaged: its own digest does not match")
    return sealed_at


def count_kinds(entries: bytes) -> tuple[int, int]:
    """Return how many clusters are not all zero, and how many are missing."""
    each = [entries[at : at + ENTRY_SIZE] for at in range(0, len(entries), ENTRY_SIZE)]
    missing = each.count(MISSING)
    return len(each) - each.count(ZERO) - missing, missing


def _parse_devices(data: bytes, count: int) -> Iterator[SealedDevice]:
    if len(data) < _HEAD.size + count * _DEVICE.size:
        raise ManifestError("is damaged: it is cut")
    for number in range(count):
        device = SealedDevice(*_DEVICE.unpack_from(data, _HEAD.size + number * _DEVICE.size))
        if not 0 < device.clusters <= layout.MAX_CLUSTERS:
            raise ManifestError("is damaged: a device of it has no size that can be")
        yield device
