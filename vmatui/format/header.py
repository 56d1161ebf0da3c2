"""The archive header: identity, devices, configs, and where the first extent starts.

What is wrong but can be lived with comes back as faults beside the values; only a header in which
nothing can be found raises.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from vmatui.errors import HeaderError, NotAnArchiveError
from vmatui.format import layout
from vmatui.format.blobs import BlobTable
from vmatui.format.codes import Code, Fault, Severity


class Device(NamedTuple):
    """One disk, or the VM's memory, as the header declares it."""

    dev_id: int
    name: str
    size: int
    """Bytes; a restored image has exactly this many."""

    @property
    def clusters(self) -> int:
        """How many clusters the device has; the last may be partial."""
        return layout.clusters_in(self.size)

    @property
    def is_vmstate(self) -> bool:
        """Whether this is the VM's memory and not a disk."""
        return self.name == layout.VMSTATE_NAME


class Config(NamedTuple):
    """A configuration file that travels in the header."""

    name: str
    data: bytes


class Header(NamedTuple):
    """What the archive header says."""

    uuid: UUID
    ctime: int
    """Seconds since the epoch, signed."""
    size: int
    """Bytes; the first extent starts here."""
    devices: tuple[Device, ...]
    """In the order of their ids."""
    configs: tuple[Config, ...]
    """In the order of their slots."""

    def device(self, dev_id: int) -> Device | None:
        """Return the device with this id, or None."""
        return next((device for device in self.devices if device.dev_id == dev_id), None)

    def config(self, name: str) -> Config | None:
        """Return the config of this name, or None."""
        return next((config for config in self.configs if config.name == name), None)


def parse_header_size(start: bytes) -> int:
    """Return how many bytes the whole header has, from its first 12288.

    Raises:
        NotAnArchiveError: the magic is another.
        HeaderError: the version is unknown, or the size makes no sense.
    """
    if start[:4] != layout.MAGIC:
        raise NotAnArchiveError("not a VMA archive (wrong magic number)")
    if len(start) < layout.FIXED_HEADER_SIZE:
        raise HeaderError(
            f"the archive is cut inside its header: {len(start)} bytes are there, "
            f"{layout.FIXED_HEADER_SIZE} are the least; nothing can be restored from it"
        )
    _, version, _, _, _, _, _, size = layout.HEADER_START.unpack_from(start)
    if version != layout.VERSION:
        raise HeaderError(
            f"the archive header says version {version}; only version {layout.VERSION} is known "
            "(wrong vma version)"
        )
    if not layout.FIXED_HEADER_SIZE < size <= layout.MAX_HEADER_SIZE:
        raise HeaderError(
            f"the archive header says it has {size} bytes, which cannot be; "
            "the header is damaged (wrong vma header size)"
        )
    return int(size)


def declares_impossible_size(faults: Iterable[Fault]) -> bool:
    """Whether a device was left out of a header because none can have its size."""
    return any(fault.code is Code.HEADER_BLOBS and fault.dev_id is not None for fault in faults)


def parse_header(data: bytes) -> tuple[Header, tuple[Fault, ...]]:
    """Parse a whole archive header.

    Args:
        data: As many bytes as `parse_header_size` said.

    Returns:
        The header, and every fault that was found in it.

    Raises:
        NotAnArchiveError: the magic is another.
        HeaderError: version or size make no sense, or the header is cut.
    """
    size = parse_header_size(data[: layout.FIXED_HEADER_SIZE])
    if len(data) < size:
        raise HeaderError(
            f"the archive is cut inside its header: {len(data)} of {size} bytes are there; "
            "nothing can be restored from it (can't read vma header data)"
        )
    _, _, uuid, ctime, md5, blob_offset, blob_size, _ = layout.HEADER_START.unpack_from(data)
    faults: list[Fault] = []
    if checksum(data[:size], layout.HEADER_MD5) != md5:
        faults.append(Fault(Code.HEADER_CHECKSUM, "the md5 of the archive header does not match"))
    if blob_offset < layout.FIXED_HEADER_SIZE or blob_offset + blob_size > size:
        faults.append(
            Fault(
                Code.HEADER_BLOBS,
                f"the header puts its names and configs at {blob_offset}, {blob_size} bytes long, "
                f"which is outside its {size} bytes",
            )
        )
        blob_size = 0
    blobs = BlobTable(data[blob_offset : blob_offset + blob_size], _pointers(data))
    devices = tuple(_devices(data, blobs, faults))
    configs = tuple(_configs(data, blobs, faults))
    faults += _name_faults(devices, configs)
    return Header(UUID(bytes=uuid), ctime, size, devices, configs), tuple(faults)


