"""The index of an archive as bytes: what a walk drew and found, compressed, with a digest.

Magic, version, a zstd frame, a BLAKE3 of all before it. In the frame are values as JSON, then the
columns of the extents and the placement, and of each device the pages that hold anything. Memory
for it is sized by the archive's own header and fixed bounds, never by what the bytes ask for.
"""

from __future__ import annotations

import io
import json
import struct
import sys
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from blake3 import blake3

from vmatui.engine.archive import Archive
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.indexing.clustermap import GROUP_BITS, LEVEL, ZERO, DeviceMap
from vmatui.engine.indexing.indexreport import (
    items,
    number,
    numbers,
    parse_report,
    record,
    report_values,
    text,
)
from vmatui.engine.indexing.picture import Picture
from vmatui.engine.indexing.placement import MAX_RUNS
from vmatui.engine.indexing.regions import Region
from vmatui.engine.jsontext import Json
from vmatui.format.digests import DIGEST_SIZE, digest_of, new_digest
from vmatui.format.layout import BLOCKS_PER_CLUSTER
from vmatui.format.partitions import Partition

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, ZstdCompressor, ZstdError, ZstdFile
else:
    from backports.zstd import CompressionParameter, ZstdCompressor, ZstdError, ZstdFile

MAGIC: Final = b"VMAINDEX"
VERSION: Final = 1
"""Grows whenever the bytes or the meaning of a finding change; others are not read."""
MOST_WORDS: Final = 16 << 20
"""Bytes of the values, findings above all."""
MOST_EXTENTS: Final = 1 << 24
PAGE: Final = 64 << 10
"""Bytes of a map that are kept or left out together."""

_HEAD: Final = struct.Struct("<8sI")
_LENGTH: Final = struct.Struct("<Q")
_NUMBER: Final = struct.Struct("<I")
_NO_PAGE: Final = 0xFFFFFFFF
_ZEROS: Final = bytes(PAGE)
_STATES: Final = bytes(n for n in range(256) if n & LEVEL <= ZERO + BLOCKS_PER_CLUSTER)
"""All that a cell can be."""


class KeptIndex(NamedTuple):
    """What a full walk drew and found, and when."""

    picture: Picture
    report: VerifyReport
    regions: Mapping[int, tuple[Region, ...]]
    """The partitions of the devices that have some, by dev_id."""
    read_at: int
    """Seconds since the epoch."""


def pack_index(index: KeptIndex, archive: Archive) -> Iterator[bytes]:
    """Yield the bytes of an index.

    Raises:
        ValueError: there is more of it than can be parsed again.
    """
    digest = new_digest()
    packer = ZstdCompressor(options={CompressionParameter.compression_level: 1})
    yield _fed(digest, _HEAD.pack(MAGIC, VERSION))
    for piece in _pieces(index, archive):
        yield _fed(digest, packer.compress(piece))
    yield _fed(digest, packer.flush())
    yield digest.digest()


def parse_index(data: bytes, archive: Archive) -> KeptIndex | None:
    """Return the index of an archive, None if the bytes are not one of this version.

    Args:
        data: As `pack_index` made them; anything else is taken for no index.
        archive: The same that was walked.
    """
    content, digest = memoryview(data)[:-DIGEST_SIZE], data[-DIGEST_SIZE:]
    if data[: _HEAD.size] != _HEAD.pack(MAGIC, VERSION) or digest_of(content) != digest:
        return None
    try:
        with ZstdFile(io.BytesIO(content[_HEAD.size :])) as file:
            return _parse(file, archive)
    except (ValueError, KeyError, TypeError, EOFError, RecursionError, ZstdError, MemoryError):
        return None


