"""The archives that a campaign starts from: tiny ones, odd ones, each packed in every way.

All are small, since most faults need no more than two extents and speed is what finds them.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.compressors import as_bzip2, as_gzip, as_lzop, as_xz, as_zstd, decompressed
from tests.corpus import small_corpus
from tests.damage import CONFIGS, DAMAGED, LEGAL
from tests.forge import BLOCK, CLUSTER, Disk, forge, noise
from tests.sealing import sealed_file
from tests.storage.streams import sample
from tests.streamdamage import seek_table, zstd_frame

_UNIT: Final = 9000
"""Archive bytes of a frame or member where there are many."""
_BOMB: Final = 256 << 20
"""Bytes of zeros behind an archive."""


def _plain() -> list[bytes]:
    few = {0: noise(BLOCK), 17: sample(BLOCK, 5), 20: b"one line\n" * 9}
    scsi = Disk("drive-scsi0", size=2 * CLUSTER, blocks=few)
    efi = Disk("drive-efidisk0", size=CLUSTER + 1024, blocks={3: sample(BLOCK), 16: b"end"})
    memory = Disk("vmstate", size=3 * CLUSTER + 512, blocks={1: b"page", 48: b"last"})
    return [
        forge([]),
        forge([scsi]),
        forge([scsi], CONFIGS),
        forge([scsi, efi, memory], CONFIGS, slots_per_extent=3),
        forge([efi, memory], slots_per_extent=1),
        forge([Disk("a", size=70 * CLUSTER)], slots_per_extent=59),
        forge([Disk("a", size=70 * CLUSTER)], slots_per_extent=1),
        forge([Disk(f"d{number}", size=512) for number in range(9)], {"a": b"", "b": b""}),
        forge(
            [Disk("drive-\x1b[31m", b"x"), Disk("../up", b"y"), Disk("../up", b"z")], {"/x": b""}
        ),
    ]


def _frames(pack: Callable[[bytes], bytes], data: bytes) -> list[bytes]:
    return [pack(data[at : at + _UNIT]) for at in range(0, len(data), _UNIT)]


def _seekable(data: bytes) -> bytes:
    frames = _frames(lambda part: zstd_frame(part, sized=False), data)
    return b"".join(frames) + seek_table(frames, len(data), _UNIT)


_PACKERS: tuple[Callable[[bytes], bytes], ...] = (
    as_zstd,
    lambda data: as_zstd(data, "-19", "--no-check"),
    lambda data: b"".join(_frames(zstd_frame, data)),
    _seekable,
    as_gzip,
    lambda data: b"".join(_frames(lambda part: gzip.compress(part, mtime=0), data)),
    as_lzop,
    lambda data: as_lzop(data, "-9", "--crc32"),
    lambda data: as_lzop(data, "-F"),
    as_bzip2,
    as_xz,
)


@dataclass(frozen=True)
class Bases:
    """What there is to begin with."""

    tiny: list[bytes]
    """Plain and sound."""
    odd: list[bytes]
    """Plain, larger, and legal or with one fault."""
    packed: list[bytes]
    bombs: list[bytes]
    """Packed, and much larger than memory may grow."""
    manifests: list[bytes]
    """Of some of the tiny ones; all of them have the same uuid."""


def make_bases() -> Bases:
    """Make all of them; takes a second or two, mostly for the programs that pack."""
    tiny = _plain()
    damaged = [build() for code, build in DAMAGED.items() if not code.startswith("stream-")]
    corpus = small_corpus()
    return Bases(
        tiny,
        [
            *damaged,
            *(build() for build in LEGAL.values()),
            *(decompressed(packed.path) for packed in corpus),
        ],
        [
            *(pack(data) for pack in _PACKERS for data in tiny),
            *(packed.path.read_bytes() for packed in corpus),
        ],
        [pack(tiny[3] + bytes(_BOMB)) for pack in (as_zstd, as_lzop)],
        [_manifest(data) for data in tiny[2:6]],
    )


def _manifest(data: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return sealed_file(Path(folder, "sealed.vma"), data)
