"""`extract -r`: where each device goes is read from outside, after the list has been printed.

Whoever writes the map, as Proxmox VE does, reads the list from standard output and the configs
from the folder first; so both are there in full before the map is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from pathlib import Path

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.cli.interruption import Interruption
from vmatui.cli.mapinput import read_lines
from vmatui.cli.maplines import MapLine, parse_map
from vmatui.cli.reference import list_lines
from vmatui.cli.selection import left_out, only
from vmatui.cli.verdict import exit_status, header_findings
from vmatui.engine.archive import Archive
from vmatui.engine.restoring.configsahead import configs_ahead
from vmatui.engine.restoring.plan import RestorePlan, plan_restore
from vmatui.errors import FaultyArchiveError, TargetError, UsageError
from vmatui.format.header import Header
from vmatui.storage.descriptor import STANDARD_INPUT, label
from vmatui.storage.destination import Destination


def check(arguments: Arguments) -> None:
    """Refuse words that make no sense together with a map.

    Raises:
        UsageError: There are such words.
    """
    if arguments.folder is None:
        raise UsageError("-r says where devices go, but not the configs: name a folder as well")
    if arguments.to or arguments.formats or arguments.zero or arguments.in_place:
        raise UsageError(
            "the map says where and how devices go: leave out --to, --format, --zero and "
            "--in-place, or -r"
        )
    if arguments.json:
        raise UsageError("-r prints the list on standard output, so --json has no place: leave it")
    if arguments.resume:
        raise UsageError("a restore by a map is not gone on with: begin it anew without --resume")
    if arguments.map == arguments.file == STANDARD_INPUT:
        raise UsageError(
            "the archive and the map cannot both come from standard input: use -r FIFO"
        )


@contextmanager
def mapped_plan(
    archive: Archive, arguments: Arguments, interruption: Interruption
) -> Iterator[RestorePlan]:
    """Write the configs, print the list, read the map, and yield the plan for the devices.

    If the context fails, the configs are taken back. A dry run writes none.

    Raises:
        UsageError: The map cannot be read, makes no sense, or names no target for a device.
        FaultyArchiveError: The header is damaged, so nobody should act upon the list.
        TargetError: The configs cannot be written, or the plan has problems.
        CancelledError: A signal came.
    """
    _check_header(archive)
    header = archive.header
    skip = left_out(header, arguments.skip, only(header, arguments))
    with nullcontext() if arguments.dry_run else _configs_there(header, arguments, interruption):
        output.write_lines(list_lines(header))
        with closing(read_lines(arguments.map or "")) as lines:
            plan = _plan(arguments, header, parse_map(lines), skip)
        if plan.problems and not arguments.dry_run:
            raise TargetError("; ".join(plan.problems))
        yield plan


@contextmanager
def _configs_there(
    header: Header, arguments: Arguments, interruption: Interruption
) -> Iterator[None]:
    """Have the configs in the folder, where nothing stands in the way of the VM state either."""
    disks = [device.dev_id for device in header.devices if not device.is_vmstate]
    folder = Path(arguments.folder or "")
    plan = plan_restore(
        header, folder=folder, skip=disks, overwrite=arguments.overwrite, resumable=False
    )
    with ExitStack() as stack:
        with interruption.postponed():
            stack.enter_context(configs_ahead(plan))
        yield
    for planned in plan.configs:
        diagnostics.remark(f"{planned.config.name}: restored to {planned.target}")


def _check_header(archive: Archive) -> None:
    findings = header_findings(archive)
    if exit_status(findings):
        diagnostics.say_findings(findings)
        raise FaultyArchiveError(
            f"the header of {label(archive.name)} has errors, so no map is read for it: "
            "restore without -r, and look at what comes out"
        )


def _plan(
    arguments: Arguments, header: Header, lines: Sequence[MapLine], skip: Collection[int]
) -> RestorePlan:
    to, skipped = _destinations(header, lines, skip)
    plan = plan_restore(
        header,
        folder=Path(arguments.folder or ""),
        to=to,
        skip=skipped,
        # Whoever wrote the map made the targets for this; the folder was looked at before.
        overwrite=True,
        allow_larger=arguments.allow_larger,
        with_configs=arguments.dry_run,
        resumable=False,
        archive=None if arguments.file == STANDARD_INPUT else Path(arguments.file),
    )
    for planned in plan.restored:
        # A mistaken name in /dev must not become a file in the machine's memory.
        if planned.kind == "absent" and planned.device.dev_id in to:
            raise TargetError(
                f"can't open file {planned.target}: it does not exist, and a map names only what "
                "does; create it in the size of the device"
            )
    return plan


def _destinations(
    header: Header, lines: Sequence[MapLine], skip: Collection[int]
) -> tuple[dict[int, Destination], set[int]]:
    """Return where devices go, and which are left out; only the VM state may have no line."""
    named = {line.devname: line.destination for line in lines}
    for name in named.keys() - {device.name for device in header.devices}:
        diagnostics.remark(f"warning: the archive has no device {name}, which the map names")
    to, skipped = {}, set(skip)
    for device in header.devices:
        destination = named.get(device.name)
        if destination is not None:
            to[device.dev_id] = destination
        elif device.name in named:
            skipped.add(device.dev_id)
        elif not (device.is_vmstate or device.dev_id in skip):
            raise UsageError(
                f"no device name mapping for {device.name}: add a line to the map, "
                f"if need be skip={device.name}"
            )
    return to, skipped
