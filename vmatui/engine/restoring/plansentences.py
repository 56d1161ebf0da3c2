"""A restore plan in words: what is done to each device, and whether there is room for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from vmatui.engine.restoring.planneddevice import PlannedDevice
from vmatui.storage.blockdev import free_bytes
from vmatui.storage.destination import ZeroPolicy
from vmatui.storage.imageformat import RAW

_FIRST: Final = {
    ZeroPolicy.SPARSE: "not zeroed first",
    ZeroPolicy.ZERO: "zeroed first",
    ZeroPolicy.DISCARD: "discarded or zeroed first",
}


def device_sentence(planned: PlannedDevice) -> str:
    """Return what is done to a device."""
    name = planned.device.name
    if planned.destination is None:
        return f"{name}: skipped"
    if planned.kind is None:
        return f"{name}: cannot be written to {planned.target}"
    return f"{name}: {size_text(planned.device.size)} {_fate(planned)}"


def space_warnings(devices: Iterable[PlannedDevice]) -> Iterator[str]:
    """Yield where there may be too little space.

    A sparse file may need far less than its size, so that is no problem yet.
    """
    for needed, free, place in lacking_space((each, each.device.size) for each in devices):
        yield (
            f"the disks need up to {size_text(needed)} in {place}, {size_text(free)} are "
            "free: enough only if much of them is zero"
        )


def lacking_space(needs: Iterable[tuple[PlannedDevice, int]]) -> Iterator[tuple[int, int, Path]]:
    """Yield the file systems that have too little space now: bytes needed, bytes free, a place.

    Args:
        needs: Devices and how many bytes each takes, if it goes into a file.
    """
    needed: dict[int, int] = {}
    places: dict[int, Path] = {}
    for planned, size in needs:
        if planned.facts is not None and planned.facts.free is not None:
            place = next(path for path in planned.facts.path.parents if path.exists())
            system = place.stat().st_dev
            needed[system] = needed.get(system, 0) + size
            places[system] = place
    for system, place in places.items():
        free = free_bytes(place)
        if needed[system] > free:
            yield needed[system], free, place


def size_text(size: int) -> str:
    """Return a size as people say it; how large something is exactly never decides here."""
    from humanize import naturalsize  # only who plans waits for it

    return naturalsize(size, binary=True)


def _fate(planned: PlannedDevice) -> str:
    image = "file" if planned.format == RAW else f"{planned.format} image"
    if planned.kind == "stdout":
        return "to standard output"
    if planned.kind == "absent":
        return f"into the new {image} {planned.target}{_rounded(planned)}"
    if not planned.is_direct:
        by = "" if planned.format == RAW else f" by a {image}"
        return f"REPLACE the file {planned.target}{by}{_rounded(planned)}"
    what = {"block": "block device", "nbd": "NBD export"}.get(planned.kind or "", image)
    holds = planned.facts.holds if planned.facts is not None else None
    told = f", which holds {holds}" if holds else ""
    return f"OVERWRITE the {what} {planned.target}{told}; {_FIRST[planned.zero]}"


def _rounded(planned: PlannedDevice) -> str:
    more = planned.image_size - planned.device.size
    return f", with {more} bytes of zeros to a whole sector" if more else ""
