"""What the form for a new archive asks for, and what is known of it before anything is written.

A draft says of every part what it is and what speaks against it; it has a plan when nothing does
that would keep one from being made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from vmatui.engine.creating.configfile import read_config
from vmatui.engine.creating.createplan import (
    CreatePlan,
    DiskSource,
    check_name,
    plan_create,
)
from vmatui.engine.creating.createsentences import disk_warnings
from vmatui.engine.creating.diskfacts import facts_of
from vmatui.engine.machine import Bus, Machine
from vmatui.engine.proxmox import archive_suffix, drive_of
from vmatui.errors import UsageError, VmaError
from vmatui.format import layout
from vmatui.format.header import Config
from vmatui.storage.blockdev import inspect
from vmatui.storage.faults import Compression
from vmatui.storage.imageformat import format_of
from vmatui.storage.paths import is_stream
from vmatui.tui.wording import size_text


class NewDisk(NamedTuple):
    """A disk and what it shall be called."""

    path: Path
    name: str
    format: str | None
    """None finds out."""


class NewConfig(NamedTuple):
    """A file and the name that it shall be stored under."""

    path: Path
    name: str


class MachineWords(NamedTuple):
    """A `Machine` as it was typed."""

    vmid: str
    name: str
    cores: str
    memory: str
    ostype: str
    bios: str
    bus: Bus
    storage: str

    def machine(self) -> Machine:
        """Return what the words mean.

        Raises:
            UsageError: there is no such machine.
        """
        return Machine(
            _number(self.vmid, "VM id"),
            self.name.strip() or None,
            _number(self.cores, "number of cores"),
            _number(self.memory, "MiB of memory"),
            self.ostype,
            self.bios,
            self.bus,
            self.storage.strip(),
        )


class Wishes(NamedTuple):
    """What the form says."""

    disks: tuple[NewDisk, ...]
    configs: tuple[NewConfig, ...]
    machine: MachineWords | None
    """None for an archive that Proxmox VE need not restore."""
    folder: Path | None
    name: str
    """Of the file, without what the compression adds; with a machine it is not asked for."""
    compression: Compression
    level: str


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What is known of a disk or a config."""

    told: str = ""
    """Its size, and its format."""
    holds: str | None = None
    """What its bytes are a sign of."""
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer to wishes."""

    disks: tuple[PartFacts, ...] = ()
    configs: tuple[PartFacts, ...] = ()
    machine_problem: str | None = None
    general_problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """Those that are not about one disk."""
    plan: CreatePlan | None = None

    @property
    def problems(self) -> list[str]:
        """Everything that speaks against it, from top to bottom."""
        found = [text for part in (*self.disks, *self.configs) for text in part.problems]
        found += [self.machine_problem] if self.machine_problem else []
        return found + list(self.general_problems)


def make_draft(wishes: Wishes) -> Draft:
    """Look at every part and plan the archive; never raises a `VmaError`."""
    disks = tuple(_disk_facts(wishes.disks, is_for_proxmox=wishes.machine is not None))
    read = list(_read_configs(wishes.configs))
    draft = Draft(disks, tuple(facts for _, facts in read))
    try:
        machine = wishes.machine.machine() if wishes.machine else None
    except UsageError as error:
        return replace(draft, machine_problem=str(error))
    if draft.problems or not (wishes.disks or wishes.configs):
        return draft
    configs = [config for config, _ in read if config is not None]
    try:
        plan = _plan(wishes, machine, configs)
    except VmaError as error:
        return replace(draft, general_problems=(str(error),))
    told = {text for part in disks for text in part.warnings}
    warnings = tuple(text for text in plan.warnings if text not in told)
    return replace(draft, general_problems=plan.problems, warnings=warnings, plan=plan)


def _plan(wishes: Wishes, machine: Machine | None, configs: Sequence[Config]) -> CreatePlan:
    if wishes.folder is None:
        raise UsageError("name the folder that gets the archive")
    if machine is None and not wishes.name:
        raise UsageError("name the archive")
    target = wishes.folder
    if machine is None:
        target /= wishes.name + archive_suffix(wishes.compression)
    return plan_create(
        str(target),
        [DiskSource(*disk) for disk in wishes.disks],
        configs,
        machine=machine,
        compression=wishes.compression,
        level=_number(wishes.level, "level") if wishes.level.strip() else None,
    )


def _disk_facts(disks: Sequence[NewDisk], *, is_for_proxmox: bool) -> Iterator[PartFacts]:
    names: set[str] = set()
    drives: set[str] = set()
    for disk in disks:
        facts = _look_at(disk)
        try:
            check_name(disk.name, names, "disks")
            if is_for_proxmox and disk.name != layout.VMSTATE_NAME:
                drives.add(drive_of(disk.name, drives))
        except UsageError as error:
            facts = replace(facts, problems=(*facts.problems, str(error)))
        names.add(disk.name)
        yield facts


def _look_at(disk: NewDisk) -> PartFacts:
    try:
        opened = facts_of(disk.path, disk.format)
        told = f"{size_text(opened.size)} · {disk.format or format_of(disk.path)}"
        facts = inspect(disk.path)
        warnings = tuple(disk_warnings(disk.path, opened.lies_on, facts))
        return PartFacts(told, facts.holds, warnings=warnings)
    except VmaError as error:
        return PartFacts(problems=(str(error),))


def _read_configs(wanted: Sequence[NewConfig]) -> Iterator[tuple[Config | None, PartFacts]]:
    names: set[str] = set()
    for each in wanted:
        try:
            if is_stream(each.path):  # it could keep the form waiting for ever
                raise UsageError(f"{each.path} is no file: name one")
            config = read_config(each.path)._replace(name=each.name)
            check_name(each.name, names, "configs")
            yield config, PartFacts(size_text(len(config.data)))
        except VmaError as error:
            yield None, PartFacts(problems=(str(error),))
        names.add(each.name)


def _number(text: str, what: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise UsageError(f"{text!r} is no {what}: type a number")
    return int(text)
