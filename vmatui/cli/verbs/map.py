"""`vmatui map`: where each device's data is, as lines of text, as JSON or as a picture."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.cli.chosencache import chosen_cache
from vmatui.cli.interruption import Interruption
from vmatui.cli.maprecords import Drawing, map_record
from vmatui.cli.selection import device_id
from vmatui.cli.verdict import exit_status
from vmatui.drawing.archivefield import ArchiveField
from vmatui.drawing.fields import DeviceField
from vmatui.drawing.looks import ASCII_GLYPHS, PLAIN_GLYPHS
from vmatui.drawing.notes import partition_notes
from vmatui.drawing.overlay import archive_regions
from vmatui.drawing.png import png
from vmatui.drawing.shades import View
from vmatui.drawing.sheet import Sheet, make_sheet, text_lines
from vmatui.drawing.svg import picture_sheet, svg, write_new
from vmatui.drawing.terminal import abilities
from vmatui.engine.archive import Archive, open_archive
from vmatui.engine.checking.report import moment
from vmatui.engine.checking.verify import verify
from vmatui.engine.indexing.indexbytes import KeptIndex
from vmatui.engine.indexing.indexcache import IndexCache
from vmatui.engine.indexing.picture import Picture
from vmatui.errors import TargetError, UsageError, printable
from vmatui.format.header import Device

_WIDTH: Final = 100
"""Columns where there is no terminal."""
_ROWS: Final = 32
"""Most rows of a device."""
_PICTURES: Final = (".svg", ".png")


def run(arguments: Arguments, interruption: Interruption) -> int:
    """Draw the devices of an archive, or its extents; return the exit status."""
    path = _picture_path(arguments.output)
    with open_archive(arguments.file) as archive:
        devices = archive.header.devices
        if arguments.device is not None:
            wanted = device_id(archive.header, arguments.device)
            devices = tuple(device for device in devices if device.dev_id == wanted)
        index = _index(archive, arguments, interruption)
    view = View(arguments.view)
    if arguments.is_archive:
        drawings = _of_extents(index, archive.header.devices, view)
    else:
        drawings = _of_devices(index, devices, view)
    if arguments.json:
        sheets = [_sheet(drawing, _WIDTH) for drawing in drawings]
        output.write_json(map_record(index, view, drawings, sheets))
    elif path is None:
        _print(drawings)
    else:
        _save(path, [picture_sheet(each.field, each.title, each.notes) for each in drawings])
    diagnostics.say_findings(index.report.findings)
    return exit_status(index.report.findings)


def _index(archive: Archive, arguments: Arguments, interruption: Interruption) -> KeptIndex:
    """Return what the cache has of an archive, or read it."""
    cache = IndexCache(archive, chosen_cache(arguments))
    kept = cache.recall()
    if kept is not None:
        diagnostics.remark(f"as read on {moment(kept.read_at)}; verify reads it anew")
        return kept
    picture = Picture(archive.header.devices)
    cancel = interruption.hand_over()
    with diagnostics.progress_bar() as progress:
        report = verify(
            archive, quick=True, visitors=picture.visitors, progress=progress, cancel=cancel
        )
    cache.keep(picture, report)
    return KeptIndex(picture, report, archive_regions(archive, picture), int(time.time()))


def _picture_path(word: str) -> Path | None:
    """Return where the picture goes, None for standard output; refuse what cannot be done."""
    if word == "-":
        return None
    path = Path(word)
    if path.suffix.lower() not in _PICTURES:
        raise UsageError(f"{word} is no name for a picture: name it .svg or .png")
    if os.path.lexists(path):
        raise TargetError(f"{word} exists already: remove it or choose another name")
    return path


def _of_devices(index: KeptIndex, devices: Sequence[Device], view: View) -> list[Drawing]:
    """Return what to draw; devices too large to be mapped are named only."""
    drawings = []
    for device in devices:
        device_map = index.picture.map.devices.get(device.dev_id)
        if device_map is None:
            diagnostics.complain(f"{printable(device.name)} is too large to be mapped")
            continue
        field = DeviceField(device_map, index.picture.placement, view, complete=True)
        field.update()
        title = f"{printable(device.name)}, {device.size} bytes, {view}"
        regions = index.regions.get(device.dev_id, ())
        drawings.append(Drawing(field, title, tuple(partition_notes(field, regions)), device))
    return drawings


def _of_extents(index: KeptIndex, devices: Sequence[Device], view: View) -> list[Drawing]:
    """Return the archive's own map; there is none without extents."""
    names = {device.dev_id: printable(device.name) for device in devices}
    field = ArchiveField(index.picture.extents, names, view, complete=True)
    told = "by device" if view is View.ORDER else view
    number = "1 extent" if field.units == 1 else f"{field.units} extents"
    return [Drawing(field, f"{number}, {told}")] if field.units else []


def _sheet(drawing: Drawing, width: int) -> Sheet:
    return make_sheet(drawing.field, drawing.title, width, _ROWS, drawing.notes)


def _print(drawings: Sequence[Drawing]) -> None:
    glyphs = PLAIN_GLYPHS if abilities(os.environ).has_unicode else ASCII_GLYPHS
    width = shutil.get_terminal_size().columns if output.is_terminal() else _WIDTH
    for number, drawing in enumerate(drawings):
        if number:
            output.write_line("")
        output.write_lines(text_lines(_sheet(drawing, width), glyphs))


def _save(path: Path, sheets: Sequence[Sheet]) -> None:
    is_png = path.suffix.lower() == ".png"
    write_new(path, png(sheets, dark=True) if is_png else svg(sheets, dark=True).encode())
