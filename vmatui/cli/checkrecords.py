"""What comparing targets with an archive found, as lines, as a JSON object and as a status."""

from __future__ import annotations

from collections.abc import Iterator

from vmatui.cli.verdict import exit_status
from vmatui.engine.checking.records import verify_record
from vmatui.engine.comparing.comparison import CompareReport, DeviceComparison
from vmatui.engine.jsontext import Record
from vmatui.errors import FaultyArchiveError, printable


def check_lines(report: CompareReport) -> Iterator[str]:
    """Yield a line for each device and each config that was compared, safe to print."""
    compared = {device.dev_id: device.sentence for device in report.devices}
    for device in report.verify.devices:
        yield printable(f"{device.name}: {compared.get(device.dev_id, 'left out')}")
    for config in report.configs:
        yield printable(f"{config.name}: {config.sentence}")


def check_record(report: CompareReport) -> Record:
    """Return what `check --json` prints."""
    return {
        "archive": report.verify.archive,
        "equal": report.is_equal,
        "devices": [_device_record(device) for device in report.devices],
        "configs": [
            {
                "name": config.name,
                "path": str(config.path),
                "equal": config.is_equal,
                "problem": config.problem,
            }
            for config in report.configs
        ],
        "verify": verify_record(report.verify),
    }


def check_status(report: CompareReport) -> int:
    """Return 0 if all is equal and the archive sound, and else 1."""
    return exit_status(report.verify.findings) if report.is_equal else FaultyArchiveError.exit_code


def _device_record(found: DeviceComparison) -> Record:
    return {
        "dev_id": found.dev_id,
        "name": found.name,
        "path": str(found.path),
        "equal": found.is_equal,
        "size": found.size,
        "target_size": found.target_size,
        "clusters": found.clusters,
        "compared": found.compared,
        "differing": found.differing,
        "differing_blocks": found.differing_blocks,
        "first_difference": found.first_difference,
        "ranges": [[first, last] for first, last in found.ranges],
        "unreadable": found.unreadable,
        "unreadable_ranges": [[first, last] for first, last in found.unreadable_ranges],
        "read_error": found.read_error,
    }
