"""How an archive stands in the list of a folder, and what is told of the one under the cursor."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from vmatui.engine.listing import Entry
from vmatui.storage.faults import Compression
from vmatui.tui.widgets.columns import Cell, Column
from vmatui.tui.widgets.styles import ERROR, MUTED
from vmatui.tui.wording import UNKNOWN, shown, size_text, time_text

COLUMNS: Final = (
    Column("VM", 6, align="right"),
    Column("Name", 10, share=2),
    Column("Time", 16),
    Column("On disk", 10, align="right"),
    Column("Disks", 10, align="right", only_wide=True),
    Column("Packed", 6, only_wide=True),
    Column("State", 10),
    Column("Notes", 6, share=3),
)


def row_of(entry: Entry) -> tuple[Cell, ...]:
    """Return the cells of an entry, one a column."""
    state = _state(entry)
    return (
        Cell(str(entry.vm_id) if entry.vm_id is not None else UNKNOWN, "accent"),
        _name(entry),
        Cell(time_text(entry.time)),
        Cell(size_text(entry.size)),
        Cell(size_text(entry.devices_size), "muted"),
        Cell(_packed(entry), "muted"),
        state,
        Cell(entry.notes or _unusual_name(entry), "muted"),
    )


def detail(entry: Entry) -> Content:
    """Return what is told of one entry in two lines."""
    facts = []
    if entry.error:
        return Content.assemble((shown(entry.path.name), "bold"), "\n", (entry.error, ERROR))
    if entry.is_read:
        facts.append(f"{size_text(entry.size)} for {size_text(entry.devices_size)} of disks")
        facts.append("not compressed" if _packed(entry) == "no" else _packed(entry))
    if entry.is_unfinished:
        facts.append("unfinished: the backup still runs or was aborted")
    if entry.is_protected:
        facts.append("protected from removal")
    if entry.has_log:
        facts.append("log beside it")
    if entry.notes:
        facts.append(shown(entry.notes))
    return Content.assemble((shown(entry.path.name), "bold"), "\n", (" · ".join(facts), MUTED))


def _name(entry: Entry) -> Cell:
    if entry.vm_name:
        return Cell(entry.vm_name)
    if not entry.is_read:
        return Cell("…", "muted")
    return Cell(entry.path.name, "muted")


def _unusual_name(entry: Entry) -> str:
    """Return the name of a file that is not called as Proxmox VE calls its backups."""
    return entry.path.name if entry.vm_id is None and entry.vm_name else ""


def _packed(entry: Entry) -> str:
    if entry.compression is None:
        return ""
    return "no" if entry.compression is Compression.NONE else str(entry.compression)


def _state(entry: Entry) -> Cell:
    if entry.is_unfinished:
        return Cell("unfinished", "warning")
    if entry.error:
        return Cell("unreadable", "error")
    return Cell("protected" if entry.is_protected else "", "muted")
