"""One archive packed in every way whose damaged streams can be gone on with, and ways to damage it.

`recover` walks what is left and says of each cluster what came of it.
"""

from __future__ import annotations

import gzip
import random
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from tests.compressors import as_gzip, as_lzop, as_zstd
from tests.forge import CLUSTER, EXTENT_HEADER, Disk, Forge
from tests.opening import opened
from tests.storage.streams import sample
from tests.tools import require_tool
from vmatui.engine.checking.checker import Checker
from vmatui.engine.checking.report import VerifyReport, make_report
from vmatui.engine.checking.verify import walk_through
from vmatui.engine.indexing.clustermap import DOUBTFUL, FAULT, ClusterMap
from vmatui.engine.progress import Meter, ignore
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.pipeline import read_ahead
from vmatui.engine.walking.visitor import Rejected, Visitor

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, compress
else:
    from backports.zstd import CompressionParameter, compress

UNIT = 300_000
"""Archive bytes of a frame or member where there are many."""
LZOP_BLOCK = 262_144

DISKS = (
    Disk("drive-scsi0", sample(30 * CLUSTER, 1)),
    Disk("drive-scsi1", sample(10 * CLUSTER, 2) + bytes(20 * CLUSTER) + sample(10 * CLUSTER, 3)),
)
FORGED = Forge.of(DISKS, {"qemu-server.conf": b"memory: 512\n"}, slots_per_extent=7)
ARCHIVE = FORGED.build()
IMAGES = {dev_id: disk.image() for dev_id, disk in enumerate(DISKS, 1)}

Cluster = tuple[int, int]
"""dev_id and number."""
Range = tuple[int, int]
"""First byte and the one behind the last."""


def original(cluster: Cluster) -> bytes:
    """Return what a cluster holds."""
    dev_id, number = cluster
    return IMAGES[dev_id][number * CLUSTER : (number + 1) * CLUSTER]


@dataclass(frozen=True)
class Packed:
    """The archive, packed, and the parts of it that do not lean on each other."""

    data: bytes
    packed: list[int]
    """Where in the file each part starts, and where the last one ends."""
    unpacked: list[int]
    """The same in the archive."""

    def touched(self, start: int, end: int) -> Range:
        """Return the archive bytes of all parts that bytes of the file belong to."""
        parts = [
            number
            for number, (low, high) in enumerate(zip(self.packed, self.packed[1:], strict=False))
            if low < end and high > start
        ]
        return self.unpacked[parts[0]], self.unpacked[parts[-1] + 1]


def _whole(data: bytes) -> Packed:
    return Packed(data, [0, len(data)], [0, len(ARCHIVE)])


def _many(pack: Callable[[bytes], bytes], tail: Callable[[list[bytes]], bytes]) -> Packed:
    starts = list(range(0, len(ARCHIVE), UNIT))
    parts = [pack(ARCHIVE[at : at + UNIT]) for at in starts]
    packed = [0]
    for part in parts:
        packed.append(packed[-1] + len(part))
    return Packed(b"".join(parts) + tail(parts), packed, [*starts, len(ARCHIVE)])


def zstd_frame(data: bytes, *, sized: bool = True) -> bytes:
    """Return one frame with a checksum, and with the length of its data or without."""
    options: dict[int, int] = {
        CompressionParameter.checksum_flag: 1,
        CompressionParameter.content_size_flag: int(sized),
    }
    frame: bytes = compress(data, options=options)
    return frame


def seek_table(frames: list[bytes], length: int = len(ARCHIVE), unit: int = UNIT) -> bytes:
    """Return the frame that ends a file of zstd's seekable format."""
    table = b"".join(
        struct.pack("<II", len(frame), min(unit, length - number * unit))
        for number, frame in enumerate(frames)
    )
    table += struct.pack("<IBI", len(frames), 0, 0x8F92EAB1)
    return struct.pack("<II", 0x184D2A5E, len(table)) + table


def _by(program: str, *arguments: str) -> Packed:
    command = [require_tool(program), *arguments, "-c"]
    return _whole(subprocess.run(command, input=ARCHIVE, capture_output=True, check=True).stdout)


def _lzop() -> Packed:
    data = as_lzop(ARCHIVE)
    at = 9 + 24 + data[33] + 1 + 4
    packed, unpacked = [at], [0]
    while length := int.from_bytes(data[at : at + 4], "big"):
        packed_length = int.from_bytes(data[at + 4 : at + 8], "big")
        at += 12 + packed_length
        packed.append(at)
        unpacked.append(unpacked[-1] + length)
    assert (at + 4, unpacked[-1]) == (len(data), len(ARCHIVE))
    return Packed(data, packed, unpacked)


def _none(_: list[bytes]) -> bytes:
    return b""


