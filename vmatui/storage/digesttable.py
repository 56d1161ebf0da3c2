"""Collects the entries of a manifest in any order, and writes it when they are all there.

They wait in a file without a name beside the manifest: memory does not grow with the archive, and
clusters of zeros, which are not written, take no room.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from vmatui.format.digests import ENTRY_SIZE, MISSING, new_digest
from vmatui.format.header import Device
from vmatui.format.manifest import (
    CHUNK,
    TAIL_SIZE,
    Manifest,
    SealedDevice,
    count_kinds,
    pack_chunk,
    pack_index,
    pack_manifest,
    pack_tail,
    packed_size,
)
from vmatui.storage.rawfile import RawFileTarget
from vmatui.storage.targets import target_error
from vmatui.storage.writing import write_all


class DigestTable:
    """The entries of all clusters of an archive; those never put are of zeros.

    Args:
        path: Where the manifest will be.
        devices: Of the archive.

    Raises:
        TargetError: nothing can be written there.
    """

    def __init__(self, path: Path, devices: Sequence[Device]) -> None:
        self._path = path
        self._devices = devices
        self._lengths = array("L")
        """Bytes of each chunk as it will be packed."""
        self._bases: dict[int, int] = {}
        base = 0
        for device in devices:
            self._bases[device.dev_id] = base
            base += device.clusters * ENTRY_SIZE
        try:
            self._scratch = tempfile.TemporaryFile(dir=path.parent, buffering=0)  # noqa: SIM115
        except OSError as error:
            raise target_error("create", path, error) from error

    def put(self, dev_id: int, first: int, entries: bytes) -> None:
        """Set the entries of neighbouring clusters, of which none was set before.

        Raises:
            TargetError: they cannot be kept.
        """
        if not entries.strip(b"\0"):
            return
        offset = self._bases[dev_id] + first * ENTRY_SIZE
        try:
            write_all(self._scratch.fileno(), offset, [memoryview(entries)])
        except OSError as error:
            raise target_error("write", self._path, error) from error

    def put_missing(self, dev_id: int, first: int, last: int) -> None:
        """Say of clusters, both included, that the archive does not have them."""
        for start in range(first, last + 1, CHUNK):
            self.put(dev_id, start, MISSING * min(CHUNK, last + 1 - start))

    def sum_up(self) -> tuple[SealedDevice, ...]:
        """Return what is to be said of each device; call once, when all entries are there."""
        return tuple(self._sum_up(device) for device in self._devices)

    def write(self, manifest: Manifest, sealed_at: int, *, overwrite: bool) -> tuple[int, bytes]:
        """Write the manifest under its name, complete or not at all.

        Args:
            manifest: Made of what `sum_up` returned.
            sealed_at: Seconds since the epoch.
            overwrite: One that is there already may be replaced.

        Returns:
            Its size in bytes and its digest.

        Raises:
            TargetError: it cannot be written.
        """
        size = manifest.chunks_start + sum(self._lengths) + TAIL_SIZE
        target = RawFileTarget(self._path, size, overwrite=overwrite)
        try:
            target.open()
            offset, digest = 0, new_digest()
            for piece in self._pieces(manifest):
                target.writev(offset, [memoryview(piece)])
                digest.update(piece)
                offset += len(piece)
            target.writev(offset, [memoryview(pack_tail(digest.digest(), sealed_at))])
            target.finish()
        finally:
            target.discard()
        return size, digest.digest()

    def close(self) -> None:
        """Forget all entries."""
        self._scratch.close()

    def _sum_up(self, device: Device) -> SealedDevice:
        nonzero = missing = 0
        digest = new_digest()
        for entries in self._chunks(device):
            digest.update(entries)
            kinds = count_kinds(entries)
            nonzero += kinds[0]
            missing += kinds[1]
            self._lengths.append(packed_size(len(entries) // ENTRY_SIZE, sum(kinds)))
        return SealedDevice(device.dev_id, device.size, nonzero, missing, digest.digest())

    def _pieces(self, manifest: Manifest) -> Iterator[bytes]:
        """Yield the manifest in order, but for its tail."""
        yield pack_manifest(manifest)
        yield pack_index(accumulate(self._lengths, initial=manifest.chunks_start))
        for device in self._devices:
            for entries in self._chunks(device):
                yield pack_chunk(entries)

    def _chunks(self, device: Device) -> Iterator[bytes]:
        """Yield the entries of a device, a chunk at a time."""
        base = self._bases[device.dev_id]
        for first in range(0, device.clusters, CHUNK):
            length = min(CHUNK, device.clusters - first) * ENTRY_SIZE
            try:
                found = os.pread(self._scratch.fileno(), length, base + first * ENTRY_SIZE)
            except OSError as error:
                raise target_error("write", self._path, error) from error
            # Past its end the file has nothing but clusters of zeros.
            yield found.ljust(length, b"\0")
