"""Finds the note that an unfinished restore has left, and says whether it fits a new plan.

Nothing is changed here; whether the targets are still what they were is found out when they are
opened again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vmatui.engine.checkpoint import (
    MAX_SIZE,
    Checkpoint,
    digest_of,
    identify_archive,
    parse_checkpoint,
)
from vmatui.errors import TargetError
from vmatui.format.header import Header
from vmatui.storage.smallfile import read_small

_NAME: Final = "unfinished-restore{}.vmatui"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a plan knows of an earlier restore to the same targets."""

    note: Path
    """Where the job notes how far it is, and an earlier one has."""
    checkpoint: Checkpoint | None = None
    """Where to go on; None begins anew."""
    problems: tuple[str, ...] = ()

    def is_ours(self, path: Path, dev_id: int | None = None, *, number: int = 0) -> bool:
        """Whether a file is what the earlier restore wrote, under its final name already.

        Args:
            path: The file.
            dev_id: Of its device, or None for a config.
            number: Of the config.
        """
        if self.checkpoint is None:
            return False
        known = {state.dev_id: state.identity for state in self.checkpoint.targets}
        identity = self.checkpoint.configs[number] if dev_id is None else known.get(dev_id)
        try:
            return str(path.lstat().st_ino) == identity
        except OSError:
            return False


def look_for_unfinished(
    header: Header, folder: Path | None, targets: Mapping[int, Path], *, resume: bool
) -> Unfinished:
    """Look for the note of an earlier restore to the same targets.

    Args:
        header: Of the archive.
        folder: That gets the configs, or None.
        targets: Of the devices that are restored, by dev_id.
        resume: Whether the user wants to go on with it.
    """
    note = _note_path(folder, targets)
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
    return Unfinished(note, checkpoint, tuple(_misfits(note, checkpoint, header, targets)))


def _note_path(folder: Path | None, targets: Mapping[int, Path]) -> Path:
    """Return where the same restore finds its note again."""
    if folder is not None:
        return folder / _NAME.format("")
    for target in targets.values():
        if not target.is_block_device():
            return target.with_name(_NAME.format(f"-{target.name}"))
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    places = chr(0).join(map(str, targets.values()))
    return Path(home, "vmatui", _NAME.format(f"-{digest_of(places.encode())}"))


def read_note(path: Path) -> Checkpoint | None:
    """Return what a note says, or None if there is none.

    Raises:
        TargetError: it cannot be read, or is none of ours.
    """
    try:
        data = read_small(path, MAX_SIZE)
        is_there = os.path.lexists(path)
    except (OSError, ValueError) as error:
        raise TargetError(
            f"the note {path} of an unfinished restore cannot be read: {error}; "
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
    note: Path, checkpoint: Checkpoint, header: Header, targets: Mapping[int, Path]
) -> Iterator[str]:
    if checkpoint.archive != identify_archive(header):
        yield f"the unfinished restore noted in {note} is of another archive: name that one"
        return
    known = {state.dev_id: state.place for state in checkpoint.targets}
    if known != {dev_id: str(path) for dev_id, path in targets.items()}:
        told = ", ".join(known.values()) or "no device"
        yield (
            f"the unfinished restore noted in {note} has other targets ({told}): "
            "name the same devices and targets again"
        )
