"""Sealed archives, and manifests as an independent reader takes them apart."""

from __future__ import annotations

import struct
from pathlib import Path

from blake3 import blake3

from tests.forge import CLUSTER, Disk
from vmatui.engine.archive import open_archive
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.checking.seal import SealReport, seal
from vmatui.engine.checking.verify import verify

HEAD, DEVICE, TAIL, CHUNK = 72, 64, 40, 4096


def seal_file(path: Path, *, overwrite: bool = False, even_faulty: bool = False) -> SealReport:
    """Seal an archive."""
    with open_archive(path) as archive:
        return seal(archive, overwrite=overwrite, even_faulty=even_faulty)


def sealed_file(path: Path, data: bytes) -> bytes:
    """Write an archive and seal it; return the manifest."""
    path.write_bytes(data)
    found = seal_file(path).seal
    assert found is not None
    return found.path.read_bytes()


def verify_file(path: Path, *, quick: bool = False) -> VerifyReport:
    """Verify an archive."""
    with open_archive(path) as archive:
        return verify(archive, quick=quick)


def rotten_in(report: VerifyReport) -> set[tuple[int, int]]:
    """Return the dev_id and number of each cluster that rotted."""
    return {
        (finding.dev_id, cluster)
        for finding in report.findings
        if finding.code == "rotten-cluster" and finding.dev_id is not None
        for first, last in finding.ranges
        for cluster in range(first, last + 1)
    }


def without_time(manifest: bytes) -> bytes:
    """Return a manifest without its tail, the one thing that differs from seal to seal."""
    return manifest[:-TAIL]


def with_own_digest(manifest: bytes) -> bytes:
    """Return a changed manifest with the digest at its end made right."""
    content, time = manifest[:-TAIL], manifest[-TAIL:-32]
    return content + time + blake3(blake3(content).digest() + time).digest()


def entries_of(disk: Disk) -> list[bytes]:
    """Return the entries that a manifest must have of a disk."""
    image = disk.image().ljust(disk.clusters * CLUSTER, b"\0")
    clusters = [image[at : at + CLUSTER] for at in range(0, len(image), CLUSTER)]
    return [blake3(each).digest(16) if any(each) else bytes(16) for each in clusters]


def read_manifest(data: bytes) -> dict[int, list[bytes]]:
    """Return the entries of each device, by dev_id."""
    magic, version, count = struct.unpack_from(">8sIB", data)
    assert (magic, version, with_own_digest(data)) == (b"VMASEAL\0", 1, data)
    devices = [struct.unpack_from(">B7xQQQ32s", data, HEAD + n * DEVICE) for n in range(count)]
    at = HEAD + count * DEVICE
    found = {}
    for dev_id, size, nonzero, missing, digest in devices:
        clusters = -(-size // CLUSTER)
        entries: list[bytes] = []
        for first in range(0, clusters, CHUNK):
            start, end = struct.unpack_from(">QQ", data, at)
            entries += _unpacked(data[start:end], min(CHUNK, clusters - first))
            at += 8
        assert digest == blake3(b"".join(entries)).digest()
        assert missing == entries.count(b"\xff" * 16)
        assert nonzero == clusters - missing - entries.count(bytes(16))
        found[dev_id] = entries
    return found


def _unpacked(chunk: bytes, clusters: int) -> list[bytes]:
    if not chunk:
        return [bytes(16)] * clusters
    at = -(-clusters // 8)
    entries = []
    for number in range(clusters):
        is_kept = chunk[number // 8] >> number % 8 & 1
        entries.append(chunk[at : at + 16] if is_kept else bytes(16))
        at += 16 * is_kept
    assert at == len(chunk)
    return entries
