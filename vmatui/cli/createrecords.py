"""Create plans and reports as JSON objects; keys are only ever added."""

from __future__ import annotations

from vmatui.engine.creating.create import CreateReport
from vmatui.engine.creating.createplan import CreatePlan, PlannedDisk
from vmatui.engine.jsontext import Record


def create_record(report: CreateReport) -> Record:
    """Return what `create --json` prints."""
    plan = report.plan
    return {
        "archive": plan.target,
        "uuid": str(plan.uuid),
        "ctime": plan.ctime,
        "devices": [
            {
                **_disk_record(disk),
                "clusters": created.clusters,
                "stored": created.stored,
                "zero": created.clusters - created.stored,
                "zero_bytes": created.zero_bytes,
            }
            for disk, created in zip(plan.disks, report.devices, strict=True)
        ],
        "configs": _config_records(plan),
        "extents": report.extents,
        "bytes": report.archive_bytes,
        "written": report.written,
    }


def plan_record(plan: CreatePlan) -> Record:
    """Return what `create --dry-run --json` prints."""
    return {
        "archive": plan.target,
        "devices": [_disk_record(disk) for disk in plan.disks],
        "configs": _config_records(plan),
        "worst_case": plan.worst_case,
        "free": plan.free,
        "problems": list(plan.problems),
        "warnings": list(plan.warnings),
    }


def _disk_record(disk: PlannedDisk) -> Record:
    return {
        "dev_id": disk.device.dev_id,
        "name": disk.device.name,
        "size": disk.device.size,
        "path": str(disk.path),
        "format": disk.format,
    }


def _config_records(plan: CreatePlan) -> list[Record]:
    return [{"name": config.name, "size": len(config.data)} for config in plan.configs]
