"""Compares what a walk brings with the manifest beside the archive, if there is one to believe.

A difference is a finding and changes nothing else: the walk goes on, and so does a restore.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from vmatui.engine.archive import Archive
from vmatui.engine.checking.checker import Checker
from vmatui.engine.checking.digest import ClusterRun, Digester
from vmatui.engine.checking.proof import Proof
from vmatui.engine.walking.extentfinder import HEADER
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import Rejected, Visitor
from vmatui.errors import ManifestError
from vmatui.format.codes import Code, Severity
from vmatui.format.digests import ENTRY_SIZE, MISSING, digest_of
from vmatui.format.layout import BLOCK_SIZE, SLOTS_PER_EXTENT
from vmatui.storage.descriptor import STANDARD_INPUT
from vmatui.storage.manifestfile import ManifestFile
from vmatui.storage.manifests import find_manifests

_SLOTS: Final = list(range(SLOTS_PER_EXTENT))


@contextmanager
def proving(
    archive: Archive, checker: Checker, *, manifest: Path | None = None, is_full: bool = True
) -> Iterator[list[Prover]]:
    """Open the manifest of an archive; the checker has the proof in the end.

    Args:
        archive: Not read past its header yet.
        checker: Gets the findings and the proof.
        manifest: The one to compare with; None looks beside the archive.
        is_full: Whether the walk reads payloads; without them there is nothing to compare.

    Yields:
        What shall see the walk before all other visitors: a prover, or none.

    Raises:
        ManifestError: the one that was named cannot be used.
    """
    if manifest is not None:
        with closing(_fitting(archive, manifest)) as file:
            yield _provers(archive, checker, file, is_full=is_full)
        return
    paths = _beside(archive)
    found = _first_fitting(archive, checker, paths) if is_full else None
    if found is not None:
        with closing(found):
            yield [Prover(archive, checker, found)]
        return
    if paths and not is_full:
        checker.proof = _headers_only(paths[0])
    yield []


def _provers(
    archive: Archive, checker: Checker, file: ManifestFile, *, is_full: bool
) -> list[Prover]:
    if is_full:
        return [Prover(archive, checker, file)]
    checker.proof = _headers_only(file.path)
    return []


def _headers_only(path: Path) -> Proof:
    text = f"only the headers were read, nothing was compared with {path}"
    return Proof(path, problem=text)


def fitting_manifest(archives: Iterable[Archive]) -> Path | None:
    """Return the first manifest beside archives of one uuid that can be believed, if any can."""
    for archive in archives:
        for path in _beside(archive):
            try:
                manifest = ManifestFile(path)
            except ManifestError:
                continue
            with closing(manifest):
                if manifest.manifest.uuid == archive.header.uuid:
                    return path
    return None


def _beside(archive: Archive) -> list[Path]:
    return [] if archive.name == STANDARD_INPUT else find_manifests(Path(archive.name))


def _first_fitting(archive: Archive, checker: Checker, paths: list[Path]) -> ManifestFile | None:
    """Open the first manifest of this archive; if none is, a warning says why of the first."""
    problems = []
    for path in paths:
        try:
            return _fitting(archive, path)
        except ManifestError as error:
            problems.append(Proof(path, problem=str(error)))
    if problems:
        checker.proof = problems[0]
        checker.findings.add(Code.UNUSABLE_MANIFEST, problems[0].problem, Severity.WARNING)
    return None


def _fitting(archive: Archive, path: Path) -> ManifestFile:
    """Open the manifest of an archive.

    Raises:
        ManifestError: it cannot be used; the message is a whole sentence.
    """
    try:
        manifest = ManifestFile(path)
    except ManifestError as error:
        raise ManifestError(f"the manifest {path} {error}") from None
    uuid = manifest.manifest.uuid
    if uuid == archive.header.uuid:
        return manifest
    manifest.close()
    raise ManifestError(f"the manifest {path} belongs to another archive, with the uuid {uuid}")


class Prover(Visitor):
    """Compares clusters with their entries; a visitor of the walk.

    Args:
        archive: That is walked.
        checker: Gets the findings, and the proof when the walk has ended.
        manifest: Of this archive.
    """

    def __init__(self, archive: Archive, checker: Checker, manifest: ManifestFile) -> None:
        self._checker = checker
        self._manifest = manifest
        self._problem = ""
        devices = archive.header.devices
        self._digester = Digester(devices)
        sealed = {device.dev_id: device for device in manifest.manifest.devices}
        self._sealed = {
            device.dev_id: sealed[device.dev_id]
            for device in devices
            if device.dev_id in sealed and sealed[device.dev_id].size == device.size
        }
        self._uncompared = sum(device.clusters for device in devices)
        self._rotten: Counter[int] = Counter()
        self._is_header_same = digest_of(archive.raw_header) == manifest.manifest.header_digest
        if not self._is_header_same:
            text = "the archive header differs from the one that was sealed"
            checker.findings.add(Code.ROTTEN_HEADER, text, offset=0)

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Compare the clusters of an extent, and mark in it those that differ."""
        # What a restore goes on past was compared when it was read; here it is not.
        if self._problem or not extent.has_payload:
            return
        rotten: list[int] = []
        before = self._uncompared
        try:
            for run in self._digester.runs_of(extent, rejected):
                rotten += self._differing(run)
        except ManifestError as error:
            self._problem = f"the manifest {self._manifest.path} {error}"
            return
        for position in rotten:
            self._find(extent, position)
        extent.rotten = frozenset(rotten)
        accepted = _SLOTS[: len(extent.header.used)]
        if rejected:
            accepted = [position for position in accepted if position not in rejected]
        if before - self._uncompared == len(accepted):
            extent.proved = frozenset(accepted) - extent.rotten

    def finish(self) -> None:
        """Hand over the proof."""
        path = self._manifest.path
        if self._problem:
            self._checker.findings.add(Code.UNUSABLE_MANIFEST, self._problem, Severity.WARNING)
            # What differed before it could not be read any further is found, and stays found.
            if self._is_header_same and not self._rotten:
                self._checker.proof = Proof(path, problem=self._problem)
                return
        self._checker.proof = Proof(
            path,
            self._manifest.sealed_at,
            self._manifest.digest,
            is_header_same=self._is_header_same,
            uncompared=self._uncompared,
            rotten=dict(self._rotten),
        )

    def _differing(self, run: ClusterRun) -> Iterator[int]:
        """Yield the positions of the slots whose clusters are not as they were sealed."""
        device = self._sealed.get(run.dev_id)
        if device is None:
            return
        count = len(run.entries)
        sealed = self._manifest.entries(device, run.first, count)
        if sealed == b"".join(run.entries) and MISSING not in sealed:
            self._uncompared -= count
            return
        for number, entry in enumerate(run.entries):
            expected = sealed[number * ENTRY_SIZE :][:ENTRY_SIZE]
            if expected != MISSING:
                self._uncompared -= 1
                if expected != entry:
                    yield run.position + number

    def _find(self, extent: Extent, position: int) -> None:
        used = extent.header.used
        slot = used[position]
        before = sum((other >> 48).bit_count() for other in used[:position]) * BLOCK_SIZE
        device = self._checker.tallies[slot >> 32 & 0xFF].device
        cluster = slot & 0xFFFFFFFF
        self._rotten[device.dev_id] += 1
        self._checker.findings.add(
            Code.ROTTEN_CLUSTER,
            "the data differ from the manifest",
            offset=extent.offset + HEADER + before,
            extent=extent.number,
            dev_id=device.dev_id,
            device=device.name,
            clusters=(cluster, cluster),
        )
