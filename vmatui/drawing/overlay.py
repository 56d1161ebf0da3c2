"""What the partitions of a device are, found through the archive's own index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from vmatui.drawing.order import Order
from vmatui.engine.archive import Archive
from vmatui.engine.clusterdata import read_cluster
from vmatui.engine.extenttable import ExtentTable
from vmatui.engine.placement import Placement
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


@dataclass(frozen=True, slots=True)
class Region:
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


class DeviceReader:
    """Reads bytes of one device out of a seekable archive that was walked.

    Args:
        archive: Open; its source is moved about.
        table: Its extents.
        placement: Which clusters they bring.
        device: Which device.
    """

    def __init__(
        self, archive: Archive, table: ExtentTable, placement: Placement, device: Device
    ) -> None:
        self._archive = archive
        self._table = table
        self._device = device
        self._order = Order(placement, device.dev_id, device.clusters)
        self._order.update(placement.count)

    def read(self, offset: int, length: int) -> bytes | None:
        """Return bytes of the device, cut at its end; None where the archive lacks some of them.

        Raises:
            SourceError: the archive cannot be read any more.
        """
        stop = min(offset + length, self._device.size)
        parts = []
        for cluster in range(offset // CLUSTER_SIZE, -(-stop // CLUSTER_SIZE)):
            extent = self._order.extent_of(cluster)
            data = extent is not None and read_cluster(
                self._archive, self._table[extent].offset, self._device.dev_id, cluster
            )
            if not data:
                return None
            parts.append(data)
        skipped = offset // CLUSTER_SIZE * CLUSTER_SIZE
        return b"".join(parts)[offset - skipped : stop - skipped]


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


def _content(read: Read, partition: Partition) -> str | None:
    start = read(partition.start, min(_SIGNED, partition.size))
    return signature_of(start, partition.size) if start else None
