"""The demo: a small believable archive of a VM, and one of another night that came back damaged.

What is made is always the same, byte for byte, and nothing that exists is overwritten.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from vmatui.engine.demo.demodisks import CONFIGS, DISKS, cluster_data, iter_masks
from vmatui.errors import TargetError
from vmatui.format.extent import Slot
from vmatui.format.pack import pack_extent, pack_header

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, ZstdCompressor
else:
    from backports.zstd import CompressionParameter, ZstdCompressor

_SLOTS = 58
"""Clusters in an extent, as the reference fills it (VMA format, sizes)."""
_FLIPPED, _LOST, _REPEATED = 6, 14, 22
"""Extents of the damaged archive: with a damaged header, left out, and there twice."""
_KEPT = 0.96
"""Share of the damaged archive's file that is there; the rest was cut off."""


class _Night(NamedTuple):
    """One backup of the VM."""

    name: str
    uuid: UUID
    ctime: int
    notes: str


_SOUND = _Night(
    "vzdump-qemu-104-2026_11_21-02_30_04.vma.zst",
    UUID("5b0f8f0a-6c1e-4d0b-8a37-2f8f5c6f1d21"),
    1795228204,
    "shop-db\nnightly, from pve1\n",
)
_DAMAGED = _Night(
    "vzdump-qemu-104-2026_11_14-02_30_07.vma.zst",
    UUID("c3d7a6de-93c1-4a1f-b1a5-0e9a7c1b7e14"),
    1794623407,
    "shop-db, back from the old NAS\nthe copy ended with errors\n",
)


def make_demo(folder: Path) -> tuple[Path, ...]:
    """Make the demo archives and their notes in a folder, which is created if need be.

    Returns:
        The sound archive and the damaged one.

    Raises:
        TargetError: A file of that name exists, or the folder cannot be written.
    """
    sound = _compress([_header(_SOUND), *_extents(_SOUND)])
    damaged = _compress([_header(_DAMAGED), *_damage(_extents(_DAMAGED))])
    damaged = damaged[: int(len(damaged) * _KEPT)]
    paths = tuple(folder / night.name for night in (_SOUND, _DAMAGED))
    files = dict(zip(paths, (sound, damaged), strict=True))
    for path, night in zip(paths, (_SOUND, _DAMAGED), strict=True):
        files[path.with_name(f"{path.name}.notes")] = night.notes.encode()
    _write(folder, files)
    return paths


def _header(night: _Night) -> bytes:
    return pack_header(night.uuid, night.ctime, [disk.device for disk in DISKS], CONFIGS)


def _extents(night: _Night) -> Iterator[bytes]:
    """Yield the extents, header and stored blocks; the disks take turns as in a real backup."""
    clusters = _clusters()
    while batch := list(islice(clusters, _SLOTS)):
        header = pack_extent(night.uuid, [slot for slot, _ in batch])
        yield b"".join([header, *(data for _, data in batch)])


def _clusters() -> Iterator[tuple[Slot, bytes]]:
    waiting = [(disk, enumerate(iter_masks(disk))) for disk in DISKS]
    while waiting:
        for turn in list(waiting):
            disk, masks = turn
            numbered = next(masks, None)
            if numbered is None:
                waiting.remove(turn)
            else:
                cluster, mask = numbered
                slot = Slot(mask, disk.device.dev_id, cluster)
                yield slot, cluster_data(disk, cluster, mask)


def _damage(extents: Iterable[bytes]) -> Iterator[bytes]:
    for number, extent in enumerate(extents):
        if number == _FLIPPED:
            yield extent[:100] + bytes([extent[100] ^ 0x10]) + extent[101:]
        elif number != _LOST:
            yield extent
        if number == _REPEATED:
            yield extent


def _compress(parts: Iterable[bytes]) -> bytes:
    """Compress as a backup job does: one frame with a checksum, its size not told."""
    options: dict[int, int] = {
        CompressionParameter.compression_level: 1,
        CompressionParameter.checksum_flag: 1,
    }
    compressor = ZstdCompressor(options=options)
    return b"".join([*(compressor.compress(part) for part in parts), compressor.flush()])


def _write(folder: Path, files: dict[Path, bytes]) -> None:
    try:
        folder.mkdir(exist_ok=True)
        for path in files:
            if path.exists():
                raise TargetError(f"{path} exists already: choose another folder")
        for path, data in files.items():
            with path.open("xb") as file:
                file.write(data)
    except OSError as error:
        raise TargetError(
            f"cannot write the demo archives to {folder}: {error.strerror}; choose another folder"
        ) from error
