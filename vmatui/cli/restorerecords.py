"""Restore plans and reports as JSON objects; keys are only ever added."""

from __future__ import annotations

from pathlib import Path

from vmatui.cli.records import Record, verify_record
from vmatui.engine.plan import RestorePlan
from vmatui.engine.restore import RestoreReport


def is_final(path: Path, plan: RestorePlan) -> bool:
    """Whether a restored config has its planned name, and none that says incomplete."""
    return any(path == planned.target for planned in plan.configs)


def restore_record(report: RestoreReport, plan: RestorePlan) -> Record:
    """Return what `restore --json` prints."""
    return {
        "archive": report.verify.archive,
        "outputs": [
            {
                "dev_id": output.dev_id,
                "name": output.name,
                "path": str(output.path),
                "complete": output.is_complete,
            }
            for output in report.outputs
        ],
        "configs": [
            {"path": str(path), "complete": is_final(path, plan)} for path in report.configs
        ],
        "verify": verify_record(report.verify),
    }


def plan_record(archive: str, plan: RestorePlan) -> Record:
    """Return what `restore --dry-run --json` prints."""
    return {
        "archive": archive,
        "devices": [
            {
                "dev_id": planned.device.dev_id,
                "name": planned.device.name,
                "size": planned.device.size,
                "target": None if planned.target is None else str(planned.target),
                "kind": None if planned.facts is None else planned.facts.kind,
                "overwrites": planned.overwrites,
            }
            for planned in plan.devices
        ],
        "configs": [
            {"name": planned.config.name, "target": str(planned.target)} for planned in plan.configs
        ],
        "problems": list(plan.problems),
        "warnings": list(plan.warnings),
    }
