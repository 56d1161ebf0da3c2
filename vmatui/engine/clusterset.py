"""Which clusters of a device were seen: a bit each, and next to nothing for whole regions.

Archives come nearly in order, so a chunk fills up soon and is then remembered by its number alone.
A 16 TiB device costs some megabytes, and what a hostile archive can make us allocate is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vmatui.errors import SourceError
from vmatui.format.layout import CLUSTER_SIZE

_CHUNK_BITS: Final = 12
_CHUNK: Final = 1 << _CHUNK_BITS
_FULL: Final = bytearray()
MAX_OPEN_CHUNKS: Final = 1 << 17
"""Partly filled chunks of one device, about 80 MiB: enough for 32 TiB in any order."""


class ClusterSet:
    """A set of cluster numbers of one device.

    Args:
        clusters: How many clusters the device has.
    """

    def __init__(self, clusters: int) -> None:
        self._clusters = clusters
        self._chunks: dict[int, bytearray] = {}
        self._counts: dict[int, int] = {}
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __contains__(self, cluster: int) -> bool:
        chunk = self._chunks.get(cluster >> _CHUNK_BITS)
        if chunk is None:
            return False
        bit = cluster & (_CHUNK - 1)
        return chunk is _FULL or bool(chunk[bit >> 3] >> (bit & 7) & 1)

    def add(self, cluster: int) -> bool:
        """Add a cluster number below `clusters`; return False when it was there already.

        Raises:
            SourceError: the clusters are scattered too widely to keep track of.
        """
        number = cluster >> _CHUNK_BITS
        chunk = self._chunks.get(number)
        if chunk is None:
            chunk = self._open(number)
        elif chunk is _FULL:
            return False
        bit = cluster & (_CHUNK - 1)
        flag = 1 << (bit & 7)
        if chunk[bit >> 3] & flag:
            return False
        chunk[bit >> 3] |= flag
        self._length += 1
        self._counts[number] = count = self._counts[number] + 1
        if count == self._size(number):
            self._chunks[number] = _FULL
            del self._counts[number]
        return True

    def iter_absent(self, also: ClusterSet | None = None) -> Iterator[tuple[int, int]]:
        """Yield the ranges, first and last included, that are neither here nor in `also`."""
        start: int | None = None
        for first, last, absent in self._stretches(also):
            if absent and start is None:
                start = first
            elif not absent and start is not None:
                yield start, first - 1
                start = None
            end = last
        if start is not None:
            yield start, end

    def _stretches(self, also: ClusterSet | None) -> Iterator[tuple[int, int, bool]]:
        """Yield (first, last, absent) over the whole device; neighbours may be alike."""
        numbers = set(self._chunks)
        if also is not None:
            numbers.update(also._chunks)
        position = 0
        for number in sorted(numbers):
            begin = number << _CHUNK_BITS
            end = begin + self._size(number)
            if begin > position:
                yield position, begin - 1, True
            if self._chunks.get(number) is _FULL:
                yield begin, end - 1, False
            else:
                for cluster in range(begin, end):
                    absent = cluster not in self and (also is None or cluster not in also)
                    yield cluster, cluster, absent
            position = end
        if position < self._clusters:
            yield position, self._clusters - 1, True

    def _size(self, number: int) -> int:
        return min(_CHUNK, self._clusters - (number << _CHUNK_BITS))

    def _open(self, number: int) -> bytearray:
        if len(self._counts) >= MAX_OPEN_CHUNKS:
            tib = MAX_OPEN_CHUNKS * _CHUNK * CLUSTER_SIZE >> 40
            raise SourceError(
                "the clusters of one device are scattered too widely to keep track of; "
                f"archives in any order are read up to {tib} TiB a device"
            )
        chunk = self._chunks[number] = bytearray(_CHUNK >> 3)
        self._counts[number] = 0
        return chunk
