"""Puts what is left of an archive header into its place, where bytes of it are lost.

All that comes after lost bytes stands too early. How many they are is told by what then fits: the
entries of the device table, the names that they point to, and what the extents say of the devices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from vmatui.format import layout
from vmatui.format.codes import Code
from vmatui.format.header import parse_header

_SMALLEST: Final = layout.FIXED_HEADER_SIZE + layout.HEADER_ALIGNMENT
"""Bytes of the smallest header there can be."""
_LARGEST: Final = 512 << 10
"""Bytes of the largest header that is moved; the reference writes no larger one."""


def in_place(head: bytes, uuid: bytes, clusters: Mapping[int, int]) -> tuple[bytes, int]:
    """Return a header in which everything stands where it must, and how many bytes were added.

    Args:
        head: Of the archive, up to its first extent.
        uuid: Of the archive.
        clusters: How many of each device its extents name, by dev_id.

    Returns:
        As many bytes as a header can have; all of them were added if nothing of it can be used.
    """
    size = max(len(head) + -len(head) % layout.HEADER_ALIGNMENT, _SMALLEST)
    as_it_is = head.ljust(size, b"\0")
    is_marked = head.startswith(layout.MAGIC) or head[layout.HEADER_UUID] == uuid
    if (is_marked and len(head) == size) or any(_found(as_it_is, clusters)):
        return as_it_is, size - len(head)
    for data in _moved(head, clusters):
        if clusters and _found(data, clusters)[0] == len(clusters):
            return data, len(data) - len(head)
    return bytes(_SMALLEST), _SMALLEST


def _moved(head: bytes, clusters: Mapping[int, int]) -> Iterator[bytes]:
    """Yield the header with as many bytes before it as may be lost: it ends at a multiple of 512.

    Of so many that entries of the device table are lost with them, nothing could tell.
    """
    most = layout.DEVICES_OFFSET + min(clusters, default=0) * layout.DEVICE_ENTRY.size
    first = -len(head) % layout.HEADER_ALIGNMENT
    for lost in range(first, most + 1, layout.HEADER_ALIGNMENT):
        if _SMALLEST <= len(head) + lost <= _LARGEST:
            yield bytes(lost) + head


def _found(data: bytes, clusters: Mapping[int, int]) -> tuple[int, int]:
    """Return how many devices of the extents, and how many configs, a header names rightly."""
    header, faults = parse_header(_marked(data))
    nameless = {fault.dev_id for fault in faults if fault.code is Code.DEVICE_NAME}
    fitting = [
        device.dev_id
        for device in header.devices
        if device.clusters >= clusters.get(device.dev_id, layout.MAX_CLUSTERS + 1)
        and device.dev_id not in nameless
    ]
    named = [config.name for config in header.configs if not config.name.startswith("unnamed-")]
    return len(fitting), len(named)


def _marked(data: bytes) -> bytes:
    """Return a header that begins as one of its size must."""
    blobs = layout.FIXED_HEADER_SIZE
    start = layout.HEADER_START.pack(
        layout.MAGIC, layout.VERSION, bytes(16), 0, bytes(16), blobs, len(data) - blobs, len(data)
    )
    return start + data[len(start) :]
