"""The extents of an archive as a compact table: a visitor of the walk, for lists and drawings."""

from __future__ import annotations

from array import array
from typing import NamedTuple

from vmatui.engine.checker import Rejected
from vmatui.engine.walk import Extent, Gap


class ExtentRow(NamedTuple):
    """One extent in short."""

    number: int
    offset: int
    """Archive offset of its header in bytes."""
    clusters: int
    """Used slots."""
    zero: int
    """Used slots with no stored block."""
    blocks: int
    """Stored blocks."""
    dev_ids: frozenset[int]
    """The devices whose clusters it brings."""
    is_sound: bool


class ExtentTable:
    """About 16 bytes an extent, in file order; grows while a walk runs."""

    def __init__(self) -> None:
        self._offsets = array("Q")
        self._blocks = array("H")
        self._clusters = array("B")
        self._zero = array("B")
        self._sound = array("B")
        self._sets: list[frozenset[int]] = []
        self._set_numbers: dict[frozenset[int], int] = {}
        self._devices = array("L")

    def __len__(self) -> int:
        return len(self._devices)

    def __getitem__(self, number: int) -> ExtentRow:
        return ExtentRow(
            number,
            self._offsets[number],
            self._clusters[number],
            self._zero[number],
            self._blocks[number],
            self._sets[self._devices[number]],
            bool(self._sound[number]),
        )

    def see_gap(self, gap: Gap) -> None:
        """A gap is no extent."""

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Add an extent."""
        used = extent.header.used
        devices = frozenset([slot >> 32 & 0xFF for slot in used])
        number = self._set_numbers.get(devices)
        if number is None:
            number = self._set_numbers[devices] = len(self._sets)
            self._sets.append(devices)
        self._offsets.append(extent.offset)
        self._blocks.append(min(extent.header.block_count, 0xFFFF))
        self._clusters.append(len(used))
        self._zero.append(sum([not slot >> 48 for slot in used]))
        self._sound.append(extent.is_sound and extent.present == extent.length)
        self._devices.append(number)

    def finish(self) -> None:
        """Nothing is left to do."""
