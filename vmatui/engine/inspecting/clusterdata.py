"""The data of single clusters, read from a seekable archive whose extents are known."""

from __future__ import annotations

from vmatui.engine.archive import Archive
from vmatui.format import layout
from vmatui.format.extent import parse_extent, parse_slot, runs_in


def read_cluster(archive: Archive, offset: int, dev_id: int, cluster: int) -> bytes | None:
    """Return the 65536 bytes of a cluster, None where the extent does not bring it soundly.

    Args:
        archive: Its source is seekable.
        offset: Archive offset in bytes of the extent that brings it.
        dev_id: The device.
        cluster: Which of its clusters.

    Raises:
        SourceError: the source cannot be read any more.
    """
    source = archive.source
    source.seek(offset)
    head = memoryview(bytearray(layout.EXTENT_HEADER_SIZE))
    if source.readv([head]) < len(head):
        return None
    header = parse_extent(bytes(head))
    if not header.is_consistent or header.uuid != archive.header.uuid.bytes:
        return None
    start = offset + len(head)
    for slot in map(parse_slot, header.used):
        if (slot.dev_id, slot.cluster) == (dev_id, cluster):
            return _read_blocks(archive, start, slot.mask)
        start += slot.mask.bit_count() * layout.BLOCK_SIZE
    return None


def _read_blocks(archive: Archive, start: int, mask: int) -> bytes | None:
    data = memoryview(bytearray(layout.CLUSTER_SIZE))
    size = layout.BLOCK_SIZE
    views = [data[first * size : (first + length) * size] for first, length in runs_in(mask)]
    archive.source.seek(start)
    wanted = mask.bit_count() * size
    got = archive.source.readv(views) if views else 0
    is_whole = got == wanted and not archive.source.take_faults()
    return bytes(data) if is_whole else None
