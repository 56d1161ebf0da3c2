"""Every kind of damage to an archive's own bytes; those to a packed file are in `streams`."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.damage import CONFIGS, DISKS
from tests.forge import BLOCK, FIXED_HEADER, Disk, Forge, noise
from tests.matrix.layout import (
    EXTENT_FIELDS,
    HEADER_FIELDS,
    SLOTS,
    Cluster,
    Extent,
    Layout,
    Piece,
    Range,
    overlap,
    shifted,
)

LAYOUT = Layout(Forge.of(DISKS, CONFIGS, slots_per_extent=6), DISKS)
_FOREIGN = Forge.of(
    [Disk(disk.name, size=disk.size, blocks={3: noise(BLOCK, 99)}) for disk in DISKS],
    CONFIGS,
    slots_per_extent=6,
    uuid=b"another archive.",
)
_SIZES = (1, 512, 4096, 65536)
"""Bytes that come into an extent's data, or get lost there."""


@dataclass(frozen=True)
class Case:
    """One damaged archive."""

    name: str
    data: bytes
    """Not packed yet."""
    untouched: frozenset[Cluster]
    layout: Layout
    is_sealed: bool = False
    """Whether it is compared with a manifest of the sound archive."""


def _case(name: str, changes: dict[int, bytes], pieces: list[Piece] | None = None) -> Case:
    """Overwrite bytes, then put the archive together from pieces."""
    archive = bytearray(LAYOUT.archive)
    changed = []
    for start, new in changes.items():
        place = start, start + len(new)
        if archive[slice(*place)] != new:
            changed.append(place)
        archive[slice(*place)] = new
    pieces = pieces or [(0, len(archive))]
    data = b"".join(
        piece if isinstance(piece, bytes) else bytes(archive[slice(*piece)]) for piece in pieces
    )
    return Case(name, data, frozenset(LAYOUT.untouched(changed, pieces)), LAYOUT)


def _flips(name: str, place: Range) -> Iterator[Case]:
    """Flip a bit of the first and of the last byte of a field."""
    start, end = place
    for at in sorted({start, end - 1}):
        yield _case(f"{name}, byte {at}", {at: bytes([LAYOUT.archive[at] ^ 0x10])})


def _header_fields() -> Iterator[Case]:
    for name, place in HEADER_FIELDS.items():
        yield from _flips(name, place)
    yield from _flips("reserved", (60, 2044))
    for slot in range(len(CONFIGS)):
        yield from _flips(f"name of config {slot}", shifted(2044 + 4 * slot, (0, 4)))
        yield from _flips(f"data of config {slot}", shifted(3068 + 4 * slot, (0, 4)))
    for dev_id in LAYOUT.images:
        for name, field in {"name": (0, 4), "reserved": (4, 8), "size": (8, 16)}.items():
            yield from _flips(f"{name} of device {dev_id}", shifted(4096 + 32 * dev_id, field))


def _blobs() -> Iterator[Case]:
    for at in range(FIXED_HEADER + 1, FIXED_HEADER + 400, 19):
        yield from _flips("blob", (at, at + 1))


def _each_extent(cases: Callable[[Extent], Iterator[Case]]) -> Callable[[], Iterator[Case]]:
    return lambda: (case for extent in LAYOUT.extents for case in cases(extent))


def _extent_fields(extent: Extent) -> Iterator[Case]:
    for name, field in EXTENT_FIELDS.items():
        yield from _flips(name, shifted(extent.place[0], field))


def _slots(extent: Extent) -> Iterator[Case]:
    parts = {"mask": (0, 2), "reserved": (2, 3), "dev_id": (3, 4), "cluster": (4, 8)}
    for slot in (0, 58):
        for name, part in parts.items():
            yield from _flips(
                f"{name} {slot}", shifted(extent.place[0] + SLOTS[0] + 8 * slot, part)
            )


def _cut(name: str, at: int) -> Case:
    return _case(f"{name} at {at}", {}, [(0, at)])


def _cuts_at_borders(extent: Extent) -> Iterator[Case]:
    yield _cut("cut", extent.place[0])


def _cuts_in_headers(extent: Extent) -> Iterator[Case]:
    for into in (1, 511):
        yield _cut("cut", extent.place[0] + into)