def _pieces(index: KeptIndex, archive: Archive) -> Iterator[bytes]:
    picture = index.picture
    values = {
        "byteorder": sys.byteorder,
        "header": digest_of(archive.raw_header).hex(),
        "read_at": index.read_at,
        "report": report_values(index.report),
        "regions": [
            [dev_id, [[each.partition._asdict(), each.content] for each in regions]]
            for dev_id, regions in index.regions.items()
        ],
        "extents": len(picture.extents),
        "sets": [sorted(each) for each in picture.extents.sets],
        "runs": picture.placement.count,
    }
    words = json.dumps(values).encode()
    if len(words) > MOST_WORDS or len(picture.extents) > MOST_EXTENTS:
        raise ValueError("too much to be kept")
    yield _LENGTH.pack(len(words))
    yield words
    yield from picture.extents.pack()
    yield from picture.placement.pack()
    for device_map in picture.map.devices.values():
        for memory in _memories(device_map):
            yield from _pages(memory)


def _parse(file: io.BufferedIOBase, archive: Archive) -> KeptIndex:
    words = _take(file, _within(_LENGTH.unpack(_take(file, _LENGTH.size))[0], MOST_WORDS))
    values = record(json.loads(words))
    expected = sys.byteorder, digest_of(archive.raw_header).hex()
    if (values["byteorder"], values["header"]) != expected:
        raise ValueError("of another machine or archive")
    picture = Picture(archive.header.devices)
    sets = [frozenset(numbers(each)) for each in items(values["sets"])]
    extents = _within(number(values["extents"]), MOST_EXTENTS)
    picture.extents.fill(sets, extents, lambda length: _take(file, length))
    runs = _within(number(values["runs"]), MAX_RUNS)
    picture.placement.fill(runs, extents, lambda length: _take(file, length))
    for device_map in picture.map.devices.values():
        _fill_map(file, device_map)
    if file.read(1):
        raise ValueError("something follows")
    picture.map.finish()
    return KeptIndex(
        picture,
        parse_report(record(values["report"]), archive),
        {
            number(dev_id): tuple(map(_region, items(regions)))
            for dev_id, regions in map(items, items(values["regions"]))
        },
        number(values["read_at"]),
    )


def _region(value: Json) -> Region:
    partition, content = items(value)
    told = record(partition)
    return Region(
        Partition(
            number(told["number"]),
            number(told["start"]),
            number(told["size"]),
            text(told["kind"]),
            text(told["name"]),
        ),
        None if content is None else text(content),
    )


def _memories(device_map: DeviceMap) -> tuple[memoryview, memoryview]:
    return device_map.states, device_map.masks.cast("B")


def _pages(memory: memoryview) -> Iterator[bytes]:
    """Yield those pages that hold anything, each after its number."""
    for start in range(0, len(memory), PAGE):
        page = memory[start : start + PAGE]
        if not _ZEROS.startswith(page):
            yield _NUMBER.pack(start // PAGE)
            yield bytes(page)
    yield _NUMBER.pack(_NO_PAGE)


def _fill_map(file: io.BufferedIOBase, device_map: DeviceMap) -> None:
    states, masks = _memories(device_map)
    for start, page in _read_pages(file, len(states)):
        if page.translate(None, _STATES):
            raise ValueError("no states")
        states[start : start + len(page)] = page
        first, last = start >> GROUP_BITS, (start + len(page) - 1) >> GROUP_BITS
        device_map.changed[first : last + 1] = b"\1" * (last + 1 - first)
    for start, page in _read_pages(file, len(masks)):
        masks[start : start + len(page)] = page


def _read_pages(file: io.BufferedIOBase, length: int) -> Iterator[tuple[int, bytes]]:
    """Yield where in a memory of some bytes each page stands, and the page."""
    last = -1
    while (page := _NUMBER.unpack(_take(file, _NUMBER.size))[0]) != _NO_PAGE:
        if not last < page < -(-length // PAGE):
            raise ValueError("no place for a page")
        last = page
        yield page * PAGE, _take(file, min(PAGE, length - page * PAGE))


def _take(file: io.BufferedIOBase, length: int) -> bytes:
    data = file.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _within(value: int, most: int) -> int:
    if value > most:
        raise ValueError("too many")
    return value


def _fed(digest: blake3, data: bytes) -> bytes:
    digest.update(data)
    return data
