"""What happens to one device of a restore: where it goes, what is there, what speaks against it.

Everything that decides is found out here, once, without changing anything.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

from vmatui.engine.restoring.fileproblems import read_only_problem, size_problems
from vmatui.engine.restoring.unfinished import Unfinished
from vmatui.errors import SourceError, TargetError
from vmatui.format.header import Device
from vmatui.storage.blockdev import PathFacts, file_key, inspect
from vmatui.storage.claim import busy
from vmatui.storage.destination import STANDARD_OUTPUT, Destination, ZeroPolicy
from vmatui.storage.imageformat import RAW, format_of, qemu_name
from vmatui.storage.newfile import temporary_path
from vmatui.storage.paths import is_among_devices, mode_of, no_folder
from vmatui.storage.targets import MAX_LARGER

Kind = Literal["absent", "file", "block", "folder", "other", "nbd", "stdout"]
"""What a target is now; `absent` is a new file."""

FORMATS: Final = (RAW, "qcow2", "vmdk", "vhdx", "vdi")
_SECTOR: Final = 512
"""Bytes of which an image in a format other than raw has a whole number."""


class PlannedDevice(NamedTuple):
    """What happens to one device."""

    device: Device
    destination: Destination | None
    """Where it goes, or None when it is skipped."""
    kind: Kind | None = None
    """What the target is now; None when it is skipped or cannot be looked at."""
    format: str = RAW
    """Of `FORMATS`."""
    zero: ZeroPolicy = ZeroPolicy.SPARSE
    facts: PathFacts | None = None
    """What there is at the path; None when there is none, or it cannot be looked at."""
    room: int | None = None
    """Bytes of a disk that is there already and is written into; None for one that is made."""
    problems: tuple[str, ...] = ()
    """Why it cannot be done, a sentence each."""
    warnings: tuple[str, ...] = ()
    """What may go wrong, but need not."""

    @property
    def target(self) -> str | None:
        """Where it goes, in words, or None when it is skipped."""
        return None if self.destination is None else self.destination.place

    @property
    def path(self) -> Path:
        """Where it really is, of a target that has a path."""
        assert self.facts is not None
        return self.facts.path

    @property
    def kept_at(self) -> str:
        """Where that is which an interrupted restore has written, in words."""
        if self.facts is not None and not self.is_direct:
            temporary = temporary_path(self.path)
            # A target that got its final name already is there.
            if os.path.lexists(temporary):
                return str(temporary)
        return self.target or ""

    @property
    def overwrites(self) -> bool:
        """Whether something that is there now will be lost."""
        return self.kind in {"file", "block", "nbd"}

    @property
    def is_direct(self) -> bool:
        """Whether it is written where it is from the first byte on.

        A job that ends early cannot bring back what was there before.
        """
        is_in_place = self.destination is not None and self.destination.in_place
        return self.kind in {"block", "nbd", "stdout"} or (self.kind == "file" and is_in_place)

    @property
    def image_size(self) -> int:
        """Bytes of the disk that is made: formats other than raw have whole sectors."""
        size = self.device.size
        return size if self.format == RAW else size + -size % _SECTOR


class Terms(NamedTuple):
    """What holds for all devices of a plan, and what those before have taken already."""

    overwrite: bool
    allow_larger: bool
    folder: Path | None
    """Is made where it is not there."""
    unfinished: Unfinished
    """An earlier restore that is gone on with, or not."""
    used: dict[Hashable, str]
    """What each thing that is taken is, as one would say after "in use as", by its key."""


def plan_device(device: Device, destination: Destination | None, terms: Terms) -> PlannedDevice:
    """Plan one device.

    Args:
        device: Of the archive.
        destination: Where it is to go; None leaves it out.
        terms: Gets what this device takes.
    """
    planned = PlannedDevice(device, destination)
    if destination is None:
        return planned
    try:
        planned = _found(planned, destination)
    except (TargetError, SourceError) as error:
        is_said = _is_in_no_folder(destination, terms.folder)
        return planned._replace(problems=() if is_said else (str(error),))
    found = (*_target_problems(planned, terms), *_collisions(planned, terms.used))
    problems = (*planned.problems, *found)
    return planned._replace(problems=problems, warnings=tuple(_warnings(planned)))


def _is_in_no_folder(destination: Destination, folder: Path | None) -> bool:
    """Whether a target is to go into the folder, and that is none, which the plan says itself."""
    if folder is None or destination.path is None or destination.path.parent != folder:
        return False
    return bool(mode_of(folder)) and no_folder(folder) is not None


def _found(planned: PlannedDevice, destination: Destination) -> PlannedDevice:
    """Add what the target is now, and what follows from it."""
    path = destination.path
    zero = destination.zero or ZeroPolicy.DISCARD
    if path is None:
        format = qemu_name(destination.format or RAW)
        if destination.place == STANDARD_OUTPUT:
            return planned._replace(kind="stdout", format=format)
        from vmatui.storage.nbdtarget import inspect_export  # few restores need it

        room, read_only = inspect_export(destination.place)
        problems = (f"{destination.place} is read-only: it cannot be written",) if read_only else ()
        return planned._replace(kind="nbd", format=format, zero=zero, room=room, problems=problems)
    facts = inspect(path)
    planned = planned._replace(kind=facts.kind, facts=facts)
    planned = planned._replace(format=_format_of(planned, destination))
    if planned.format != RAW and planned.format in FORMATS:
        from vmatui.storage.qemuexport import check_tools  # likewise

        check_tools(path)
    if not planned.is_direct:
        return planned
    return planned._replace(zero=zero, room=_room(facts, planned.format))


def _room(facts: PathFacts, format: str) -> int | None:
    """Return the bytes of the disk that is there."""
    if facts.kind != "file" or format == RAW or format not in FORMATS:
        return facts.size
    from vmatui.storage.qemuexport import virtual_size

    return virtual_size(facts.path, format)


def _format_of(planned: PlannedDevice, destination: Destination) -> str:
    """Return the format that was said, or else the one that the target has or is called."""
    if destination.format is not None:
        return qemu_name(destination.format)
    assert destination.path is not None
    if planned.kind == "file" and planned.is_direct:
        return format_of(destination.path)
    called = destination.path.suffix.lower().removeprefix(".")
    return called if called in FORMATS and planned.kind != "block" else RAW


def _target_problems(planned: PlannedDevice, terms: Terms) -> Iterator[str]:
    target = planned.target
    if planned.format not in FORMATS:
        yield f"{target} cannot be a {planned.format} image: take {', '.join(FORMATS)}"
    elif planned.format != RAW and planned.kind not in {"absent", "file"}:
        yield f"{target} is no file, so it cannot be a {planned.format} image: leave out the format"
    if planned.facts is not None:
        yield from _path_problems(planned, planned.facts, terms)
    if planned.room is not None:
        yield from _size_problems(planned, planned.room, terms.allow_larger)
    if planned.overwrites and not (terms.overwrite or _is_ours(planned, terms)):
        yield overwrite_problem(str(target))


def _path_problems(planned: PlannedDevice, facts: PathFacts, terms: Terms) -> Iterator[str]:
    path = facts.path
    if facts.kind in {"folder", "other"}:
        yield f"{path} is a {facts.kind if facts.kind == 'folder' else 'special file'}: name a file"
        return
    if facts.occupation is not None:
        yield f"{path} is {facts.occupation}: release it first"
    if facts.read_only:
        yield read_only_problem(facts)
    is_in_folder = terms.folder is not None and str(path.parent) == os.path.realpath(terms.folder)
    if not is_in_folder and (why := no_folder(path.parent)):
        yield f"{path.parent} {why}: create it, or choose another place"
    elif not is_in_folder and facts.kind != "block" and is_among_devices(path.parent):
        yield (
            f"{path} is no device, and a file there would be in memory only: "
            "correct the name, or choose another place"
        )
    if planned.format == RAW:
        yield from size_problems(facts, planned.image_size, planned.device.name)
    temporary = temporary_path(path)
    is_made_anew = not (planned.is_direct or terms.unfinished.checkpoint)
    if is_made_anew and os.path.lexists(temporary) and not busy(temporary):
        yield (
            f"{temporary} is in the way, an unfinished output of an earlier restore: "
            "remove it first"
        )


def _size_problems(planned: PlannedDevice, room: int, allow_larger: bool) -> Iterator[str]:
    name, size, target = planned.device.name, planned.device.size, planned.target
    if room < size:
        yield f"{target} has {room} bytes, {name} needs {size}: too small"
    elif room > size + MAX_LARGER and not allow_larger:
        yield (
            f"{target} has {room} bytes, {name} only {size}: a target more than 4 MiB larger is "
            "probably the wrong one, choose another or agree to it (--allow-larger)"
        )


def _is_ours(planned: PlannedDevice, terms: Terms) -> bool:
    """Whether the file has been given its name by the restore that is gone on with."""
    return planned.kind == "file" and terms.unfinished.has_made(planned.path)


def overwrite_problem(target: str) -> str:
    """Return why something that is there is not overwritten just so."""
    return f"{target} exists and would be overwritten: agree to it (--overwrite) or choose another"


def _collisions(planned: PlannedDevice, used: dict[Hashable, str]) -> Iterator[str]:
    """Yield what else has the target, and take it."""
    assert planned.destination is not None
    path = planned.destination.path
    key = _key_of(planned.destination.place) if path is None else file_key(path)
    if key in used:
        yield f"{planned.target} is already in use as {used[key]}: choose another"
    used[key] = f"the target of {planned.device.name}"


def _key_of(place: str) -> Hashable:
    if place == STANDARD_OUTPUT:
        return place
    from vmatui.storage.nbduri import parse_nbd_uri

    return parse_nbd_uri(place)


def _warnings(planned: PlannedDevice) -> Iterator[str]:
    if planned.overwrites and planned.is_direct and planned.zero is ZeroPolicy.SPARSE:
        yield (
            f"{planned.target} is not zeroed first: where it does not read zero already, "
            f"{planned.device.name} will hold old data"
        )
