"""What a job found: frozen values, the same for text, JSON and screens."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from vmatui.engine.archive import Archive
from vmatui.engine.checking.checker import Checker, DeviceTally
from vmatui.engine.checking.findings import Finding
from vmatui.engine.checking.proof import Payload, Proof
from vmatui.errors import printable
from vmatui.format.codes import Code, Severity
from vmatui.storage.faults import Compression, StreamState

_STREAM_CODES = {Code.STREAM_CHECKSUM, Code.STREAM_ERROR, Code.READ_ERROR}
_PAYLOAD_CODES = {Code.ROTTEN_HEADER, Code.ROTTEN_CLUSTER}


class Structure(StrEnum):
    """What the headers, slots and counts say of an archive."""

    SOUND = "sound"
    FAULTY = "faulty"


class DeviceReport(NamedTuple):
    """What was seen of one device, in clusters: `stored` to `damaged` add up to all."""

    dev_id: int
    name: str
    size: int
    """Bytes."""
    clusters: int
    stored: int
    zero: int
    missing: int
    damaged: int
    """Named only by a damaged extent, or with data that is cut or unreadable."""
    rotten: int
    """Of those stored or zero: not as a manifest has them."""
    doubtful: int = 0
    """Those of `stored` whose data no checksum of the stream vouches for, though one should."""


class VerifyReport(NamedTuple):
    """What a walk over an archive found."""

    archive: str
    uuid: UUID
    ctime: int
    compression: Compression
    structure: Structure
    stream: StreamState
    proof: Proof
    """What a manifest beside the archive says of the payload."""
    devices: tuple[DeviceReport, ...]
    configs: tuple[tuple[str, int], ...]
    """Name and size in bytes of each."""
    extents: int
    bytes: int
    """Archive bytes (after decompression) that the walk covered."""
    findings: tuple[Finding, ...]
    is_full: bool
    """Whether every byte was read, or only the headers."""

    @property
    def payload(self) -> Payload:
        """What is known of the image data itself."""
        return self.proof.payload

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong with the archive; warnings do not count."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


def make_report(archive: Archive, checker: Checker, *, is_full: bool) -> VerifyReport:
    """Sum up a walk that has ended.

    Args:
        archive: The archive that was walked to its end.
        checker: It saw every extent, and `finish` was called.
        is_full: Whether payloads were read too.
    """
    findings = checker.findings.freeze()
    is_faulty = any(
        finding.severity is Severity.ERROR and finding.code not in _STREAM_CODES | _PAYLOAD_CODES
        for finding in findings
    )
    stream = archive.source.stream if is_full else StreamState.UNREAD
    return VerifyReport(
        archive=archive.name,
        uuid=archive.header.uuid,
        ctime=archive.header.ctime,
        compression=archive.source.compression,
        structure=Structure.FAULTY if is_faulty else Structure.SOUND,
        stream=stream,
        proof=checker.proof,
        devices=tuple(
            _device(tally, checker.proof.rotten.get(dev_id, 0))
            for dev_id, tally in checker.tallies.items()
        ),
        configs=tuple((config.name, len(config.data)) for config in archive.header.configs),
        extents=checker.extents,
        bytes=archive.source.position,
        findings=findings,
        is_full=is_full,
    )


def _device(tally: DeviceTally, rotten: int) -> DeviceReport:
    device, seen, missing = tally.device, len(tally.seen), tally.missing
    return DeviceReport(
        dev_id=device.dev_id,
        name=device.name,
        size=device.size,
        clusters=device.clusters,
        stored=tally.stored,
        zero=seen - tally.stored,
        missing=missing,
        damaged=device.clusters - seen - missing,
        rotten=rotten,
        doubtful=len(tally.doubtful),
    )


def sentences(report: VerifyReport) -> tuple[str, str, str]:
    """Return the three statements in words: structure, stream, payload."""
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    if report.structure is Structure.SOUND:
        structure = "sound: every header and every cluster is in its place"
    else:
        found = dict.fromkeys(finding.code for finding in errors)
        codes = ", ".join(code for code in found if code not in _PAYLOAD_CODES)
        structure = f"faulty: {codes}"
    stream = {
        StreamState.SOUND: f"sound: the checksum of {report.compression} matches",
        StreamState.ABSENT: "not protected: the archive carries no checksum over its bytes",
        StreamState.FAULTY: f"faulty: the bytes of the {report.compression} stream are damaged",
        StreamState.UNREAD: "not checked: only the headers were read"
        if not report.is_full
        else "not checked as a whole: only what was needed was read",
    }[report.stream]
    if report.stream is StreamState.FAULTY and report.compression is Compression.NONE:
        stream = "faulty: part of the archive cannot be read from the medium"
    return structure, stream, _payload_sentence(report.proof)


def _payload_sentence(proof: Proof) -> str:
    if proof.sealed_at is None:
        reason = proof.problem or "the format has no checksum over image data"
        return printable(f"cannot be checked: {reason}")
    manifest = f"the manifest of {moment(proof.sealed_at)}"
    rest = f", {count_clusters(proof.uncompared)} could not be compared" if proof.uncompared else ""
    if proof.payload is Payload.SOUND:
        return f"sound: it matches {manifest}"
    if proof.payload is Payload.PARTIAL:
        return f"partly checked: what was compared matches {manifest}{rest}"
    rotten = sum(proof.rotten.values())
    differing = [] if proof.is_header_same else ["the archive header"]
    differing += [count_clusters(rotten)] if rotten else []
    verb = "differ" if rotten > 1 or len(differing) > 1 else "differs"
    return f"faulty: {' and '.join(differing)} {verb} from {manifest}{rest}"


def count_clusters(count: int) -> str:
    """Return a number of clusters in words."""
    return "1 cluster" if count == 1 else f"{count} clusters"


def moment(seconds: int) -> str:
    """Return seconds since the epoch as a date and time here; any number may be claimed."""
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"
