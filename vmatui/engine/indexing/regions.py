"""What the partitions of a device are, and what file systems they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from vmatui.format.header import Device
from vmatui.format.layout import CLUSTER_SIZE
from vmatui.format.partitions import HEAD, Partition, parse_partitions
from vmatui.storage.signature import signature_of

Read = Callable[[int, int], bytes | None]
"""Gives bytes of a device: offset and length."""

_SIGNED: Final = 3 * CLUSTER_SIZE
"""Bytes from a partition's start in which all common file systems sign."""
_MOST_SIGNED: Final = 32
"""Partitions of a device whose content is looked at."""


class Region(NamedTuple):
    """A partition as the map shows it."""

    partition: Partition
    content: str | None
    """What it holds, `ext4 file system`; None if nothing is known."""

    @property
    def first(self) -> int:
        """The cluster that it begins in."""
        return self.partition.start // CLUSTER_SIZE

    @property
    def last(self) -> int:
        """The cluster that it ends in."""
        return (self.partition.start + self.partition.size - 1) // CLUSTER_SIZE

    @property
    def kind(self) -> str:
        """What it is in a word or two: its file system, else what the table says."""
        return (self.content or self.partition.kind).removesuffix(" file system")


def read_regions(read: Read, size: int) -> tuple[Region, ...]:
    """Return the partitions of a device; none where there is no table or it cannot be read.

    Args:
        read: Gives bytes of the device from an offset on, None where it cannot.
        size: Bytes of the device.

    Raises:
        SourceError: the archive cannot be read any more.
    """
    head = read(0, HEAD) or b""
    tail = read(max(size - HEAD, 0), HEAD) or b""
    partitions = parse_partitions(head, tail, size)
    return tuple(
        Region(partition, _content(read, partition) if number < _MOST_SIGNED else None)
        for number, partition in enumerate(partitions)
    )


def find_regions(
    devices: Iterable[Device], reader_of: Callable[[Device], Read]
) -> dict[int, tuple[Region, ...]]:
    """Return the partitions of each device that has some, by dev_id.

    Args:
        devices: Of an archive.
        reader_of: Returns what reads a device.

    Raises:
        SourceError: the archive cannot be read any more.
    """
    found = {device.dev_id: read_regions(reader_of(device), device.size) for device in devices}
    return {dev_id: regions for dev_id, regions in found.items() if regions}


def _content(read: Read, partition: Partition) -> str | None:
    start = read(partition.start, min(_SIGNED, partition.size))
    return signature_of(start, partition.size) if start else None
