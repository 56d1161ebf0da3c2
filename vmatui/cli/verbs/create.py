"""`vmatui create`: write an archive of disks and configs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.cli.createlog import CreateLog, image_lines
from vmatui.cli.createrecords import create_record, plan_record
from vmatui.cli.interruption import Interruption
from vmatui.cli.planned import refuse, show_plan
from vmatui.cli.sealing import sealing, write_seals
from vmatui.engine.creating.configfile import read_config
from vmatui.engine.creating.create import CreateReport, Observer, create
from vmatui.engine.creating.createplan import CreatePlan, DiskSource, file_of, plan_create
from vmatui.engine.limit import Limiter
from vmatui.engine.proxmox import CONFIG_NAME
from vmatui.errors import UsageError
from vmatui.format.header import Config
from vmatui.storage.faults import Compression
from vmatui.storage.outputs import STANDARD_OUTPUT

if TYPE_CHECKING:  # most archives are of no machine
    from vmatui.engine.machine import Machine

_OPTIONS: Final = {
    "name": "vm_name",
    "cores": "cores",
    "memory": "memory",
    "ostype": "ostype",
    "bios": "bios",
    "bus": "bus",
    "storage": "storage",
}
"""Where the arguments hold what a machine is made of."""
_BESIDE_A_CONFIG: Final = ("bus", "storage")


def run(arguments: Arguments, interruption: Interruption) -> int:
    """Create an archive, or only plan to; return the exit status."""
    if arguments.json and arguments.file == STANDARD_OUTPUT and not arguments.dry_run:
        raise UsageError("the archive goes to standard output, so --json has no place: leave it")
    plan = _plan(arguments)
    if arguments.dry_run:
        return show_plan(plan, plan_record(plan) if arguments.json else None)
    if plan.problems:
        return refuse(plan, arguments)
    for warning in plan.warnings:
        diagnostics.remark(f"warning: {warning}")
    with sealing(_sealed(plan) if arguments.seal else None, plan.header) as sealers:
        report = _create(plan, arguments, interruption, sealers)
        write_seals(sealers, is_sound=True)
    if arguments.json:
        output.write_json(create_record(report))
    elif not arguments.verbose:
        name = "standard output" if plan.target == STANDARD_OUTPUT else plan.target
        diagnostics.remark(f"{name}: created, {report.written} bytes")
    return 0


def _plan(arguments: Arguments) -> CreatePlan:
    if arguments.drives and arguments.disks:
        raise UsageError(
            f"{arguments.disks[0][2]} is an unexpected extra argument: specify all disks by -d"
        )
    words = arguments.drives or arguments.disks
    configs = [read_config(Path(path)) for path in arguments.configs]
    return plan_create(
        arguments.file,
        [DiskSource(Path(path), name, format) for name, format, path in words],
        configs,
        machine=_machine(arguments, configs),
        compression=None if arguments.compress is None else Compression(arguments.compress),
        level=arguments.level,
        threads=arguments.threads,
    )


def _machine(arguments: Arguments, configs: list[Config]) -> Machine | None:
    """Return the machine that the options describe; refuse those that would change nothing."""
    asked = {field: getattr(arguments, name) for field, name in _OPTIONS.items()}
    asked = {field: value for field, value in asked.items() if value is not None}
    if arguments.for_proxmox is None:
        for field in asked:
            raise UsageError(f"--{field} says something only together with --for-proxmox VMID")
        return None
    if any(config.name == CONFIG_NAME for config in configs):
        for field in asked.keys() - set(_BESIDE_A_CONFIG):
            raise UsageError(f"--{field} changes nothing beside a {CONFIG_NAME}: edit that file")
    from vmatui.engine.machine import Machine

    return Machine(arguments.for_proxmox, **asked)


def _sealed(plan: CreatePlan) -> Path:
    path = file_of(plan.target)
    if path is None:
        raise UsageError("a manifest goes beside its archive, and this is no file: leave --seal")
    return path


def _create(
    plan: CreatePlan,
    arguments: Arguments,
    interruption: Interruption,
    sealers: Sequence[Observer],
) -> CreateReport:
    total = sum(disk.device.size for disk in plan.disks)
    observers = [*sealers]
    if arguments.verbose:
        observers.append(CreateLog(total, diagnostics.say))
    limiter = None if arguments.limit is None else Limiter(arguments.limit)
    cancel = _cancel_event(plan, interruption)
    with diagnostics.progress_bar(is_wanted=not arguments.verbose) as progress:
        report = create(
            plan, observers=observers, limiter=limiter, progress=progress, cancel=cancel
        )
    if arguments.verbose:
        for line in image_lines(report):
            diagnostics.say(line)
    return report


def _cancel_event(plan: CreatePlan, interruption: Interruption) -> threading.Event:
    """Return what stops the job, which must clean up after a file.

    A pipe that nobody reads blocks, and it leaves nothing behind; there the signal itself ends
    the wait.
    """
    return interruption.hand_over() if file_of(plan.target) else threading.Event()
