"""What a salvage got back, in words and as a JSON object; keys are only ever added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmatui.engine.checking.findings import Range, format_ranges
from vmatui.engine.checking.records import verify_record
from vmatui.engine.checking.report import count_clusters
from vmatui.engine.jsontext import Record
from vmatui.engine.restoring.reportlines import incomplete_places
from vmatui.engine.restoring.restorerecords import output_records, plan_record
from vmatui.engine.salvaging.offers import words_for
from vmatui.engine.salvaging.salvageplan import SalvagePlan
from vmatui.engine.salvaging.salvagereport import DeviceSalvage, SalvageReport, size_doubts
from vmatui.errors import printable
from vmatui.storage.descriptor import label


def salvage_lines(report: SalvageReport) -> Iterator[str]:
    """Yield what was done to headers, and for each device what came back, and from where."""
    yield from map(printable, report.notes)
    for device in report.devices:
        yield printable(_device_line(device))
        if len(report.copies) > 1:
            yield printable(_copies_line(device, [label(copy.archive) for copy in report.copies]))
        if device.repeated:
            yield printable(
                f"{device.name}: doubtful clusters came again {device.repeated} times, no better; "
                "the first of each was kept"
            )
    yield from map(printable, size_doubts(report.devices))
    configs = ", ".join(config.name for config in report.configs)
    yield printable(f"configs that were found: {configs or 'none'}")
    for path in report.maps.values():
        yield printable(f"what is sound, doubtful and missing stands in {path}")
    if report.is_complete:
        yield "complete: nothing is missing or in doubt"


def incomplete_salvage_line(report: SalvageReport) -> str:
    """Return which outputs are incomplete and why, or nothing if none is."""
    places = incomplete_places((*report.outputs, *report.configs))
    if not places:
        return ""
    why = "something is missing or in doubt" if report.is_header_whole else "the header has errors"
    return printable(f"{why}, so these are incomplete: {places}")


def salvage_record(report: SalvageReport) -> Record:
    """Return what `restore --salvage --json` prints."""
    first, *others = report.copies
    return {
        "archive": first.archive,
        "outputs": output_records(report.outputs),
        "configs": output_records(report.configs),
        "verify": verify_record(first),
        "salvage": {
            "complete": report.is_complete,
            "header_whole": report.is_header_whole,
            "notes": list(report.notes),
            "also": [verify_record(other) for other in others],
            "devices": [
                {**_device_record(device), "map": _text(report.maps.get(device.dev_id))}
                for device in report.devices
            ],
        },
    }


def salvage_plan_record(plan: SalvagePlan) -> Record:
    """Return what `restore --salvage --dry-run --json` prints."""
    return {
        **plan_record(plan.copies[0], plan.restore),
        "salvage": {
            "also": list(plan.copies[1:]),
            "fill": plan.fill.value,
            "fill_bytes": plan.fill_bytes,
            "maps": {str(dev_id): str(path) for dev_id, path in plan.maps.items()},
            "notes": list(plan.notes),
        },
        "problems": list(plan.problems),
        "warnings": list(plan.warnings),
    }


def _device_line(device: DeviceSalvage) -> str:
    whys = "".join(f"; {words_for(reason)}: {count}" for reason, count in device.reasons)
    return (
        f"{device.name}: {count_clusters(device.clusters)}: "
        f"{device.sound} sound ({device.sound_bytes} bytes), "
        f"{device.doubtful} doubtful ({device.doubtful_bytes} bytes{whys}), "
        f"{device.missing} missing ({device.missing_bytes} bytes)"
    )


def _copies_line(device: DeviceSalvage, names: list[str]) -> str:
    told = ", ".join(
        f"{count_clusters(count)}{_others(ranges if number else ())} from {name}"
        for number, (count, ranges, name) in enumerate(
            zip(device.origins, device.origin_ranges, names, strict=True)
        )
    )
    if not device.differing:
        return f"{device.name}: {told}; the copies disagree nowhere"
    ranges = format_ranges(device.differing_ranges)
    told += f"; the copies disagree on {count_clusters(device.differing)} ({ranges})"
    return f"{device.name}: {told}"


def _others(ranges: Sequence[Range]) -> str:
    return f" ({format_ranges(ranges)})" if ranges else ""


def _device_record(device: DeviceSalvage) -> Record:
    return {
        "dev_id": device.dev_id,
        "name": device.name,
        "size": device.size,
        "size_learnt": device.is_size_learnt,
        "clusters": device.clusters,
        "sound": device.sound,
        "doubtful": device.doubtful,
        "missing": device.missing,
        "sound_bytes": device.sound_bytes,
        "doubtful_bytes": device.doubtful_bytes,
        "missing_bytes": device.missing_bytes,
        "end": device.end,
        "reasons": dict(device.reasons),
        "repeated": device.repeated,
        "copies": list(device.origins),
        "copy_ranges": [[[*each] for each in ranges] for ranges in device.origin_ranges],
        "differing": device.differing,
        "differing_ranges": [[first, last] for first, last in device.differing_ranges],
    }


def _text(value: object | None) -> str | None:
    return None if value is None else str(value)
