"""What an extent offers to a salvage: its clusters, and why one of them is to be doubted.

A sound extent is believed if the next one, or a cut, stands where it must. One that is not is
believed as far as its slots prove: they are likely, and the next extent stands where they put it.
What a manifest proves is sound in any case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from vmatui.engine.checking.checker import holes_of, overlap
from vmatui.engine.walking.found import Extent
from vmatui.format.codes import MEANINGS, Code
from vmatui.format.extent import ADDRESS, parse_slot
from vmatui.format.layout import BLOCK_SIZE

UNVOUCHED: Final = "unvouched"
"""Why a cluster is in doubt: the checksum of the stream that should vouch for it is lost."""
DISPLACED: Final = "displaced"
"""Why a cluster is in doubt: bytes went in or out of its extent's data, nobody knows where."""
COPIES_DIFFER: Final = "copies-differ"
"""Why a cluster is in doubt: two copies have other data, and nothing says which is right."""
_SLOT_RESERVED: Final = 0xFF << 40


class Offer(NamedTuple):
    """A cluster that an extent brings."""

    position: int
    """Of its slot among the used ones."""
    dev_id: int
    cluster: int
    mask: int
    start: int
    """Where in the payload its blocks start."""
    reason: str | None
    """Why it is in doubt: a code of the extent's faults, or another word; None if it is not."""


def offers_of(extent: Extent, clusters: Mapping[int, int]) -> Iterator[Offer]:
    """Yield the clusters that may be taken from an extent, in the order of its slots.

    Args:
        extent: As it was found.
        clusters: How many each device has, by dev_id.
    """
    used = extent.header.used
    reason = None
    repeated: set[int] = set()
    if not extent.is_sound:
        if not _proves_itself(extent):
            return
        reason = _reason(extent)
        counts = Counter(slot & ADDRESS for slot in used)
        repeated = {address for address, count in counts.items() if count > 1}
    holes = holes_of(extent)
    end = 0
    for position, slot in enumerate(used):
        mask, dev_id, cluster = parse_slot(slot)
        start, end = end, end + mask.bit_count() * BLOCK_SIZE
        if cluster >= clusters.get(dev_id, 0) or (mask and overlap(holes, start, end)):
            continue
        if reason is not None and (slot & _SLOT_RESERVED or slot & ADDRESS in repeated):
            continue
        why = reason
        if position in extent.rotten:
            why = Code.ROTTEN_CLUSTER.value
        elif position in extent.proved:
            why = None
        elif why is None and mask:
            why = _doubt(extent, start, end)
        yield Offer(position, dev_id, cluster, mask, start, why)


def words_for(reason: str) -> str:
    """Return why a cluster is in doubt, in words."""
    if reason == UNVOUCHED:
        return "no checksum of the stream vouches"
    if reason == DISPLACED:
        return "its extent does not end where the next begins, so what it holds may be displaced"
    if reason == COPIES_DIFFER:
        return "the copies differ"
    return MEANINGS[Code(reason)].title


def _doubt(extent: Extent, start: int, end: int) -> str | None:
    """Return why a stored cluster of a sound header is in doubt, None if it is not."""
    if extent.is_displaced:
        return DISPLACED
    return UNVOUCHED if overlap(extent.doubts, start, end) else None


def _proves_itself(extent: Extent) -> bool:
    """Whether the slots of a damaged extent say where its data are."""
    return extent.is_followed and not extent.is_foreign and extent.present == extent.length


def _reason(extent: Extent) -> str:
    """Return the fault that tells most: a wrong md5 comes with every other one."""
    codes = [fault.code for fault in extent.faults]
    return min(codes, key=lambda code: code is Code.EXTENT_CHECKSUM).value
