"""The clusters of a disk image as stretches with data and without: only the former are read."""

from __future__ import annotations

from collections.abc import Iterator

from vmatui.format import layout
from vmatui.storage.images import Image


def cluster_stretches(image: Image, first: int, end: int) -> Iterator[tuple[int, bool]]:
    """Yield where each stretch of clusters ends, and whether it has to be read.

    A cluster with any data in it is read whole. What lies past the end of the image has none.

    Args:
        image: Open.
        first: The cluster to begin with.
        end: The cluster to end before.

    Raises:
        SourceError: it cannot be found out.
    """
    done = first
    until = min(end * layout.CLUSTER_SIZE, image.size)
    for start, stop, is_data in image.extents(first * layout.CLUSTER_SIZE, until):
        if not is_data:
            continue
        low = start // layout.CLUSTER_SIZE
        high = layout.clusters_in(stop)
        if low > done:
            yield low, False
        if high > done:
            yield high, True
            done = high
    if done < end:
        yield end, False