PACKERS: dict[str, Callable[[], Packed]] = {
    "zstd": lambda: _whole(as_zstd(ARCHIVE)),
    "zstd frames": lambda: _many(zstd_frame, _none),
    "zstd frames without sizes": lambda: _many(lambda data: zstd_frame(data, sized=False), _none),
    "zstd seekable": lambda: _many(lambda data: zstd_frame(data, sized=False), seek_table),
    "gzip": lambda: _whole(as_gzip(ARCHIVE)),
    "gzip members": lambda: _many(lambda data: gzip.compress(data, mtime=0), _none),
    "pigz -i": lambda: _by("pigz", "-i"),
    "gzip --rsyncable": lambda: _by("gzip", "--rsyncable"),
    "lzop": _lzop,
}


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :]


def wrong_checksums() -> dict[str, bytes]:
    """Return files whose data is whole, and which a checksum belies: of a block, and of all."""
    lzop, whole = _lzop(), zstd_frame(ARCHIVE)
    middle = lzop.packed[len(lzop.packed) // 2]
    return {"block": _flipped(lzop.data, middle + 8), "whole": _flipped(whole, len(whole) - 1)}


DAMAGES: dict[str, Callable[[bytes], tuple[bytes, Range]]] = {
    "a byte flipped early": lambda data: (_flipped(data, len(data) // 6), _at(data, 1 / 6, 1)),
    "a byte flipped": lambda data: (_flipped(data, len(data) // 2), _at(data, 1 / 2, 1)),
    "a byte flipped late": lambda data: (_flipped(data, len(data) * 5 // 6), _at(data, 5 / 6, 1)),
    "4 KiB zeroed": lambda data: _replaced(data, 4096, bytes(4096)),
    "64 KiB lost": lambda data: _replaced(data, 65_536, b""),
    "cut": lambda data: _replaced(data, len(data), b""),
    "garbage behind": lambda data: (
        data + random.Random(9).randbytes(5000),
        (len(data), len(data) + 5000),
    ),
}
"""Each returns the damaged file, and where in the sound one the damage is."""


def _at(data: bytes, part: float, length: int) -> Range:
    return int(len(data) * part), int(len(data) * part) + length


def _replaced(data: bytes, length: int, other: bytes) -> tuple[bytes, Range]:
    at = len(data) // 2
    end = min(at + length, len(data))
    return data[:at] + other + data[end:], (at, end)


@dataclass(frozen=True)
class Recovered:
    """What a walk brought back."""

    clusters: dict[Cluster, bytes]
    """Those that the checker accepted."""
    doubtful: set[Cluster]
    drawn: set[Cluster]
    """Those that the map shows as doubtful."""
    report: VerifyReport

    @property
    def sound(self) -> set[Cluster]:
        """Clusters without any doubt."""
        return set(self.clusters) - self.doubtful

    def wrong(self) -> set[Cluster]:
        """Return the clusters that are believed and are not what was packed."""
        return {cluster for cluster in self.sound if self.clusters[cluster] != original(cluster)}


class _Collector(Visitor):
    def __init__(self) -> None:
        self.clusters: dict[Cluster, bytes] = {}

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        start = 0
        for position, slot in enumerate(extent.header.used):
            mask, dev_id, number = slot >> 48, slot >> 32 & 0xFF, slot & 0xFFFFFFFF
            data = bytearray(CLUSTER)
            for block in range(16):
                if mask >> block & 1:
                    assert extent.buffer is not None
                    data[block * 4096 : (block + 1) * 4096] = extent.buffer.view[start:][:4096]
                    start += 4096
            if position not in rejected:
                self.clusters[dev_id, number] = bytes(data)


def recover(data: bytes) -> Recovered:
    """Walk a damaged file to its end; it must have an archive's header."""
    collector = _Collector()
    with opened(data) as archive:
        checker = Checker(archive.header, archive.faults)
        cells = ClusterMap(archive.header.devices)
        with read_ahead(archive, threading.Event()) as items:
            walk_through(archive, items, checker, [collector, cells], Meter(ignore))
        report = make_report(archive, checker, is_full=True)
    doubtful = {
        (dev_id, number)
        for dev_id, tally in checker.tallies.items()
        for first, last in tally.doubtful.iter_present()
        for number in range(first, last + 1)
    }
    drawn = {
        (dev_id, number)
        for dev_id, each in cells.devices.items()
        for number, state in enumerate(each.states)
        if state & FAULT == DOUBTFUL
    }
    return Recovered(collector.clusters, doubtful, drawn, report)


def extents() -> list[tuple[Range, list[tuple[Cluster, Range]]]]:
    """Return where each extent of the archive is, and where the data of its clusters are."""
    found = []
    for offset, extent in zip(FORGED.extent_offsets, FORGED.extents, strict=True):
        at = offset + EXTENT_HEADER
        clusters = []
        for slot in extent.slots:
            clusters.append(((slot.dev_id, slot.cluster), (at, at + len(slot.data))))
            at += len(slot.data)
        found.append(((offset, at), clusters))
    return found


def overlap(one: Range, other: Range) -> bool:
    """Whether two ranges have a byte in common."""
    return max(one[0], other[0]) < min(one[1], other[1])