def _cuts_in_data(extent: Extent) -> Iterator[Case]:
    start, end = extent.data
    for at in {start, start + 1, (start + end) // 2, end - BLOCK, end - 1} - {end}:
        if at >= start:
            yield _cut("cut", at)


def _cuts_in_the_header() -> Iterator[Case]:
    for at in (1, 4, 60, 4096, FIXED_HEADER, LAYOUT.header_size - 1):
        yield _cut("cut", at)


def _around(extent: Extent) -> tuple[Range, Range]:
    return (0, extent.place[0]), (extent.place[1], len(LAYOUT.archive))


def _removed(extent: Extent) -> Iterator[Case]:
    yield _case("removed", {}, [*_around(extent)])


def _repeated(extent: Extent) -> Iterator[Case]:
    before, after = _around(extent)
    yield _case("twice in a row", {}, [before, extent.place, extent.place, after])
    yield _case("again at the end", {}, [before, extent.place, after, extent.place])


def _swapped() -> Iterator[Case]:
    for one, other in zip(LAYOUT.extents, LAYOUT.extents[1:], strict=False):
        before, after = (0, one.place[0]), (other.place[1], len(LAYOUT.archive))
        if any(dev_id == 3 for dev_id, _ in one.clusters) and any(
            d == 3 for d, _ in other.clusters
        ):
            yield _case("swapped", {}, [before, other.place, one.place, after])


def _blank(extent: Extent) -> Iterator[Case]:
    yield _case("zeroed", {extent.place[0]: bytes(extent.place[1] - extent.place[0])})


def _junk(extent: Extent) -> Iterator[Case]:
    at = extent.place[1]
    for size in (1, 512, 100_000):
        for junk in (bytes(size), noise(size)):
            yield _case(f"{size} bytes", {}, [(0, at), junk, (at, len(LAYOUT.archive))])


def _foreign(extent: Extent) -> Iterator[Case]:
    new = _FOREIGN.extents[LAYOUT.extents.index(extent)].build(_FOREIGN.uuid)
    for at in extent.place:
        yield _case("with the same clusters", {}, [(0, at), new, (at, len(LAYOUT.archive))])


def _inserted(extent: Extent) -> Iterator[Case]:
    start, end = extent.data
    for size in _SIZES if start < end else ():
        for at in (start + 100, (start + end) // 2, end - 100):
            rest = at, len(LAYOUT.archive)
            yield _case(f"{size} bytes at {at}", {}, [(0, at), noise(size), rest])


def _lost(extent: Extent) -> Iterator[Case]:
    """Take bytes out of an extent's data; out of the last one's, that is the same as a cut."""
    start, end = extent.data
    for size in _SIZES if extent is not LAYOUT.extents[-1] else ():
        for at in sorted({start + 100, (start + end) // 2, end - size}):
            if start <= at <= end - size:
                rest = at + size, len(LAYOUT.archive)
                yield _case(f"{size} bytes at {at}", {}, [(0, at), rest])


def _regions(*, over_headers: bool, is_random: bool) -> Iterator[Case]:
    """Overwrite regions of several sizes at places all over the extents."""
    chance = random.Random(5)
    archive = LAYOUT.archive
    for size in (16, 512, 4096, 30_000, 100_000):
        for part in range(6):
            spread = len(archive) - LAYOUT.header_size - size
            start = LAYOUT.header_size + spread * part // 6 + chance.randrange(spread // 6)
            new = chance.randbytes(size) if is_random else bytes(size)
            hits = any(overlap((start, start + size), extent.header) for extent in LAYOUT.extents)
            if hits == over_headers and archive[start : start + size] != new:
                yield _case(f"{size} bytes at {start}", {start: new})


def _first_bytes() -> Iterator[Case]:
    """Overwrite parts of headers, of the archive and of extents."""
    for start in (0, 48, 4096, *(extent.place[0] for extent in LAYOUT.extents)):
        for size in (64, 512, 4096):
            for new in (bytes(size), noise(size, start)):
                yield _case(f"{size} bytes at {start}", {start: new})


def _data_bits(extent: Extent) -> Iterator[Case]:
    start, end = extent.data
    if start < end:
        yield from _flips("data", extent.data)


def _in_data() -> Iterator[Case]:
    """Damage data alone; what lies behind a device's end, in its last block, is none."""
    cases = _each_extent(_data_bits)()
    regions = (_regions(over_headers=False, is_random=each) for each in (False, True))
    for case in itertools.chain(cases, *regions):
        if case.untouched != LAYOUT.clusters:
            yield case


def _sealed(cases: Iterator[Case]) -> Iterator[Case]:
    return (replace(case, is_sealed=True) for case in cases)


DAMAGES: dict[str, Callable[[], Iterator[Case]]] = {
    "a field of the archive header flipped": _header_fields,
    "a name or config flipped": _blobs,
    "a field of an extent header flipped": _each_extent(_extent_fields),
    "a slot flipped": _each_extent(_slots),
    "cut between extents": _each_extent(_cuts_at_borders),
    "cut in an extent header": _each_extent(_cuts_in_headers),
    "cut in data": _each_extent(_cuts_in_data),
    "cut in the archive header": _cuts_in_the_header,
    "an extent removed": _each_extent(_removed),
    "an extent repeated": _each_extent(_repeated),
    "two extents swapped": _swapped,
    "an extent zeroed": _each_extent(_blank),
    "junk between extents": _each_extent(_junk),
    "an extent of another archive inserted": _each_extent(_foreign),
    "bytes inserted in data": _each_extent(_inserted),
    "bytes removed from data": _each_extent(_lost),
    "part of a header overwritten": _first_bytes,
    "a region with headers zeroed": lambda: _regions(over_headers=True, is_random=False),
    "a region with headers random": lambda: _regions(over_headers=True, is_random=True),
    "data flipped, zeroed or random, sealed": lambda: _sealed(_in_data()),
    "the same, not sealed": _in_data,
}
"""The rows of the table, and the cases of each."""
UNKNOWABLE = "the same, not sealed"
"""The row that nothing can be known of: the format has no checksum over image data."""
