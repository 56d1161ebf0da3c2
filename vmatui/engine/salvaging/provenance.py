"""From which copy each cluster of a salvage came; asked when the salvage is over."""

from __future__ import annotations

from collections.abc import Sequence

from vmatui.engine.salvaging.holding import Holdings


class Provenance:
    """Tells of any clusters which copies they came from, and on how many the copies disagree.

    Args:
        copies: Their names, in the order in which they were read.
        holdings: What came back.
    """

    def __init__(self, copies: Sequence[str], holdings: Holdings) -> None:
        self.copies = tuple(copies)
        self._holdings = holdings

    def counts(self, dev_id: int, first: int, last: int) -> tuple[int, ...]:
        """Return how many of the clusters from `first` to `last` came from each copy."""
        return tuple(each.count(first, last) for each in self._holdings[dev_id].origins)

    def differing(self, dev_id: int, first: int, last: int) -> int:
        """Return on how many of the clusters from `first` to `last` copies disagree."""
        return self._holdings[dev_id].differing.count(first, last)
