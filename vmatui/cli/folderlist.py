"""The archives of a folder for `vmatui list`: a line each, the newest first.

One that cannot be read is among them; why is said on standard error, and the status tells.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Final

from humanize import naturalsize

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.engine.jsontext import Record
from vmatui.engine.listing import Entry, list_archives
from vmatui.errors import SourceError, printable

_UNKNOWN: Final = "-"


def run(arguments: Arguments) -> int:
    """Print the archives of a folder; return the exit status."""
    entries = _entries(Path(arguments.file))
    if arguments.json:
        records = [_record(entry) for entry in entries]
        output.write_json({"folder": arguments.file, "archives": records})
    else:
        output.write_lines(_line(entry) for entry in entries)
    failed = [entry for entry in entries if entry.error]
    for entry in failed:
        diagnostics.complain(entry.error)
    return SourceError.exit_code if failed else 0


def _entries(folder: Path) -> list[Entry]:
    known: dict[Path, Entry] = {}
    list_archives(
        folder,
        lambda batch: known.update((entry.path, entry) for entry in batch),
        threading.Event(),
    )
    return sorted(known.values(), key=lambda entry: (-entry.time, entry.path.name))


def _line(entry: Entry) -> str:
    """Return time, bytes on disk, bytes of the disks, VM, its name, the file, and what it is."""
    disks = _size(entry.devices_size) if entry.devices_size is not None else _UNKNOWN
    words = (
        f"{_time(entry.time):16}  {_size(entry.size):>10}  {disks:>10}",
        f"{_UNKNOWN if entry.vm_id is None else entry.vm_id:>6}",
        f"{printable(entry.vm_name) or _UNKNOWN:<20}",
        printable(entry.path.name),
        _state(entry),
    )
    return "  ".join(words).rstrip()


def _record(entry: Entry) -> Record:
    return {
        "archive": os.fspath(entry.path),
        "size": entry.size,
        "time": int(entry.time),
        "vm_id": entry.vm_id,
        "vm_name": entry.vm_name,
        "compression": entry.compression.value if entry.compression else None,
        "devices_size": entry.devices_size,
        "notes": entry.notes,
        "unfinished": entry.is_unfinished,
        "protected": entry.is_protected,
        "error": entry.error or None,
    }


def _state(entry: Entry) -> str:
    states = (
        ("unreadable", bool(entry.error)),
        ("unfinished", entry.is_unfinished),
        ("protected", entry.is_protected),
    )
    told = ", ".join(word for word, is_so in states if is_so)
    return f"({told})" if told else ""


def _size(size: int) -> str:
    return naturalsize(size, binary=True)


def _time(seconds: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
    except (OverflowError, ValueError, OSError):
        return _UNKNOWN  # a time that no clock knows
