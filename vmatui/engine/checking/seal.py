"""Seal: write a manifest beside an archive, from which each cluster can be proved later.

Only what is sound is sealed. The digests are made on the way of any walk over the archive, or while
it is written: nothing is read a second time.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from vmatui.engine.archive import Archive
from vmatui.engine.checking.clusterset import ClusterSet
from vmatui.engine.checking.digest import ClusterRun, Digester
from vmatui.engine.checking.proof import Payload
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.checking.verify import verify
from vmatui.engine.progress import ProgressFunction, ignore
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import Rejected, Visitor
from vmatui.errors import TargetError
from vmatui.format.digests import digest_of
from vmatui.format.header import Header, parse_header
from vmatui.format.manifest import Manifest
from vmatui.storage.digesttable import DigestTable
from vmatui.storage.manifests import manifest_path, place_beside

if TYPE_CHECKING:  # how disks are read loads much that verifying never needs
    from vmatui.engine.walking.newextents import NewExtent

MAX_MISSING: Final = 1 << 24
"""Clusters that may be missing, 1 TiB: each takes room, and a header can claim any size."""


class Seal(NamedTuple):
    """A manifest that was written."""

    path: Path
    manifest: Manifest
    size: int
    """Bytes of its file."""
    digest: bytes
    """BLAKE3 of all that was sealed, whenever it was and however the archive is compressed."""
    sealed_at: int
    """Seconds since the epoch."""

    @property
    def missing(self) -> int:
        """Clusters that could not be sealed."""
        return sum(device.missing for device in self.manifest.devices)


class SealReport(NamedTuple):
    """What sealing an archive came to."""

    verify: VerifyReport
    header: Header
    seal: Seal | None
    """None when the archive has errors and was not sealed."""


class Sealer(Visitor):
    """Digests an archive on the way; a visitor of its walk, and an observer of its creation.

    Whoever makes one closes it.

    Args:
        archive: Its path; the manifest goes beside it.
        raw_header: Its header.
        overwrite: A manifest that is there already may be replaced.

    Raises:
        TargetError: there is a manifest already, or none can be written there.
    """

    def __init__(self, archive: Path, raw_header: bytes, *, overwrite: bool = False) -> None:
        self.path = manifest_path(archive)
        if os.path.lexists(self.path) and not overwrite:
            raise TargetError(
                f"{self.path} exists already, so {archive} is sealed: verify compares with it, "
                "and only seal --overwrite replaces it"
            )
        self._raw_header = raw_header
        self._header, _ = parse_header(raw_header)
        self._overwrite = overwrite
        self._devices = self._header.devices
        self._digester = Digester(self._devices)
        self._seen = {device.dev_id: ClusterSet(device.clusters) for device in self._devices}
        self._table = DigestTable(self.path, self._devices)

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Take the clusters of an extent."""
        self._put(self._digester.runs_of(extent, rejected))

    def __call__(self, extent: NewExtent) -> None:
        """Take the clusters of an extent that was written."""
        self._put(self._digester.runs_of_new(extent))

    def write(self) -> Seal:
        """Write the manifest; clusters that were not seen are marked as missing.

        Raises:
            TargetError: it cannot be written, or next to nothing was seen.
        """
        missing = sum(device.clusters - len(self._seen[device.dev_id]) for device in self._devices)
        if missing > MAX_MISSING:
            raise TargetError(
                f"{missing} clusters are missing, so there is next to nothing to seal: "
                f"{self.path} was not written"
            )
        for dev_id, seen in self._seen.items():
            for first, last in seen.iter_absent():
                self._table.put_missing(dev_id, first, last)
        manifest = Manifest(
            self._header.uuid,
            self._header.ctime,
            digest_of(self._raw_header),
            self._table.sum_up(),
        )
        now = int(time.time())
        size, digest = self._table.write(manifest, now, overwrite=self._overwrite)
        return Seal(self.path, manifest, size, digest, now)

    def close(self) -> None:
        """Forget what was not written."""
        self._table.close()

    def _put(self, runs: list[ClusterRun]) -> None:
        for run in runs:
            self._seen[run.dev_id].add(run.first, run.last)
            self._table.put(run.dev_id, run.first, b"".join(run.entries))


def seal(
    archive: Archive,
    *,
    overwrite: bool = False,
    even_faulty: bool = False,
    progress: ProgressFunction = ignore,
    cancel: threading.Event | None = None,
) -> SealReport:
    """Verify an archive and write its manifest.

    Args:
        archive: Open; it is read from its first extent to its end and not closed.
        overwrite: A manifest that is there already may be replaced.
        even_faulty: Seal what is sound of an archive with errors too; but a manifest that belies
            the archive is the one proof of what it was, and is never replaced.
        progress: Gets a value about ten times a second and one at the end.
        cancel: Stops the job soon after it is set; nothing is left behind.

    Raises:
        UsageError: the archive comes through standard input.
        TargetError: there is a manifest already, or it cannot be written.
        CancelledError: `cancel` was set.
        SourceError: the archive cannot be read any further.
    """
    path = place_beside(archive.name)
    with closing(Sealer(path, archive.raw_header, overwrite=overwrite)) as sealer:
        report = verify(archive, visitors=[sealer], progress=progress, cancel=cancel)
        is_sealed = report.is_sound or (even_faulty and report.payload is not Payload.FAULTY)
        return SealReport(report, archive.header, sealer.write() if is_sealed else None)
