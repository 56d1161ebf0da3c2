"""A manifest that is read: believed only when its own digest matches.

Entries are read when they are asked for, so that memory does not grow with the archive.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from vmatui.errors import ManifestError
from vmatui.format import manifest as form
from vmatui.format.digests import ENTRY_SIZE, new_digest
from vmatui.format.manifest import (
    CHUNK,
    INDEX,
    TAIL_SIZE,
    SealedDevice,
    parse_chunk,
    parse_manifest,
    parse_tail,
)

_KEPT: Final = 64
"""Chunks that are kept unpacked, 4 MiB: archives come nearly in order."""
_PIECE: Final = 1 << 20


class ManifestFile:
    """An open manifest whose digest matches.

    Args:
        path: Its file.

    Raises:
        ManifestError: it cannot be read, is none, or is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = _open(path)
        try:
            self.manifest = parse_manifest(self._read(0, form.MAX_HEAD))
            self._end = os.fstat(self._fd).st_size - TAIL_SIZE
            if self._end < self.manifest.chunks_start:
                raise ManifestError("is damaged: it is cut")
            self.digest = self._content_digest()
            """BLAKE3 of all that was sealed, whenever it was and however it is compressed."""
            self.sealed_at = parse_tail(self._read(self._end, TAIL_SIZE), self.digest)
            """Seconds since the epoch."""
        except BaseException:
            self.close()
            raise
        self._bases = dict(_bases(self.manifest.devices))
        self._chunk = lru_cache(maxsize=_KEPT)(self._load)

    def entries(self, device: SealedDevice, first: int, count: int) -> bytes:
        """Return the entries of neighbouring clusters, 16 bytes each.

        Args:
            device: Of this manifest.
            first: Number of the first cluster.
            count: How many; all of them inside the device.

        Raises:
            ManifestError: they cannot be read.
        """
        found = b""
        while len(found) < count * ENTRY_SIZE:
            number, at = divmod(first + len(found) // ENTRY_SIZE, CHUNK)
            rest = count * ENTRY_SIZE - len(found)
            found += self._chunk(device, number)[at * ENTRY_SIZE :][:rest]
        return found

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def _load(self, device: SealedDevice, number: int) -> bytes:
        start = self._bases[device.dev_id] + number * INDEX.size
        index = self._read(start, 2 * INDEX.size)
        (begin,), (end,) = INDEX.iter_unpack(index) if len(index) == 16 else ((1,), (0,))
        if not 0 <= end - begin <= form.MAX_CHUNK:
            raise ManifestError("is damaged: its index makes no sense")
        clusters = min(CHUNK, device.clusters - number * CHUNK)
        return parse_chunk(self._read(begin, end - begin), clusters)

    def _content_digest(self) -> bytes:
        digest = new_digest()
        for start in range(0, self._end, _PIECE):
            digest.update(self._read(start, min(_PIECE, self._end - start)))
        return digest.digest()

    def _read(self, start: int, length: int) -> bytes:
        try:
            return os.pread(self._fd, length, start)
        except (OSError, OverflowError) as error:
            raise _unreadable(error) from None


def _open(path: Path) -> int:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _unreadable(error) from None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise ManifestError("is none: it is not a regular file")
    return fd


def _unreadable(error: OSError | OverflowError) -> ManifestError:
    reason = error.strerror if isinstance(error, OSError) else "it is damaged"
    return ManifestError(f"cannot be read: {reason}")


def _bases(devices: tuple[SealedDevice, ...]) -> Iterator[tuple[int, int]]:
    """Yield each device's id, and where its part of the index starts."""
    start = form.HEAD_SIZE + form.DEVICE_SIZE * len(devices)
    for device in devices:
        yield device.dev_id, start
        start += device.chunks * INDEX.size
