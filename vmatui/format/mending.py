"""Mends an archive header of which something is damaged, as far as anything tells what was there.

One damaged field, or a flipped bit, is found by trying what may have been there: the header's own
md5 then proves what was. Where nothing is proved, what is impossible is replaced by what is likely.
"""

from __future__ import annotations

import operator
import struct
from collections.abc import Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final, NamedTuple

from vmatui.format import layout
from vmatui.format.blobs import blob_offsets
from vmatui.format.header import checksum
from vmatui.format.lostbytes import in_place

_HASHED: Final = 256 << 20
"""Bytes that may be digested while values are tried; less than half a second."""
_U32: Final = struct.Struct(">I")
_U64: Final = struct.Struct(">Q")
_BLOB_OFFSET_AT: Final = 48
_BLOB_SIZE_AT: Final = 52
_SIZE_AT: Final = 56
_RESERVED_AT: Final = layout.HEADER_START.size
_SECTOR: Final = 512
_ENOUGH: Final = 12
"""Bytes of an md5 that prove a header: so many never match by chance."""

Change = tuple[int, bytes]
"""Offset in the header, and what goes there."""


class Stray(NamedTuple):
    """Clusters that extents name so far beyond the others that no size is learnt from them."""

    clusters: int
    first: int
    last: int


class Evidence(NamedTuple):
    """What the rest of an archive says of its header."""

    first_extent: int
    """Archive offset of the first extent whose md5 is right."""
    uuid: bytes
    """That most extents carry."""
    clusters: Mapping[int, int]
    """By dev_id, one more than the highest cluster number that a sound extent names."""
    most_clusters: int
    """That the archive can hold at all, whatever it is that was damaged."""
    strays: Mapping[int, Stray] = MappingProxyType({})
    """What was left out of `clusters`, by dev_id; a device may have nothing else."""


class Mended(NamedTuple):
    """A header after it was mended."""

    data: bytes
    is_proved: bool
    """Whether its md5 is right now."""
    learnt: tuple[int, ...] = ()
    """Ids of the devices whose size was learnt, to the cluster."""
    lost: int = 0
    """Bytes of it that the archive lacks; all of them if nothing there could be used."""

    @property
    def end(self) -> int:
        """Archive offset from which on extents may stand."""
        return max(0, len(self.data) - self.lost)


def mend_header(data: bytes, evidence: Evidence) -> Mended:
    """Mend a header.

    Args:
        data: Of the archive, at least up to the first extent.
        evidence: What its extents say.
    """
    whole, lost = in_place(data[: evidence.first_extent], evidence.uuid, evidence.clusters)
    mended = _mended(bytearray(whole), evidence)._replace(lost=lost)
    return _possible(mended, evidence) if mended.is_proved else mended


