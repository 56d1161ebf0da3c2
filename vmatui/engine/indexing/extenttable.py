"""The extents of an archive as a compact table: a visitor of the walk, for lists and drawings."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import HeaderVisitor, Rejected
from vmatui.format.extent import SlotRun


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


class ExtentTable(HeaderVisitor):
    """About 17 bytes an extent, in file order; grows while a walk runs."""

    def __init__(self) -> None:
        self._offsets = array("Q")
        self._blocks = array("H")
        self._clusters = array("B")
        self._zero = array("B")
        self._sound = array("B")
        self._sets: list[frozenset[int]] = []
        self._set_numbers: dict[frozenset[int], int] = {}
        self._devices = array("I")

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

    def columns(self, start: int) -> tuple[bytes, bytes, bytes, bytes]:
        """Return the extents from `start` on as they stand in memory, for drawings.

        Returns:
            Blocks (2 bytes an extent), used slots (1), whether it is sound (1), and a number for
            its set of devices (4), see `devices_of_set`.
        """
        rows = slice(start, len(self))
        return (
            self._blocks[rows].tobytes(),
            self._clusters[rows].tobytes(),
            self._sound[rows].tobytes(),
            self._devices[rows].tobytes(),
        )

    def devices_of_set(self, number: int) -> frozenset[int]:
        """Return the devices that a number stands for in `columns`."""
        return self._sets[number]

    def at_offset(self, offset: int) -> int:
        """Return the number of the extent that holds a byte of the archive; 0 before the first."""
        return max(bisect_right(self._offsets, offset, 0, len(self)) - 1, 0)

    @property
    def sets(self) -> Sequence[frozenset[int]]:
        """The sets of devices that extents bring, by their numbers in `columns`."""
        return self._sets

    def pack(self) -> Iterator[bytes]:
        """Yield all extents, column by column, for `fill`."""
        return (column.tobytes() for column in self._arrays)

    def fill(
        self, sets: Sequence[frozenset[int]], count: int, take: Callable[[int], bytes]
    ) -> None:
        """Take in what `pack` gave of another table; this one is empty.

        Args:
            sets: Of that table.
            count: Extents of that table.
            take: Gives its next bytes.

        Raises:
            ValueError: the columns name a set that there is not.
        """
        for column in self._arrays:
            column.frombytes(take(count * column.itemsize))
        if max(self._devices, default=-1) >= len(sets):
            raise ValueError("no such set of devices")
        self._sets = list(sets)
        self._set_numbers = {devices: number for number, devices in enumerate(sets)}

    @property
    def _arrays(self) -> tuple[array[int], ...]:
        return (
            self._offsets,
            self._blocks,
            self._clusters,
            self._zero,
            self._sound,
            self._devices,
        )

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Add an extent of a walk."""
        is_sound = not extent.faults and not extent.is_displaced
        self.add(extent.offset, extent.header.runs, extent.header.block_count, is_sound=is_sound)

    def add(self, offset: int, runs: Collection[SlotRun], blocks: int, *, is_sound: bool) -> None:
        """Add the next extent.

        Args:
            offset: Archive offset of its header in bytes.
            runs: Of the used slots.
            blocks: Stored blocks.
            is_sound: Whether it is all there and as it should be.
        """
        devices = frozenset([slot >> 32 & 0xFF for slot, _ in runs])
        number = self._set_numbers.get(devices)
        if number is None:
            number = self._set_numbers[devices] = len(self._sets)
            self._sets.append(devices)
        self._offsets.append(offset)
        self._blocks.append(min(blocks, 0xFFFF))
        self._clusters.append(sum([count for _, count in runs]))
        self._zero.append(sum([count for slot, count in runs if not slot >> 48]))
        self._sound.append(is_sound)
        self._devices.append(number)
