"""Seals as JSON objects; keys are only ever added."""

from __future__ import annotations

from vmatui.engine.checking.records import verify_record
from vmatui.engine.checking.seal import Seal, SealReport
from vmatui.engine.jsontext import Record
from vmatui.format.header import Device
from vmatui.format.manifest import SealedDevice


def seal_record(report: SealReport) -> Record:
    """Return what `seal --json` prints."""
    return {
        "archive": report.verify.archive,
        "uuid": str(report.verify.uuid),
        "seal": None if report.seal is None else _seal_record(report, report.seal),
        "verify": verify_record(report.verify),
    }


def _seal_record(report: SealReport, seal: Seal) -> Record:
    pairs = zip(report.header.devices, seal.manifest.devices, strict=True)
    return {
        "manifest": str(seal.path),
        "size": seal.size,
        "sealed": seal.sealed_at,
        "digest": seal.digest.hex(),
        "devices": [_device_record(device, sealed) for device, sealed in pairs],
    }


def _device_record(device: Device, sealed: SealedDevice) -> Record:
    return {
        "dev_id": device.dev_id,
        "name": device.name,
        "size": device.size,
        "clusters": sealed.clusters,
        "nonzero": sealed.nonzero,
        "missing": sealed.missing,
        "digest": sealed.digest.hex(),
    }
