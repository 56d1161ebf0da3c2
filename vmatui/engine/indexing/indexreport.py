"""A report's own findings as plain values, and back; what the archive's header says is not in it.

Values that come back are looked at one by one: a `ValueError`, `KeyError` or `TypeError` says that
they are not what was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from vmatui.engine.archive import Archive
from vmatui.engine.checking.findings import Finding
from vmatui.engine.checking.proof import Proof
from vmatui.engine.checking.report import DeviceReport, Structure, VerifyReport
from vmatui.engine.jsontext import Json, Record
from vmatui.errors import printable
from vmatui.format.codes import Code, Severity
from vmatui.format.header import Device
from vmatui.storage.faults import StreamState

Value = TypeVar("Value")


def report_values(report: VerifyReport) -> Record:
    """Return what a full walk found."""
    proof = report.proof
    return {
        "structure": report.structure.value,
        "stream": report.stream.value,
        "extents": report.extents,
        "bytes": report.bytes,
        "proof": {
            "manifest": None if proof.manifest is None else str(proof.manifest),
            "sealed_at": proof.sealed_at,
            "digest": None if proof.digest is None else proof.digest.hex(),
            "problem": proof.problem,
            "is_header_same": proof.is_header_same,
            "uncompared": proof.uncompared,
            "rotten": [list(item) for item in proof.rotten.items()],
        },
        "devices": [
            [each.stored, each.zero, each.missing, each.damaged, each.rotten, each.doubtful]
            for each in report.devices
        ],
        "findings": [finding._asdict() for finding in report.findings],
    }


def parse_report(values: Mapping[str, Json], archive: Archive) -> VerifyReport:
    """Return the report on an archive.

    Raises:
        ValueError: the values make no sense.
        KeyError: likewise.
        TypeError: likewise.
    """
    header = archive.header
    devices = items(values["devices"])
    return VerifyReport(
        archive=archive.name,
        uuid=header.uuid,
        ctime=header.ctime,
        compression=archive.source.compression,
        structure=Structure(text(values["structure"])),
        stream=StreamState(text(values["stream"])),
        proof=_proof(record(values["proof"])),
        devices=tuple(
            _device(device, numbers(counts))
            for device, counts in zip(header.devices, devices, strict=True)
        ),
        configs=tuple((config.name, len(config.data)) for config in header.configs),
        extents=number(values["extents"]),
        bytes=number(values["bytes"]),
        findings=tuple(_finding(record(each)) for each in items(values["findings"])),
        is_full=True,
    )


def record(value: Json) -> Mapping[str, Json]:
    """Return a value that must be an object."""
    return _of(dict, value)


def items(value: Json) -> Sequence[Json]:
    """Return a value that must be a list."""
    return _of(list, value)


def text(value: Json) -> str:
    """Return a value that must be text, without control characters."""
    return printable(_of(str, value))


def number(value: Json) -> int:
    """Return a value that must be a count or an offset."""
    if _of(int, value) < 0 or isinstance(value, bool):
        raise ValueError("no count")
    return _of(int, value)


def numbers(value: Json) -> tuple[int, ...]:
    """Return a value that must be a list of counts."""
    return tuple(map(number, items(value)))


def _of(kind: type[Value], value: Json) -> Value:
    if not isinstance(value, kind):
        raise TypeError(f"no {kind.__name__}")
    return value


def _pair(value: Json) -> tuple[int, int]:
    first, second = numbers(value)
    return first, second


def _device(device: Device, counts: tuple[int, ...]) -> DeviceReport:
    return DeviceReport(device.dev_id, device.name, device.size, device.clusters, *counts)


def _proof(values: Mapping[str, Json]) -> Proof:
    manifest, sealed_at, digest = values["manifest"], values["sealed_at"], values["digest"]
    return Proof(
        manifest=None if manifest is None else Path(_of(str, manifest)),
        sealed_at=None if sealed_at is None else number(sealed_at),
        digest=None if digest is None else bytes.fromhex(text(digest)),
        problem=text(values["problem"]),
        is_header_same=_of(bool, values["is_header_same"]),
        uncompared=number(values["uncompared"]),
        rotten=dict(map(_pair, items(values["rotten"]))),
    )


def _finding(values: Mapping[str, Json]) -> Finding:
    def known(key: str) -> int | None:
        return None if values[key] is None else number(values[key])

    device = values["device"]
    return Finding(
        Code(text(values["code"])),
        Severity(text(values["severity"])),
        text(values["message"]),
        offset=known("offset"),
        extent=known("extent"),
        dev_id=known("dev_id"),
        # As the header has it, and shown with the same care.
        device=None if device is None else _of(str, device),
        cluster=known("cluster"),
        count=number(values["count"]),
        ranges=tuple(map(_pair, items(values["ranges"]))),
        touched=tuple(
            (dev_id, low, high) for dev_id, low, high in map(numbers, items(values["touched"]))
        ),
    )
