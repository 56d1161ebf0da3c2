"""Restore plans and reports as JSON objects; keys are only ever added."""

from __future__ import annotations

from collections.abc import Sequence

from vmatui.engine.checking.records import verify_record
from vmatui.engine.jsontext import Json, Record
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.restore import Output, RestoreReport


def restore_record(report: RestoreReport) -> Record:
    """Return what `restore --json` prints."""
    return {
        "archive": report.verify.archive,
        "outputs": output_records(report.outputs),
        "configs": output_records(report.configs),
        "verify": verify_record(report.verify),
    }


def output_records(outputs: Sequence[Output]) -> list[Json]:
    """Return where devices or configs are now; a config has no `dev_id`."""
    return [
        {
            **({} if output.dev_id is None else {"dev_id": output.dev_id}),
            "name": output.name,
            "path": output.place,
            "complete": output.is_complete,
        }
        for output in outputs
    ]


def plan_record(archive: str, plan: RestorePlan) -> Record:
    """Return what `restore --dry-run --json` prints."""
    return {
        "archive": archive,
        "devices": [
            {
                "dev_id": planned.device.dev_id,
                "name": planned.device.name,
                "size": planned.device.size,
                "target": planned.target,
                "kind": planned.kind,
                "overwrites": planned.overwrites,
                "format": planned.format,
                "zero": planned.zero.value,
                "room": planned.room,
                "holds": None if planned.facts is None else planned.facts.holds,
                "in_use": None if planned.facts is None else planned.facts.occupation,
                "free": None if planned.facts is None else planned.facts.free,
            }
            for planned in plan.devices
        ],
        "configs": [
            {"name": planned.config.name, "target": str(planned.target)} for planned in plan.configs
        ],
        "resumes_at": None
        if plan.unfinished.checkpoint is None
        else plan.unfinished.checkpoint.position,
        "problems": list(plan.problems),
        "warnings": list(plan.warnings),
    }
