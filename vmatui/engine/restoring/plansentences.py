"""A restore plan in words: what is done to each device, and whether there is room for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from vmatui.engine.restoring.planneddevice import PlannedDevice
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
    needed: dict[int, int] = {}
    free: dict[int, tuple[int, Path]] = {}
    for planned in devices:
        if planned.facts is not None and planned.facts.free is not None:
            place = next(path for path in planned.facts.path.parents if path.exists())
            system = place.stat().st_dev
            needed[system] = needed.get(system, 0) + planned.device.size
            free[system] = planned.facts.free, place
    for system, size in needed.items():
        available, place = free[system]
        if size > available:
            yield (
                f"the disks need up to {size_text(size)} in {place}, {size_text(available)} are "
                "free: enough only if much of them is zero"
            )


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
