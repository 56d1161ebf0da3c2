"""How far the clusters of a device go that extents name, when no header says its size.

A lone cluster number that is far beyond all others is damage that a writer has sealed with an md5,
and a size that rested on it would be up to 256 TiB.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vmatui.format import layout
from vmatui.format.mending import Stray

_LONE: Final = 2
"""Clusters that may be strays in any case, and 1 in `_SHARE` of the others."""
_SHARE: Final = 1000
_FAR: Final = 10
"""How many times further than the rest a stray is, at least."""
_MANY: Final = 8
"""How many times more than the strays the rest of a device must be, so that it can be a measure."""


class Reach:
    """The clusters of one device that are named, counted in bands between powers of two."""

    def __init__(self) -> None:
        self._bands: dict[int, tuple[int, int, int]] = {}
        """By the bits of a cluster number: how many, the lowest and the highest."""

    @property
    def named(self) -> int:
        """How often clusters were named."""
        return sum(count for count, _, _ in self._bands.values())

    def add(self, first: int, last: int) -> None:
        """Count the clusters from `first` to `last`."""
        while first <= last:
            bits = first.bit_length()
            end = min(last, (1 << bits) - 1)
            count, low, high = self._bands.get(bits, (0, first, end))
            self._bands[bits] = (count + end - first + 1, min(low, first), max(high, end))
            first = end + 1

    def measure(self, others: int) -> tuple[int, Stray | None]:
        """Return how many clusters the device has as it seems, and what was left out for that.

        Args:
            others: How many a device has as it seems that has hardly any of its own to go by.
        """
        near, end, named = 0, 0, self.named
        for bits in sorted(self._bands):
            count, low, _ = self._bands[bits]
            far = named - near
            rest = end if near >= _MANY * far else max(end, others)
            if far <= max(_LONE, near // _SHARE) and low >= _FAR * rest:
                return end, Stray(far, low, max(high for _, _, high in self._bands.values()))
            near, end = near + count, self._bands[bits][2] + 1
        return end, None


def measure_all(reaches: Mapping[int, Reach]) -> tuple[dict[int, int], dict[int, Stray]]:
    """Return the clusters of devices, and their strays, by dev_id.

    Args:
        reaches: By dev_id.
    """
    named = sum(reach.named for reach in reaches.values())
    # Where little is left of an archive, nothing in it is the rule, and nothing the exception.
    others = named if named >= _MANY * _LONE else layout.MAX_CLUSTERS
    ends = [reach.measure(others)[0] for reach in reaches.values()]
    others = max([others, *ends])
    measured = {dev_id: reach.measure(others) for dev_id, reach in sorted(reaches.items())}
    clusters = {dev_id: count for dev_id, (count, _) in measured.items() if count}
    strays = {dev_id: stray for dev_id, (_, stray) in measured.items() if stray is not None}
    return clusters, strays
