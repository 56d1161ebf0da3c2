"""What the shades of a map mean, and how many clusters or extents each stands for."""

from __future__ import annotations

from typing import Final, NamedTuple

from vmatui.drawing.archivefield import ArchiveField
from vmatui.drawing.cells import Cells, levels_of
from vmatui.drawing.fields import DeviceField, Field
from vmatui.drawing.order import order_of
from vmatui.drawing.shades import STEPS, Shade, View

_RAMP: Final = tuple(range(Shade.FAINTEST + 1, Shade.FULL + 1, 4))
"""A shade for each of the ramp's glyphs."""
_DOUBT: Final = (Shade.DOUBTFUL,)
_TIMES: Final = tuple(range(Shade.EARLIEST + 1, Shade.EARLIEST + STEPS, 4))


class Entry(NamedTuple):
    """A line of a legend."""

    shades: tuple[int, ...]
    words: str
    number: int | None = None
    """None where there is nothing to count."""


def entries(field: Field) -> list[Entry]:
    """Return the legend of what a field shows."""
    if isinstance(field, ArchiveField):
        return _of_extents(field)
    assert isinstance(field, DeviceField)
    return _of_clusters(field)


def _of_clusters(field: DeviceField) -> list[Entry]:
    found = levels_of(field.device_map).total()
    unseen, stored, zero = (int(each[0]) for each in (found.unseen, found.stored, found.zero))
    duplicate, doubtful = int(found.duplicate[0]), int(found.doubtful[0])
    absent = (
        Entry((Shade.MISSING,), "missing", unseen)
        if field.complete
        else Entry((Shade.UNREAD,), "not read yet", unseen)
    )
    if field.view is View.HEALTH:
        sound = max(stored - duplicate - doubtful, 0)
        first = [Entry((Shade.SOUND,), "sound", sound), Entry((Shade.ZERO,), "zero", zero)]
    elif field.view is View.JOB:
        checked = int(found.checked[0])
        first = [Entry((Shade.DONE,), "done", int(found.clusters[0]) - unseen - checked)]
        if checked:
            first.append(Entry((Shade.CHECKED,), "checked", checked))
        if not field.complete:
            first += [Entry((Shade.PART,), "in part"), Entry((Shade.NOW,), "now")]
    elif field.view is View.ORDER:
        return [*_order(field), absent]
    else:
        first = [Entry(_RAMP, "stored", stored), Entry((Shade.ZERO,), "zero", zero)]
        if levels_of(field.device_map).is_mostly_doubtful:
            return [*first, absent, *(each for each in _faults(found) if each.shades != _DOUBT)]
    return [*first, absent, *_faults(found)]


def _faults(found: Cells) -> list[Entry]:
    """Return the faults: those that are rare only where they are."""
    entries = (
        Entry((Shade.DUPLICATE,), "duplicate", int(found.duplicate[0])),
        Entry((Shade.DOUBTFUL,), "doubtful", int(found.doubtful[0])),
        Entry((Shade.DAMAGED,), "damaged", int(found.damaged[0])),
        Entry((Shade.DIFFERS,), "differs", int(found.differs[0])),
    )
    rare = Shade.DOUBTFUL, Shade.DIFFERS
    return [entry for entry in entries if entry.number or entry.shades[0] not in rare]


def _order(field: DeviceField) -> list[Entry]:
    last = 0
    if field.placement is not None:
        device = field.device_map.device
        last = order_of(field.placement, device.dev_id, device.clusters).last
    return [Entry(_TIMES, f"early to late, extent 0 to {last}")]


def _of_extents(field: ArchiveField) -> list[Entry]:
    damaged = Entry((Shade.DAMAGED,), "damaged", field.damaged)
    if field.view is View.ORDER:
        colours = range(min(len(field.names), int(Shade.LAST_DEVICE - Shade.FIRST_DEVICE) + 1))
        names = list(field.names.values())
        return [*(Entry((Shade.FIRST_DEVICE + each,), names[each]) for each in colours), damaged]
    if field.view is View.CONTENT:
        return [Entry(_RAMP, "extents", field.units), damaged]
    return [Entry((Shade.SOUND,), "sound extents", field.units - field.damaged), damaged]
