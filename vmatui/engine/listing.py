"""The archives in a folder: known by name at once, by what they hold a little later.

Nothing here fails for one bad file: what cannot be read says so in its own entry.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from vmatui.engine.archivefacts import look_into, name_time, vm_id
from vmatui.errors import SourceError, VmaError
from vmatui.format import layout
from vmatui.storage.faults import Compression
from vmatui.storage.magic import SNIFF_SIZE, detect
from vmatui.storage.names import TEMPORARY

_ARCHIVE_NAME: Final = re.compile(r"\.vma(\.\w{1,8})?$|^vzdump-qemu-.*\.dat$")
_NO_ARCHIVE: Final = (".notes", ".protected", ".log", ".txt", ".md5", ".sha256", ".vmatui")
_MAX_NOTES: Final = 1024
_BATCH: Final = 0.1
"""Seconds between two reports, so that a long list does not keep the screen busy."""


class Entry(NamedTuple):
    """One file of a folder that is an archive, or is called one."""

    path: Path
    size: int
    """Bytes on disk."""
    time: float
    """Seconds since the epoch: of the header if it was read, else of the name or the file."""
    vm_id: int | None
    notes: str = ""
    """First line of the notes beside it."""
    is_unfinished: bool = False
    """Whether its name says that the backup still runs or was aborted."""
    is_protected: bool = False
    has_log: bool = False
    is_read: bool = False
    """Whether its header has been looked at."""
    vm_name: str = ""
    compression: Compression | None = None
    devices_size: int | None = None
    """Bytes of all its devices together."""
    error: str = ""
    """Why it could not be read; one sentence."""


Report = Callable[[Sequence[Entry]], None]
"""Takes entries that are new or that more is known of; their path says which they are."""


def list_archives(folder: Path, report: Report, cancel: threading.Event) -> None:
    """Find the archives of a folder and look into each, the newest first.

    Args:
        folder: Where to look; its subfolders are left alone.
        report: Gets all that are known by name at once, then batches as more is known.
        cancel: Looked at before each file.

    Raises:
        SourceError: the folder cannot be read.
    """
    entries, others = _scan(folder)
    report(entries)
    batch: list[Entry] = []
    due = time.monotonic() + _BATCH
    for entry in _look_at_all(entries, others):
        if cancel.is_set():
            return
        if entry is not None:
            batch.append(entry)
        if time.monotonic() >= due:
            report(batch)
            batch = []
            due = time.monotonic() + _BATCH
    report(batch)


def newest(entries: Sequence[Entry]) -> int:
    """Return the number of the newest archive that is whole, or 0 if none is.

    Args:
        entries: The newest first.
    """
    return next((row for row, entry in enumerate(entries) if not entry.is_unfinished), 0)


def has_archives(folder: Path) -> bool:
    """Whether a folder can be read and a file in it has the name of an archive."""
    try:
        return any(_ARCHIVE_NAME.search(path.name) for path in folder.iterdir())
    except OSError:
        return False


def _scan(folder: Path) -> tuple[list[Entry], list[os.DirEntry[str]]]:
    try:
        with os.scandir(folder) as found:
            everything = list(found)
    except OSError as error:
        raise SourceError(
            f"{folder} cannot be read: {error.strerror}; choose another folder"
        ) from None
    files = [file for file in everything if _is_candidate(file)]
    names = {file.name for file in everything}
    named = [file for file in files if _ARCHIVE_NAME.search(file.name)]
    others = [file for file in files if not _ARCHIVE_NAME.search(file.name)]
    entries = [entry for file in named if (entry := _entry(file, names)) is not None]
    return sorted(entries, key=lambda entry: entry.time, reverse=True), others


def _is_candidate(file: os.DirEntry[str]) -> bool:
    try:
        return file.is_file() and not file.name.endswith(_NO_ARCHIVE)
    except OSError:
        return False


def _entry(file: os.DirEntry[str], names: set[str]) -> Entry | None:
    """Return what the names alone say; None if the file is gone by now."""
    try:
        status = file.stat()
    except OSError:
        return None
    path = Path(file.path)
    started = name_time(file.name)
    log = re.sub(r"(\.vma(\.\w+)?|\.dat)$", "", file.name) + ".log"
    return Entry(
        path,
        status.st_size,
        status.st_mtime if started is None else started,
        vm_id(file.name),
        notes=_first_line(path) if f"{file.name}.notes" in names else "",
        is_unfinished=file.name.endswith(".dat") or file.name.startswith(TEMPORARY),
        is_protected=f"{file.name}.protected" in names,
        has_log=log in names,
    )


def _first_line(path: Path) -> str:
    try:
        with Path(f"{path}.notes").open("rb") as file:
            text = file.read(_MAX_NOTES).decode("utf-8", "replace")
    except OSError:
        return ""
    return next(iter(text.splitlines()), "").strip()


def _look_at_all(
    entries: Sequence[Entry], others: Sequence[os.DirEntry[str]]
) -> Iterator[Entry | None]:
    """Yield one value a file, None for one that is no archive and is not called one."""
    for entry in entries:
        yield _look_at(entry)
    for file in others:
        found = _entry(file, set()) if _may_be_archive(file.path) else None
        looked = _look_at(found) if found else None
        yield looked if looked and not looked.error else None


def _look_at(entry: Entry) -> Entry:
    try:
        facts = look_into(entry.path)
    except VmaError as error:
        return entry._replace(is_read=True, error=str(error))
    return entry._replace(
        is_read=True,
        time=facts.header.ctime,
        vm_name=facts.vm_name,
        compression=facts.compression,
        devices_size=facts.devices_size,
    )


def _may_be_archive(path: str) -> bool:
    """Whether the first bytes are those of an archive, or of something packed."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(SNIFF_SIZE)
    except OSError:
        return False
    return head.startswith(layout.MAGIC) or detect(head) is not Compression.NONE
