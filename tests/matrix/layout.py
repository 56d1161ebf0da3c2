"""The oracle: which clusters a damage did not touch, told from how the archive was laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.forge import BLOCK, CLUSTER, EXTENT_HEADER, Disk, Forge

Cluster = tuple[int, int]
"""dev_id and number."""
Range = tuple[int, int]
"""First byte and the one behind the last."""
Piece = Range | bytes
"""Bytes of the sound archive, or others."""

HEADER_FIELDS: dict[str, Range] = {
    "magic": (0, 4),
    "version": (4, 8),
    "uuid": (8, 24),
    "ctime": (24, 32),
    "md5": (32, 48),
    "blob buffer offset": (48, 52),
    "blob buffer size": (52, 56),
    "header size": (56, 60),
}
EXTENT_FIELDS: dict[str, Range] = {
    "magic": (0, 4),
    "reserved": (4, 6),
    "block count": (6, 8),
    "uuid": (8, 24),
    "md5": (24, 40),
}
SLOTS: Range = (40, EXTENT_HEADER)
_SAYS_HOW_TO_READ = set(HEADER_FIELDS) - {"ctime", "md5"}


def overlap(one: Range, other: Range) -> bool:
    """Whether two ranges have a byte in common."""
    return max(one[0], other[0]) < min(one[1], other[1])


def contains(outer: Range, inner: Range) -> bool:
    """Whether one range is all in another."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def shifted(by: int, field: Range) -> Range:
    """Return a field's place in an archive from that in its header."""
    return by + field[0], by + field[1]


@dataclass(frozen=True)
class Stored:
    """Where the stored blocks of a cluster stand."""

    place: Range
    padding: int
    """Bytes at the end that lie behind the device's end, and are no data of it."""

    @property
    def data(self) -> Range:
        """The place without the padding."""
        return self.place[0], self.place[1] - self.padding


@dataclass(frozen=True)
class Extent:
    """Where an extent stands, and its clusters."""

    place: Range
    clusters: dict[Cluster, Stored]

    @property
    def header(self) -> Range:
        """The place of its header."""
        return self.place[0], self.place[0] + EXTENT_HEADER

    @property
    def data(self) -> Range:
        """The place of its data."""
        return self.place[0] + EXTENT_HEADER, self.place[1]


class Layout:
    """A sound archive whose every byte is known.

    Args:
        forge: Made it.
        disks: Are in it, as devices 1, 2 ...
    """

    def __init__(self, forge: Forge, disks: Sequence[Disk]) -> None:
        self.archive = forge.build()
        self.extents = [*_extents(forge, disks)]
        self.header_size = self.extents[0].place[0]
        self.images = {dev_id: disk.image() for dev_id, disk in enumerate(disks, 1)}
        self.clusters = {each for extent in self.extents for each in extent.clusters}

    def original(self, cluster: Cluster) -> bytes:
        """Return what a cluster holds."""
        dev_id, number = cluster
        return self.images[dev_id][number * CLUSTER : (number + 1) * CLUSTER]

    def size_field(self, dev_id: int) -> Range:
        """Return the place of a device's size (VMA format, archive header)."""
        return shifted(4096 + 32 * dev_id, (8, 16))

    def untouched(
        self, changed: Sequence[Range], pieces: Sequence[Piece], *, is_loss_told: bool = False
    ) -> set[Cluster]:
        """Return the clusters that a damage did not touch.

        Args:
            changed: Bytes that are others now.
            pieces: What the damaged archive consists of, in order.
            is_loss_told: Whether the stream says where bytes are lost between the pieces.
        """

        def is_hit(place: Range) -> bool:
            return any(overlap(place, each) for each in changed)

        ours = [piece for piece in pieces if not isinstance(piece, bytes)]
        hit = {name for name, place in HEADER_FIELDS.items() if is_hit(place)}
        is_there = any(piece[0] == 0 and piece[1] >= self.header_size for piece in ours[:1])
        if not is_there or len(hit & _SAYS_HOW_TO_READ) > 1:
            return set()
        found = {
            cluster
            for extent in self.extents
            for piece in ours
            if contains(piece, extent.header) and _header_proves(extent, is_hit)
            for cluster, stored in extent.clusters.items()
            if stored.place[0] == stored.place[1]
            or (
                contains(piece, stored.place)
                and not is_hit(stored.data)
                and (contains(piece, extent.place) or piece == pieces[-1] or is_loss_told)
            )
        }
        return {cluster for cluster in found if not is_hit(self.size_field(cluster[0]))}


def _header_proves(extent: Extent, is_hit: Callable[[Range], bool]) -> bool:
    start = extent.place[0]
    hit = [place for place in EXTENT_FIELDS.values() if is_hit(shifted(start, place))]
    return not is_hit(shifted(start, SLOTS)) and len(hit) <= 1


def _extents(forge: Forge, disks: Sequence[Disk]) -> Iterator[Extent]:
    for start, extent in zip(forge.extent_offsets, forge.extents, strict=True):
        at = start + EXTENT_HEADER
        clusters = {}
        for slot in extent.slots:
            end = at + len(slot.data)
            disk = disks[slot.dev_id - 1]
            is_last = slot.cluster == disk.clusters - 1
            padding = -disk.size % BLOCK if slot.data and is_last else 0
            clusters[slot.dev_id, slot.cluster] = Stored((at, end), padding)
            at = end
        yield Extent((start, at), clusters)
