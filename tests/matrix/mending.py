"""Mends each damaged header once for all four packings, each of which finds the same evidence.

Mending is a function of bytes that knows nothing of packing, and where the md5 proves nothing it
tries some ten thousand headers.
"""

from __future__ import annotations

from functools import cache

from vmatui.format.mending import Evidence, Mended, mend_header


def mend_once(data: bytes, evidence: Evidence) -> Mended:
    """Mend a header, or return what came of it when it was mended before."""
    first, uuid, clusters, most, _ = evidence
    return _mended(data[:first], first, uuid, tuple(clusters.items()), most)


@cache
def _mended(
    data: bytes, first: int, uuid: bytes, clusters: tuple[tuple[int, int], ...], most: int
) -> Mended:
    return mend_header(data, Evidence(first, uuid, dict(clusters), most))
