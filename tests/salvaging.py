"""Salvages archives in memory, and says what must come out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.damage import DISKS, flip, sound
from tests.forge import CLUSTER
from tests.opening import as_file
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.salvaging.copies import best_copy, opened_copies
from vmatui.engine.salvaging.fill import Fill
from vmatui.engine.salvaging.salvage import salvage
from vmatui.engine.salvaging.salvageplan import plan_salvage
from vmatui.engine.salvaging.salvagereport import DeviceSalvage, SalvageReport

IMAGES = {dev_id: disk.image() for dev_id, disk in enumerate(DISKS, start=1)}
"""What a restore of `tests.damage.sound` gives, by dev_id."""


def salvage_to(folder: Path, *copies: bytes, fill: Fill = Fill.ZERO) -> SalvageReport:
    """Salvage copies of an archive into a folder."""
    with ExitStack() as stack:
        paths = [stack.enter_context(as_file(data)) for data in copies]
        opened = stack.enter_context(opened_copies(paths))
        header = best_copy(opened).archive.header
        plan = plan_restore(header, folder=folder, resumable=False)
        return salvage(opened, plan_salvage(plan, opened, fill))


def images(report: SalvageReport) -> dict[int, bytes]:
    """Return what is in the outputs, by dev_id."""
    return {
        output.dev_id: output.path.read_bytes()
        for output in report.outputs
        if output.dev_id is not None
    }


def counts(report: SalvageReport) -> dict[int, tuple[int, int, int]]:
    """Return sound, doubtful and missing clusters, by dev_id."""
    return {each.dev_id: (each.sound, each.doubtful, each.missing) for each in report.devices}


def device(report: SalvageReport, dev_id: int) -> DeviceSalvage:
    """Return what came back of a device."""
    return next(each for each in report.devices if each.dev_id == dev_id)


def differing(image: bytes, expected: bytes) -> list[int]:
    """Return the clusters of an image that are not as expected."""
    assert len(image) == len(expected)
    return [
        at // CLUSTER
        for at in range(0, len(image), CLUSTER)
        if image[at : at + CLUSTER] != expected[at : at + CLUSTER]
    ]


def slots_of(*extents: int) -> dict[int, list[int]]:
    """Return the clusters that extents of `tests.damage.sound` bring, by dev_id."""
    found: dict[int, list[int]] = {dev_id: [] for dev_id in IMAGES}
    for number in extents:
        for slot in sound().extents[number].slots:
            found[slot.dev_id].append(slot.cluster)
    return found


def with_flips(places: Mapping[int, Sequence[int]]) -> bytes:
    """Return the sound archive with a bit flipped at places in the headers of extents.

    Args:
        places: Offsets in the header, by the number of the extent.
    """
    archive = sound()
    data = archive.build()
    for number, offsets in places.items():
        for offset in offsets:
            data = flip(data, archive.extent_offsets[number] + offset)
    return data
