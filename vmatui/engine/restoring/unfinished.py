"""Finds the note that an unfinished restore has left, and says whether it fits a new plan.

Nothing is changed here; whether the targets are still what they were is found out when they are
opened again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from vmatui.engine.restoring.checkpoint import (
    MAX_SIZE,
    Checkpoint,
    digest_of,
    identify_archive,
    parse_checkpoint,
)
from vmatui.errors import TargetError
from vmatui.format.header import Header
from vmatui.storage.destination import STANDARD_OUTPUT, Destination
from vmatui.storage.paths import mode_of
from vmatui.storage.smallfile import read_small

_NAME: Final = "unfinished-restore{}.vmatui"


class Unfinished(NamedTuple):
    """What a plan knows of an earlier restore to the same targets."""

    note: Path | None = None
    """Where the job notes how far it is, and an earlier one has; None if it cannot be taken up."""
    checkpoint: Checkpoint | None = None
    """Where to go on; None begins anew."""
    problems: tuple[str, ...] = ()

    @property
    def is_partly_done(self) -> bool:
        """Whether something of the earlier restore is safe on the disk, and stays."""
        return self.checkpoint is not None and self.checkpoint.extents > 0

    def has_made(self, path: Path) -> bool:
        """Whether a file is what the earlier restore wrote, under its final name already."""
        if self.checkpoint is None:
            return False
        identities = {state.identity for state in self.checkpoint.targets}
        try:
            return str(path.lstat().st_ino) in identities.union(self.checkpoint.configs)
        except OSError:
            return False


def look_for_unfinished(
    header: Header,
    folder: Path | None,
    destinations: Mapping[int, Destination],
    *,
    resume: bool,
) -> Unfinished:
    """Look for the note of an earlier restore to the same targets.

    Args:
        header: Of the archive.
        folder: That gets the configs, or None.
        destinations: Of the devices that are restored, by dev_id.
        resume: Whether the user wants to go on with it.
    """
    places = {dev_id: destination.full_place for dev_id, destination in destinations.items()}
    if STANDARD_OUTPUT in places.values():
        text = "what went to standard output cannot be gone on with: leave --resume"
        return Unfinished(problems=(text,) if resume else ())
    note = _note_path(folder, places.values())
    try:
        checkpoint = read_note(note)
    except TargetError as error:
        return Unfinished(note, problems=(str(error),))
    if checkpoint is None:
        text = f"there is no unfinished restore to these targets: leave --resume (no {note})"
        return Unfinished(note, problems=(text,) if resume else ())
    if not resume:
        text = (
            f"a restore to these targets is unfinished (noted in {note}): go on with it "
            f"(--resume), or remove that file and its outputs to begin anew"
        )
        return Unfinished(note, problems=(text,))
    return Unfinished(note, checkpoint, tuple(_misfits(note, checkpoint, header, places)))


def _note_path(folder: Path | None, places: Collection[str]) -> Path:
    """Return where the same restore finds its note again."""
    if folder is not None:
        return folder / _NAME.format("")
    for place in places:
        path = Path(place)
        if path.is_absolute() and not stat.S_ISBLK(mode_of(path)):
            return path.with_name(_NAME.format(f"-{path.name}"))
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    told = digest_of("\0".join(places).encode(errors="surrogateescape"))
    return Path(home, "vmatui", _NAME.format(f"-{told}"))


def read_note(path: Path) -> Checkpoint | None:
    """Return what a note says, or None if there is none.

    Raises:
        TargetError: it cannot be read, or is none of ours.
    """
    try:
        data = read_small(path, MAX_SIZE)
        is_there = os.path.lexists(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise TargetError(
            f"the note {path} of an unfinished restore cannot be read: {reason}; "
            "check its rights, or remove it to begin anew"
        ) from error
    checkpoint = None if data is None else parse_checkpoint(data)
    if is_there and checkpoint is None:
        raise TargetError(
            f"the note {path} of an unfinished restore is damaged or from another version: "
            "remove it and what has a name that starts with tmp-, and begin anew"
        )
    return checkpoint


def _misfits(
    note: Path, checkpoint: Checkpoint, header: Header, places: Mapping[int, str]
) -> Iterator[str]:
    if checkpoint.archive != identify_archive(header):
        yield f"the unfinished restore noted in {note} is of another archive: name that one"
        return
    known = {state.dev_id: state.place for state in checkpoint.targets}
    if known != places:
        told = ", ".join(known.values()) or "no device"
        yield (
            f"the unfinished restore noted in {note} has other targets ({told}): "
            "name the same devices and targets again"
        )
