"""What the words of `restore` come to: its plan, and what is said of its targets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vmatui.cli import diagnostics
from vmatui.cli.arguments import Arguments
from vmatui.cli.destinations import chosen, destinations
from vmatui.cli.selection import left_out, only
from vmatui.engine.restoring.plan import RestorePlan, plan_restore
from vmatui.errors import UsageError, printable
from vmatui.format.header import Header
from vmatui.storage.descriptor import STANDARD_INPUT


def wanted_plan(arguments: Arguments, header: Header, *, resumable: bool = True) -> RestorePlan:
    """Return the plan that the words ask for.

    Args:
        arguments: Of `restore`.
        header: Of the archive.
        resumable: Whether the job notes how far it is.

    Raises:
        UsageError: A device is unknown, ambiguous, or both left out and given a target.
    """
    formats = chosen(header, arguments.formats, "--format")
    zero = chosen(header, arguments.zero, "--zero")
    to = destinations(header, arguments.to, formats, zero, in_place=arguments.in_place)
    skip = left_out(header, arguments.skip, only(header, arguments))
    for dev_id in skip & to.keys():
        raise UsageError(
            f"device {dev_id} is both left out and given the target {to[dev_id].place}"
        )
    return plan_restore(
        header,
        folder=None if arguments.folder is None else Path(arguments.folder),
        to=to,
        formats=formats,
        skip=skip,
        overwrite=arguments.overwrite,
        resume=arguments.resume,
        resumable=resumable,
        allow_larger=arguments.allow_larger,
        archive=None if arguments.file == STANDARD_INPUT else Path(arguments.file),
    )


def tell_what_is_kept(plan: RestorePlan) -> None:
    """Say where an interrupted job has left what it wrote, and what goes on with it."""
    places = ", ".join(planned.kept_at for planned in plan.restored) or plan.folder
    diagnostics.say(
        f"what was written is kept in {places}: the same command with --resume goes on with it"
    )


def warn_of_direct_targets(plan: RestorePlan) -> None:
    """Say what a job that ended early cannot take back, as it does with files."""
    for planned in plan.restored:
        if planned.overwrites and planned.is_direct:
            diagnostics.say(f"warning: {planned.target} may be partly overwritten: do not use it")


def device_lines(plan: RestorePlan, folder: str | None) -> Iterator[str]:
    """Yield the reference's line for each disk; it names the file that is being written."""
    for planned in plan.restored:
        assert planned.destination is not None
        path = planned.destination.path
        if not planned.device.is_vmstate:
            in_folder = folder is not None and path is not None and path.parent == plan.folder
            shown = f"{folder}/tmp-{path.name}" if in_folder and path else planned.target or ""
            yield f"DEVINFO {printable(shown)} {planned.device.size}"
