"""Which clusters of a device were seen: a bit each, and next to nothing for whole regions.

Archives come nearly in order, so a chunk fills up soon and is then remembered by its number alone.
A 16 TiB device costs some megabytes, and what a hostile archive can make us allocate is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from vmatui.errors import SourceError
from vmatui.format.layout import CLUSTER_SIZE

_CHUNK_BITS: Final = 12
_CHUNK: Final = 1 << _CHUNK_BITS
MAX_OPEN_CHUNKS: Final = 1 << 17
"""Partly filled chunks of one device, about 80 MiB: enough for 32 TiB in any order."""


class ClusterSet:
    """A set of cluster numbers of one device.

    Args:
        clusters: How many clusters the device has.
    """

    def __init__(self, clusters: int) -> None:
        self._clusters = clusters
        self._open: dict[int, int] = {}
        """A chunk's clusters as the bits of one number."""
        self._full: set[int] = set()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def end(self) -> int:
        """One more than the highest cluster of the set; 0 if it is empty."""
        number = max(self._full.union(self._open), default=0)
        return (number << _CHUNK_BITS) + self._bits(number).bit_length()

    def __contains__(self, cluster: int) -> bool:
        return not self.is_free(cluster, cluster)

    def is_free(self, first: int, last: int) -> bool:
        """Whether none of the clusters from `first` to `last`, both included, is in the set."""
        for number, bits in _pieces(first, last):
            if number in self._full or self._open.get(number, 0) & bits:
                return False
        return True

    def count(self, first: int, last: int) -> int:
        """Return how many of the clusters from `first` to `last`, both included, are in the set."""
        pieces = _pieces(first, last)
        return sum((self._bits(number) & bits).bit_count() for number, bits in pieces)

    def add(self, first: int, last: int) -> None:
        """Add the clusters from `first` to `last`, both included and inside the device.

        Raises:
            SourceError: the clusters are scattered too widely to keep track of.
        """
        for number, bits in _pieces(first, last):
            if number in self._full:
                continue
            known = self._open.get(number, 0)
            bits |= known
            self._length += bits.bit_count() - known.bit_count()
            if bits.bit_count() == self._size(number):
                self._full.add(number)
                self._open.pop(number, None)
            else:
                self._open[number] = bits
        if len(self._open) > MAX_OPEN_CHUNKS:
            tib = MAX_OPEN_CHUNKS * _CHUNK * CLUSTER_SIZE >> 40
            raise SourceError(
                "the clusters of one device are scattered too widely to keep track of; "
                f"archives in any order are read up to {tib} TiB a device"
            )

    def discard(self, first: int, last: int) -> None:
        """Take the clusters from `first` to `last`, both included, out of the set."""
        for number, bits in _pieces(first, last):
            known = self._bits(number)
            left = known & ~bits
            self._length -= known.bit_count() - left.bit_count()
            if left != known:
                self._full.discard(number)
                self._open.pop(number, None)
                if left:
                    self._open[number] = left

    def iter_common(self, other: ClusterSet) -> Iterator[tuple[int, int]]:
        """Yield the ranges, first and last included, that are both here and in `other`."""
        return join_ranges(self._common(other))

    def iter_absent(self, also: ClusterSet | None = None) -> Iterator[tuple[int, int]]:
        """Yield the ranges, first and last included, that are neither here nor in `also`."""
        stretches = self._stretches(also)
        return join_ranges((first, last) for first, last, absent in stretches if absent)

    def iter_present(self) -> Iterator[tuple[int, int]]:
        """Yield the ranges, first and last included, that are in the set, in order."""
        stretches = self._stretches(None)
        return join_ranges((first, last) for first, last, absent in stretches if not absent)

    def _common(self, other: ClusterSet) -> Iterator[tuple[int, int]]:
        for number in sorted(self._full.union(self._open)):
            begin = number << _CHUNK_BITS
            bits = self._bits(number) & other._bits(number)
            if bits.bit_count() == self._size(number):
                yield begin, begin + self._size(number) - 1
                continue
            for cluster in range(begin, begin + bits.bit_length()):
                if bits >> (cluster - begin) & 1:
                    yield cluster, cluster

    def _stretches(self, also: ClusterSet | None) -> Iterator[tuple[int, int, bool]]:
        """Yield (first, last, absent) over the whole device; neighbours may be alike."""
        others = (also._full, also._open) if also is not None else ()
        position = 0
        for number in sorted(self._full.union(self._open, *others)):
            begin = number << _CHUNK_BITS
            end = begin + self._size(number)
            if begin > position:
                yield position, begin - 1, True
            bits = self._bits(number) | (also._bits(number) if also is not None else 0)
            if bits.bit_count() == end - begin:
                yield begin, end - 1, False
            else:
                for cluster in range(begin, end):
                    yield cluster, cluster, not bits >> (cluster - begin) & 1
            position = end
        if position < self._clusters:
            yield position, self._clusters - 1, True

    def _bits(self, number: int) -> int:
        if number in self._full:
            return (1 << self._size(number)) - 1
        return self._open.get(number, 0)

    def _size(self, number: int) -> int:
        return min(_CHUNK, self._clusters - (number << _CHUNK_BITS))


def join_ranges(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join neighbours among ranges, first and last included, that come in order."""
    start = end = None
    for first, last in ranges:
        if start is None or end is None:
            start = first
        elif first > end + 1:
            yield start, end
            start = first
        end = last
    if start is not None and end is not None:
        yield start, end


def _pieces(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the number of each chunk that a range meets, and the range's bits in it."""
    while True:
        number = first >> _CHUNK_BITS
        end = min(last, (number << _CHUNK_BITS) + _CHUNK - 1)
        yield number, ((1 << (end - first + 1)) - 1) << (first & (_CHUNK - 1))
        if end == last:
            return
        first = end + 1