def checksum(data: bytes, field: slice) -> bytes:
    """Return the md5 over `data` with the 16 bytes of `field` taken as zero."""
    digest = hashlib.md5(data[: field.start], usedforsecurity=False)
    digest.update(bytes(16))
    digest.update(data[field.stop :])
    return digest.digest()


def _pointers(data: bytes) -> set[int]:
    names = layout.CONFIG_NAMES.unpack_from(data, layout.CONFIG_NAMES_OFFSET)
    contents = layout.CONFIG_NAMES.unpack_from(data, layout.CONFIG_DATA_OFFSET)
    table = data[layout.DEVICES_OFFSET : layout.FIXED_HEADER_SIZE]
    return {*names, *contents, *(entry[0] for entry in layout.DEVICE_ENTRY.iter_unpack(table))}


def _devices(data: bytes, blobs: BlobTable, faults: list[Fault]) -> Iterator[Device]:
    for dev_id in range(layout.NAME_ENTRIES):
        pointer, _, size, _, _ = layout.DEVICE_ENTRY.unpack_from(
            data, layout.DEVICES_OFFSET + dev_id * layout.DEVICE_ENTRY.size
        )
        if not size:
            continue
        if not 0 < dev_id <= layout.MAX_DEV_ID:
            message = f"the header declares a device {dev_id}, an id that no device can have"
            faults.append(Fault(Code.DEVICE_NAME, message, Severity.WARNING))
            continue
        name = blobs.name(pointer)
        if name is None:
            message = f"device {dev_id} has no readable name"
            faults.append(Fault(Code.DEVICE_NAME, message, dev_id=dev_id))
            name = f"unnamed-{dev_id}"
        if layout.clusters_in(size) > layout.MAX_CLUSTERS:
            message = f"device {dev_id} is said to have {size} bytes, more than 256 TiB"
            faults.append(Fault(Code.HEADER_BLOBS, message, dev_id=dev_id))
            continue
        yield Device(dev_id, name, size)


def _configs(data: bytes, blobs: BlobTable, faults: list[Fault]) -> Iterator[Config]:
    names = layout.CONFIG_NAMES.unpack_from(data, layout.CONFIG_NAMES_OFFSET)
    contents = layout.CONFIG_NAMES.unpack_from(data, layout.CONFIG_DATA_OFFSET)
    for slot, (name_pointer, data_pointer) in enumerate(zip(names, contents, strict=True)):
        if not (name_pointer and data_pointer):
            continue
        name, content = blobs.name(name_pointer), blobs.get(data_pointer)
        if name is None or content is None:
            what = "name" if name is None else "content"
            message = f"the {what} of config {slot} cannot be found in the header"
            faults.append(Fault(Code.HEADER_BLOBS, message))
        if content is not None:
            yield Config(f"unnamed-{slot}.conf" if name is None else name, content)


def _name_faults(devices: tuple[Device, ...], configs: tuple[Config, ...]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for device in devices:
        if device.name in seen:
            message = f"device {device.dev_id} has the same name as device {seen[device.name]}"
            yield Fault(Code.DUPLICATE_NAME, message, Severity.WARNING, device.dev_id)
        seen.setdefault(device.name, device.dev_id)
        if _is_unsafe(device.name):
            message = f"device {device.dev_id} has a name that is unfit for a file"
            yield Fault(Code.UNSAFE_NAME, message, Severity.WARNING, device.dev_id)
    names: set[str] = set()
    for config in configs:
        if config.name in names:
            message = f"two configs have the name {config.name!r}"
            yield Fault(Code.DUPLICATE_NAME, message, Severity.WARNING)
        names.add(config.name)
        if _is_unsafe(config.name):
            message = f"the config name {config.name!r} is unfit for a file"
            yield Fault(Code.UNSAFE_NAME, message, Severity.WARNING)


def _is_unsafe(name: str) -> bool:
    return name in {".", ".."} or "/" in name or not name.isprintable()
