"""Finds the partitions of an archive's devices through the archive's own index."""

from __future__ import annotations

from functools import partial

from vmatui.drawing.order import Order
from vmatui.engine.archive import Archive
from vmatui.engine.indexing.extenttable import ExtentTable
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.indexing.placement import Placement
from vmatui.engine.indexing.regions import Read, Region, find_regions
from vmatui.engine.inspecting.clusterdata import read_cluster
from vmatui.format.header import Device
from vmatui.format.layout import CLUSTER_SIZE


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


def archive_regions(archive: Archive, picture: Picture) -> dict[int, tuple[Region, ...]]:
    """Return the partitions of each device that has some, by dev_id.

    Args:
        archive: Open; its source is moved about if it is seekable.
        picture: Was drawn by a walk that is over.

    Raises:
        SourceError: the archive cannot be read any more.
    """

    def reader_of(device: Device) -> Read:
        if archive.source.seekable:
            return DeviceReader(archive, picture.extents, picture.placement, device).read
        return partial(picture.scout.read, device)

    return find_regions(archive.header.devices, reader_of)
