"""Headers and reports as JSON objects; keys are only ever added, because scripts rely on them."""

from __future__ import annotations

from collections.abc import Sequence

from vmatui.engine.archive import Archive
from vmatui.engine.checking.advice import advice, reference_wording
from vmatui.engine.checking.findings import Finding
from vmatui.engine.checking.proof import Proof
from vmatui.engine.checking.report import DeviceReport, VerifyReport
from vmatui.engine.jsontext import Record


def list_record(archive: Archive, findings: Sequence[Finding]) -> Record:
    """Return what `list --json` prints."""
    header = archive.header
    return {
        "archive": archive.name,
        "uuid": str(header.uuid),
        "ctime": header.ctime,
        "compression": archive.source.compression.value,
        "disk_size": archive.source.disk_size,
        "devices": [
            {
                "dev_id": device.dev_id,
                "name": device.name,
                "size": device.size,
                "clusters": device.clusters,
                "vmstate": device.is_vmstate,
            }
            for device in header.devices
        ],
        "configs": [{"name": config.name, "size": len(config.data)} for config in header.configs],
        "findings": [finding_record(finding) for finding in findings],
    }


def verify_record(report: VerifyReport) -> Record:
    """Return what `verify --json` prints."""
    return {
        "archive": report.archive,
        "uuid": str(report.uuid),
        "ctime": report.ctime,
        "compression": report.compression.value,
        "structure": report.structure.value,
        "stream": report.stream.value,
        "payload": report.payload.value,
        "manifest": _proof_record(report.proof),
        "devices": [_device_record(device) for device in report.devices],
        "configs": [{"name": name, "size": size} for name, size in report.configs],
        "extents": report.extents,
        "bytes": report.bytes,
        "findings": [finding_record(finding) for finding in report.findings],
    }


def finding_record(finding: Finding) -> Record:
    """Return a finding as all verbs print it."""
    return {
        "code": finding.code.value,
        "severity": finding.severity.value,
        "message": finding.message,
        "offset": finding.offset,
        "extent": finding.extent,
        "dev_id": finding.dev_id,
        "device": finding.device,
        "cluster": finding.cluster,
        "count": finding.count,
        "ranges": [[first, last] for first, last in finding.ranges],
        "advice": advice(finding.code),
        "reference": reference_wording(finding.code),
    }


def _proof_record(proof: Proof) -> Record | None:
    if proof.manifest is None:
        return None
    return {
        "path": str(proof.manifest),
        "sealed": proof.sealed_at,
        "digest": None if proof.digest is None else proof.digest.hex(),
        "problem": proof.problem or None,
        "uncompared": proof.uncompared,
    }


def _device_record(device: DeviceReport) -> Record:
    return {
        "dev_id": device.dev_id,
        "name": device.name,
        "size": device.size,
        "clusters": device.clusters,
        "stored": device.stored,
        "zero": device.zero,
        "missing": device.missing,
        "damaged": device.damaged,
        "rotten": device.rotten,
        "doubtful": device.doubtful,
    }
