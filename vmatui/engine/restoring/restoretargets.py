"""The targets of a restore: the right kind for each device, all opened before one is written.

From the moment that the first is opened, a note says which they are, so that a restore that ends in
the middle can be taken up again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vmatui.engine.restoring.checkpoint import Checkpoint, TargetState, identify_archive
from vmatui.engine.restoring.checkpointer import write_checkpoint
from vmatui.engine.restoring.plan import RestorePlan
from vmatui.engine.restoring.planneddevice import PlannedDevice
from vmatui.engine.restoring.unfinished import Unfinished, read_note
from vmatui.errors import ReplacedError, SuspendedError, TargetError
from vmatui.format.header import Header
from vmatui.storage.blocktarget import BlockTarget
from vmatui.storage.existingfile import ExistingFileTarget
from vmatui.storage.imageformat import RAW
from vmatui.storage.rawfile import RawFileTarget
from vmatui.storage.smallfile import remove_small
from vmatui.storage.streamtarget import StreamTarget
from vmatui.storage.targets import ResumableTarget, Target


class OpenTargets:
    """Everything that a restore writes to."""

    def __init__(self) -> None:
        self.kept: dict[int, ResumableTarget] = {}
        """By dev_id: those that keep what was written when the job ends early."""
        self.streams: dict[int, Target] = {}
        """By dev_id: the others."""
        self.configs: list[tuple[ResumableTarget, bytes]] = []
        """With what goes into each."""
        self.start: Checkpoint | None = None
        """Where the restore begins or goes on; None if it cannot be taken up."""

    @property
    def devices(self) -> dict[int, Target]:
        """All targets of devices, by dev_id."""
        return {**self.kept, **self.streams}

    @property
    def files(self) -> list[ResumableTarget]:
        """All that is left when the job ends early."""
        return [*self.kept.values(), *(target for target, _ in self.configs)]


@contextmanager
def opened_targets(header: Header, plan: RestorePlan) -> Iterator[OpenTargets]:
    """Open all targets of a plan; whatever is not finished in the end is kept or taken back.

    Args:
        header: Of the archive.
        plan: Made for it.

    Raises:
        SuspendedError: a target failed; all are kept, and the note says how far they are.
        ReplacedError: another process has taken the place of one; the others are taken back.
        TargetError: one cannot be opened; nothing was changed.
    """
    targets = _make_targets(plan)
    _check_still(plan.unfinished)
    made_folder = make_folder(plan)
    try:
        _open(targets, header, plan)
        yield targets
    except TargetError as error:
        if targets.start is None or isinstance(error, ReplacedError):
            _take_back(targets, plan, made_folder)
            raise
        _suspend(targets)
        raise SuspendedError(str(error)) from error
    except BaseException:
        _take_back(targets, plan, made_folder)
        raise
    # As long as a finished file is locked, nobody who finds the note can go on with it.
    try:
        if plan.unfinished.note is not None:
            remove_small(plan.unfinished.note)
    finally:
        for target in (*targets.streams.values(), *targets.files):
            target.discard()


def _check_still(unfinished: Unfinished) -> None:
    """Make sure that no other restore to the same targets has begun, gone on or ended meanwhile."""
    if unfinished.note is not None and read_note(unfinished.note) != unfinished.checkpoint:
        raise TargetError(
            "another restore to the same targets has written or removed its note "
            f"{unfinished.note} since this one was planned: plan it again"
        )


def _open(targets: OpenTargets, header: Header, plan: RestorePlan) -> None:
    note, found = plan.unfinished.note, plan.unfinished.checkpoint
    if note is None:
        for target in (*targets.streams.values(), *targets.files):
            target.open()
    elif found is None:
        first = _first_note(header, plan)
        write_checkpoint(note, first)
        for target in targets.files:
            target.open()
        targets.start = _identified(first, targets)
    else:
        targets.start = found
        _reopen(targets, found)


def _reopen(targets: OpenTargets, found: Checkpoint) -> None:
    if found.extents:
        identities = [*(state.identity for state in found.targets), *found.configs]
        for target, identity in zip(targets.files, identities, strict=True):
            target.reopen(identity)
        return
    for target in targets.files:
        target.start_over()
    targets.start = _identified(found, targets)


def _first_note(header: Header, plan: RestorePlan) -> Checkpoint:
    """Return what is noted before anything is written: nothing is known to be on the disk."""
    states = [
        TargetState(
            planned.device.dev_id, planned.destination.full_place, planned.format, identity=""
        )
        for planned in plan.restored
        if planned.destination is not None
    ]
    return Checkpoint(
        identify_archive(header), extents=0, position=0, digest="", targets=tuple(states)
    )


def _identified(note: Checkpoint, targets: OpenTargets) -> Checkpoint:
    states = [
        state._replace(identity=target.identity)
        for state, target in zip(note.targets, targets.kept.values(), strict=True)
    ]
    configs = tuple(target.identity for target, _ in targets.configs)
    return note._replace(targets=tuple(states), configs=configs)


def _suspend(targets: OpenTargets) -> None:
    for target in targets.files:
        target.suspend()


def _take_back(targets: OpenTargets, plan: RestorePlan, made_folder: Path | None) -> None:
    """Close everything, and remove what is not finished, and the note with it."""
    for target in (*targets.streams.values(), *targets.files):
        target.discard()
    if plan.unfinished.note is not None:
        with suppress(OSError):
            remove_small(plan.unfinished.note)
    if made_folder is not None:
        with suppress(OSError):
            made_folder.rmdir()


def _make_targets(plan: RestorePlan) -> OpenTargets:
    targets = OpenTargets()
    for planned in plan.restored:
        if planned.kind == "stdout":
            targets.streams[planned.device.dev_id] = StreamTarget(planned.device.size)
        else:
            targets.kept[planned.device.dev_id] = _make_target(planned, plan)
    for config in plan.configs:
        data = config.config.data
        file = RawFileTarget(config.target, len(data), overwrite=plan.overwrite)
        targets.configs.append((file, data))
    return targets


def _make_target(planned: PlannedDevice, plan: RestorePlan) -> ResumableTarget:
    size, zero, allow_larger = planned.device.size, planned.zero, plan.allow_larger
    if planned.kind == "nbd":
        from vmatui.storage.nbdtarget import NbdTarget  # few restores need it

        return NbdTarget(planned.target or "", size, zero, allow_larger=allow_larger)
    if planned.kind == "block":
        return BlockTarget(planned.path, size, zero, allow_larger=allow_larger)
    if planned.is_direct and planned.format == RAW:
        return ExistingFileTarget(planned.path, size, zero, allow_larger=allow_larger)
    if planned.format == RAW:
        return RawFileTarget(planned.path, size, overwrite=plan.overwrite)
    return _make_image_target(planned, plan)


def _make_image_target(planned: PlannedDevice, plan: RestorePlan) -> ResumableTarget:
    # Starts programs and speaks NBD: slow to load.
    from vmatui.storage.imagetarget import ExistingImageTarget, NewImageTarget

    size, zero, allow_larger = planned.device.size, planned.zero, plan.allow_larger
    if planned.is_direct:
        return ExistingImageTarget(
            planned.path, size, planned.format, zero, allow_larger=allow_larger
        )
    return NewImageTarget(
        planned.path,
        size,
        planned.format,
        disk_size=planned.image_size,
        overwrite=plan.overwrite,
    )


def make_folder(plan: RestorePlan) -> Path | None:
    """Make the plan's folder, and return it, if it is not there yet.

    Raises:
        TargetError: it cannot be made.
    """
    if plan.folder is None or not plan.creates_folder:
        return None
    try:
        plan.folder.mkdir()
    except OSError as error:
        raise TargetError(f"cannot create the folder {plan.folder}: {error.strerror}") from error
    return plan.folder
