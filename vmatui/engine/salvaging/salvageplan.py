"""The plan of a salvage: that of a restore, the copies it reads, and what it leaves beside."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from vmatui.engine.restoring.plan import RestorePlan, claim_name
from vmatui.engine.restoring.planneddevice import PlannedDevice, overwrite_problem
from vmatui.engine.restoring.plansentences import size_text
from vmatui.engine.salvaging.copies import Copy
from vmatui.engine.salvaging.fill import Fill, space_problem
from vmatui.engine.salvaging.salvagepreview import SalvagePreview
from vmatui.engine.salvaging.salvagereport import notes_of, size_doubts
from vmatui.storage.blockdev import file_key
from vmatui.storage.claim import busy
from vmatui.storage.descriptor import STANDARD_INPUT, label
from vmatui.storage.imageformat import RAW
from vmatui.storage.mapoutput import mapfile_path
from vmatui.storage.newfile import temporary_path


class SalvagePlan(NamedTuple):
    """What a salvage will do."""

    restore: RestorePlan
    """Where it goes."""
    copies: tuple[str, ...]
    """The archives that are read, in this order, as the user named them."""
    fill: Fill
    maps: dict[int, Path]
    """Where the mapfiles go, by dev_id: beside raw files."""
    own_problems: tuple[str, ...]
    notes: tuple[str, ...]
    """What was done to damaged headers."""
    preview: SalvagePreview | None
    """What would come back; None if nobody has looked."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that stands against it; the job refuses a plan that has any."""
        return (*self.restore.problems, *self.own_problems)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What may go wrong, but need not."""
        doubts = () if self.preview is None else size_doubts(self.preview.devices)
        return (*self.notes, *doubts, *self.restore.warnings)

    @property
    def fill_bytes(self) -> int | None:
        """Bytes that are written where nothing comes back; None if nobody knows."""
        if self.fill is Fill.ZERO:
            return 0
        return None if self.preview is None else sum(_missing(self.restore, self.preview).values())

    @property
    def sentences(self) -> tuple[str, ...]:
        """What will be done, in words."""
        return (*self.restore.sentences, *_sentences(self))


def plan_salvage(
    plan: RestorePlan,
    copies: Sequence[Copy],
    fill: Fill = Fill.ZERO,
    preview: SalvagePreview | None = None,
) -> SalvagePlan:
    """Plan a salvage; nothing is changed.

    Args:
        plan: Made for the header of `vmatui.engine.salvaging.copies.best_copy`, with
            `resumable=False`.
        copies: Open.
        fill: What stands in the outputs where nothing was got back.
        preview: Of the same copies.
    """
    maps = dict(_maps(plan))
    return SalvagePlan(
        plan,
        tuple(copy.archive.name for copy in copies),
        fill,
        maps,
        (*_problems(plan, copies, maps), *_fill_problems(plan, fill, preview)),
        notes_of(copies),
        preview,
    )


def _maps(plan: RestorePlan) -> Iterator[tuple[int, Path]]:
    """Yield where the mapfiles go, by dev_id; a config of that name has taken its place first."""
    folder = plan.folder and os.path.realpath(plan.folder)
    taken: set[str] = set()
    for config in plan.configs:
        taken |= {config.target.name, temporary_path(config.target).name}
    for planned in plan.restored:
        if planned.format == RAW and planned.kind in {"absent", "file"}:
            path = mapfile_path(planned.path)
            is_beside = str(path.parent) == folder
            if is_beside and taken & {path.name, temporary_path(path).name}:
                path = path.with_name(claim_name(path.name, taken))
            if is_beside:
                taken.add(path.name)
            yield planned.device.dev_id, path


def _missing(plan: RestorePlan, preview: SalvagePreview) -> dict[int, int]:
    """Return the bytes of each restored device that would not come back, by dev_id."""
    restored = {planned.device.dev_id for planned in plan.restored}
    devices = (device for device in preview.devices if device.dev_id in restored)
    return {device.dev_id: device.missing_bytes for device in devices}


def _fill_problems(plan: RestorePlan, fill: Fill, preview: SalvagePreview | None) -> Iterator[str]:
    if fill is not Fill.ZERO and preview is not None:
        problem = space_problem(plan, _missing(plan, preview))
        if problem:
            yield problem


def _problems(plan: RestorePlan, copies: Sequence[Copy], maps: dict[int, Path]) -> Iterator[str]:
    names = [copy.archive.name for copy in copies if copy.archive.name != STANDARD_INPUT]
    keys = {file_key(Path(name)): name for name in names}
    for planned in plan.restored:
        yield from _target_problems(planned)
        if planned.facts is not None and file_key(planned.path) in keys:
            yield f"{planned.target} is one of the copies that are read: choose another target"
    targets = {file_key(planned.target) for planned in plan.configs}
    targets |= {file_key(planned.path) for planned in plan.restored if planned.facts is not None}
    for path in maps.values():
        if file_key(path) in keys:
            yield f"{path} is one of the copies that are read: choose another target"
        elif file_key(path) in targets:
            yield f"{path} would be a target and a mapfile: choose another target"
        elif os.path.lexists(path) and not plan.overwrite:
            yield overwrite_problem(str(path))
        elif os.path.lexists(temporary := temporary_path(path)):
            told = f"{temporary} is in the way, an unfinished mapfile: remove it first"
            yield busy(temporary, "salvage") or told


def _target_problems(planned: PlannedDevice) -> Iterator[str]:
    if planned.kind == "stdout":
        yield (
            f"{planned.device.name} cannot be salvaged to standard output, where nothing can be "
            "written again: name a file or a device"
        )


def _sentences(plan: SalvagePlan) -> Iterator[str]:
    first, *others = map(label, plan.copies)
    yield f"salvages {first}: goes on after every fault and takes what proves itself"
    for name in others:
        yield f"then takes from {name} what is still missing or doubtful, and compares the rest"
    yield _fill_sentence(plan)
    for path in plan.maps.values():
        yield f"a mapfile in GNU ddrescue's format goes to {path}"


def _fill_sentence(plan: SalvagePlan) -> str:
    if plan.fill is Fill.ZERO:
        return "what stays missing reads zero"
    if plan.fill_bytes is None:
        most = sum(planned.device.size for planned in plan.restore.restored)
        size = f"up to {size_text(most)}, how much is known only after reading"
    else:
        size = f"{size_text(plan.fill_bytes)} as far as the headers of the extents tell"
    return f"what stays missing is filled with a text that says so: {size}"
