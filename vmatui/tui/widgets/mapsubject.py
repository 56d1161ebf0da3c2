"""What a map is about: the devices of an archive, the one in view, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from vmatui.drawing.fields import DeviceField, Field
from vmatui.drawing.notes import partition_notes
from vmatui.drawing.order import Order, order_of
from vmatui.drawing.svg import save_picture
from vmatui.engine.checking.findings import Finding
from vmatui.engine.indexing.clustermap import DeviceMap
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.indexing.regions import Region
from vmatui.engine.inspecting.byteplace import ArchivePlace, BytePlace, DevicePlace
from vmatui.engine.salvaging.provenance import Provenance
from vmatui.format.header import Device
from vmatui.format.layout import CLUSTER_SIZE


class MapSubject:
    """The devices of an archive, one of them in view.

    Args:
        devices: Of the archive.
    """

    def __init__(self, devices: Sequence[Device]) -> None:
        self.devices = devices
        self.names = {device.dev_id: device.name for device in devices}
        self.number = 0
        """Of the device in view, counted from 0."""
        self.picture: Picture | None = None
        self.findings: Sequence[Finding] = ()
        self.provenance: Provenance | None = None
        self.regions: Mapping[int, Sequence[Region]] = {}
        """The partitions of the devices, by dev_id."""

    @property
    def device(self) -> Device | None:
        """The device in view; None if the archive has no disks."""
        return self.devices[self.number] if self.devices else None

    @property
    def device_map(self) -> DeviceMap | None:
        """The clusters of the device in view, as far as there are any to show."""
        if self.picture is None or self.device is None:
            return None
        return self.picture.map.devices.get(self.device.dev_id)

    @property
    def here(self) -> Sequence[Region]:
        """The partitions of the device in view."""
        return self.regions.get(self.device.dev_id, ()) if self.device is not None else ()

    @property
    def marks(self) -> list[tuple[int, int, int]]:
        """First and last cluster of each of them, and its number."""
        return [(region.first, region.last, region.partition.number) for region in self.here]

    def order(self) -> Order | None:
        """Return when in the archive the clusters in view come, as far as a walk has come."""
        if self.picture is None or self.device_map is None:
            return None
        device = self.device_map.device
        return order_of(self.picture.placement, device.dev_id, device.clusters)

    def place_of(self, unit: int, *, is_file: bool) -> BytePlace:
        """Return where the bytes of a cluster in view, or of an extent, begin."""
        if is_file and self.picture is not None:
            return ArchivePlace(self.picture.extents[unit].offset)
        return DevicePlace(self.devices[self.number].dev_id, unit * CLUSTER_SIZE)

    def unit_at(self, offset: int, *, is_file: bool) -> int:
        """Return the cluster of a device, or the extent, that an offset is in."""
        if is_file:
            return self.picture.extents.at_offset(offset) if self.picture is not None else 0
        return offset // CLUSTER_SIZE

    def turn(self, step: int) -> None:
        """Bring the device before or after into view; the first follows the last."""
        self.number = (self.number + step) % len(self.devices)

    def turn_to(self, dev_id: int) -> bool:
        """Bring a device into view; return whether another one was there."""
        before, self.number = self.number, list(self.names).index(dev_id)
        return self.number != before

    def save(self, field: Field, archive: str, *, dark: bool) -> Path:
        """Save what is shown as a picture in the present folder, and return its path.

        Args:
            field: Of the device in view, or of the archive.
            archive: What the archive is called.
            dark: Whether on a dark ground.

        Raises:
            VmaError: it cannot be written.
        """
        title, name = "the archive", "archive"
        notes: Iterable[str] = ()
        if isinstance(field, DeviceField):
            title = name = field.device_map.device.name
            notes = partition_notes(field, self.here)
        return save_picture(field, title, Path.cwd(), f"{archive}-{name}", dark=dark, notes=notes)
