"""What a salvage got back, or would: frozen values, a device each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from vmatui.engine.checking.clusterset import ClusterSet
from vmatui.engine.checking.findings import MAX_RANGES, Range
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.restoring.plansentences import size_text
from vmatui.engine.restoring.restore import Output
from vmatui.engine.salvaging.copies import Copy
from vmatui.engine.salvaging.holding import Holding
from vmatui.engine.salvaging.provenance import Provenance


class DeviceSalvage(NamedTuple):
    """What was got back of one device; the three counts of clusters add up to all."""

    dev_id: int
    name: str
    size: int
    """Bytes."""
    is_size_learnt: bool
    """Whether the size is only known to the cluster."""
    clusters: int
    sound: int
    doubtful: int
    missing: int
    sound_bytes: int
    doubtful_bytes: int
    missing_bytes: int
    end: int
    """Bytes of the device up to the end of the highest cluster that came back."""
    reasons: tuple[tuple[str, int], ...]
    """Why clusters are in doubt, and how many for each."""
    repeated: int
    """How often a doubtful cluster came again, no better; the first one was kept."""
    origins: tuple[int, ...]
    """Clusters, sound and doubtful, that came from each copy."""
    origin_ranges: tuple[tuple[Range, ...], ...]
    """The first of their ranges, for each copy."""
    differing: int
    """Clusters that copies hold with other data."""
    differing_ranges: tuple[Range, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing or in doubt."""
        return self.sound == self.clusters and not self.is_size_learnt


class SalvageReport(NamedTuple):
    """What a salvage did."""

    copies: tuple[VerifyReport, ...]
    """What is wrong with each copy, in the order in which they were read."""
    notes: tuple[str, ...]
    """What was done to damaged headers, and what was left undone."""
    is_header_whole: bool
    devices: tuple[DeviceSalvage, ...]
    outputs: tuple[Output, ...]
    configs: tuple[Output, ...]
    maps: Mapping[int, Path]
    """The mapfiles, by dev_id."""
    provenance: Provenance
    """From which copy each cluster came."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing or in doubt."""
        return all(output.is_complete for output in (*self.outputs, *self.configs))


def device_salvage(holding: Holding, *, is_size_learnt: bool) -> DeviceSalvage:
    """Return what is held of a device now.

    Args:
        holding: After the walks.
        is_size_learnt: Whether the size is only known to the cluster.
    """
    device = holding.device
    return DeviceSalvage(
        dev_id=device.dev_id,
        name=device.name,
        size=device.size,
        is_size_learnt=is_size_learnt,
        clusters=device.clusters,
        sound=len(holding.sound),
        doubtful=len(holding.doubtful),
        missing=holding.missing,
        sound_bytes=holding.bytes_in(holding.sound.iter_present()),
        doubtful_bytes=holding.bytes_in(holding.doubtful.iter_present()),
        missing_bytes=holding.missing_bytes,
        end=holding.end,
        reasons=tuple((why, len(known)) for why, known in holding.reasons.items() if len(known)),
        repeated=holding.repeated,
        origins=tuple(len(origin) for origin in holding.origins),
        origin_ranges=tuple(_some(origin) for origin in holding.origins),
        differing=len(holding.differing),
        differing_ranges=_some(holding.differing),
    )


def _some(clusters: ClusterSet) -> tuple[Range, ...]:
    return tuple(islice(clusters.iter_present(), MAX_RANGES))


def size_doubts(devices: Iterable[DeviceSalvage]) -> Iterator[str]:
    """Yield the devices of which the archive has so little that their sizes may be wrong."""
    for device in devices:
        if 2 * device.end < device.size:
            what = f"no cluster beyond {size_text(device.end)}" if device.end else "no cluster"
            yield (
                f"{device.name}: {what} is in the archive, though its header says "
                f"{size_text(device.size)}: compare with the VM's config"
            )


def notes_of(copies: Sequence[Copy]) -> tuple[str, ...]:
    """Return what was done to the headers of copies."""
    return tuple(note for copy in copies for note in copy.notes)