def _mended(base: bytearray, evidence: Evidence) -> Mended:
    """Mend a header that stands in its place and may be too long."""
    fixed = layout.MAGIC + _U32.pack(layout.VERSION) + evidence.uuid
    base[: len(fixed)] = fixed
    size = _size(base)
    _U32.pack_into(base, _SIZE_AT, size)
    head = bytes(base[:size])
    if found := _proved(head):
        return found
    for offset, value in islice(_guesses(head, evidence), _HASHED // size):
        if found := _proved(head[:offset] + value + head[offset + len(value) :]):
            return found
    return _likely(head, evidence)


def _possible(mended: Mended, evidence: Evidence) -> Mended:
    """Replace sizes that no device can have, though the md5 proves them."""
    data, learnt = bytearray(mended.data), []
    for dev_id, clusters in evidence.clusters.items():
        (size,) = _U64.unpack_from(data, _device_at(dev_id) + 8)
        if layout.clusters_in(size) > layout.MAX_CLUSTERS:
            _U64.pack_into(data, _device_at(dev_id) + 8, clusters * layout.CLUSTER_SIZE)
            learnt.append(dev_id)
    if learnt:
        data[layout.HEADER_MD5] = checksum(bytes(data), layout.HEADER_MD5)
    return mended._replace(data=bytes(data), learnt=tuple(learnt))


def _proved(head: bytes) -> Mended | None:
    """Return a header that its md5 proves, even if some bytes of the md5 are damaged."""
    right, said = checksum(head, layout.HEADER_MD5), head[layout.HEADER_MD5]
    if sum(map(operator.eq, right, said)) < _ENOUGH:
        return None
    data = head[: layout.HEADER_MD5.start] + right + head[layout.HEADER_MD5.stop :]
    return Mended(data, is_proved=True)


def _size(head: bytearray) -> int:
    """Return the size in bytes that the md5 proves, or else a likely one."""
    offset, used, said = struct.unpack_from(">III", head, _BLOB_OFFSET_AT)
    padded = -(-(offset + used) // layout.HEADER_ALIGNMENT) * layout.HEADER_ALIGNMENT
    sizes = [end for end in (int(said), padded) if layout.FIXED_HEADER_SIZE < end <= len(head)]
    for size in (*sizes, len(head)):
        tried = bytearray(head[:size])
        _U32.pack_into(tried, _SIZE_AT, size)
        if _proved(bytes(tried)):
            return size
    return sizes[0] if sizes else len(head)


def _guesses(head: bytes, evidence: Evidence) -> Iterator[Change]:
    """Yield what may have been in one field."""
    yield _BLOB_OFFSET_AT, _U32.pack(layout.FIXED_HEADER_SIZE)
    yield _RESERVED_AT, bytes(layout.CONFIG_NAMES_OFFSET - _RESERVED_AT)
    for dev_id, clusters in evidence.clusters.items():
        end = clusters * layout.CLUSTER_SIZE
        for size in range(end, end - layout.CLUSTER_SIZE, -_SECTOR):
            yield _device_at(dev_id) + 8, _U64.pack(size)
    blobs = blob_offsets(head[layout.FIXED_HEADER_SIZE :])
    for at in _pointers(head, evidence):
        for pointer in blobs:
            yield at, _U32.pack(pointer)
    for at in _pointers(head, evidence):
        yield at, bytes(4)
    most = len(head) - layout.FIXED_HEADER_SIZE
    for used in range(most, max(most - layout.HEADER_ALIGNMENT, 0), -1):
        yield _BLOB_SIZE_AT, _U32.pack(used)
    for at, byte in enumerate(head):
        # What was a single bit before it was flipped is left out: nearly all of a header is zero.
        if byte or at < _RESERVED_AT:
            for bit in range(8):
                yield at, bytes([byte ^ 1 << bit])


def _pointers(head: bytes, evidence: Evidence) -> Iterator[int]:
    """Yield the offsets of pointers that are in use."""
    for dev_id in evidence.clusters:
        yield _device_at(dev_id)
    for number in range(layout.NAME_ENTRIES):
        ats = layout.CONFIG_NAMES_OFFSET + 4 * number, layout.CONFIG_DATA_OFFSET + 4 * number
        if any(head[at : at + 4] != bytes(4) for at in ats):
            yield from ats


def _likely(head: bytes, evidence: Evidence) -> Mended:
    """Replace what is impossible by what is likely."""
    mended = bytearray(head)
    offset, used = struct.unpack_from(">II", head, _BLOB_OFFSET_AT)
    if offset < layout.FIXED_HEADER_SIZE or offset + used > len(head):
        offset = layout.FIXED_HEADER_SIZE
        struct.pack_into(">II", mended, _BLOB_OFFSET_AT, offset, len(head) - offset)
    learnt = []
    for dev_id, clusters in evidence.clusters.items():
        (size,) = _U64.unpack_from(head, _device_at(dev_id) + 8)
        if not clusters <= layout.clusters_in(size) <= evidence.most_clusters:
            size = clusters * layout.CLUSTER_SIZE
            _U64.pack_into(mended, _device_at(dev_id) + 8, size)
            learnt.append(dev_id)
    return Mended(bytes(mended), is_proved=False, learnt=tuple(learnt))


def _device_at(dev_id: int) -> int:
    return layout.DEVICES_OFFSET + dev_id * layout.DEVICE_ENTRY.size
