"""`vmatui map`: where each device's data is, as lines of text or as a picture."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from vmatui.cli import diagnostics, output
from vmatui.cli.chosencache import chosen_cache
from vmatui.cli.interruption import Interruption
from vmatui.cli.parser import Arguments
from vmatui.cli.selection import device_id
from vmatui.cli.verdict import exit_status
from vmatui.drawing.fields import DeviceField
from vmatui.drawing.looks import ASCII_GLYPHS, PLAIN_GLYPHS
from vmatui.drawing.overlay import archive_regions
from vmatui.drawing.shades import View
from vmatui.drawing.sheet import make_sheet, text_lines
from vmatui.drawing.svg import picture_sheet, svg, write_new
from vmatui.drawing.terminal import abilities
from vmatui.engine.archive import Archive, open_archive
from vmatui.engine.indexcache import IndexCache
from vmatui.engine.picture import Picture
from vmatui.engine.regions import Region
from vmatui.engine.report import VerifyReport, moment
from vmatui.engine.verify import verify
from vmatui.errors import TargetError, UsageError, printable
from vmatui.format.header import Device

_WIDTH: Final = 100
"""Columns where there is no terminal."""
_ROWS: Final = 32
"""Most rows of a device."""


def run(arguments: Arguments, interruption: Interruption) -> int:
    """Draw the devices of an archive; return the exit status."""
    path = _picture_path(arguments.output)
    with open_archive(arguments.file) as archive:
        devices = archive.header.devices
        if arguments.device is not None:
            wanted = device_id(archive.header, arguments.device)
            devices = tuple(device for device in devices if device.dev_id == wanted)
        picture, report, _ = _read(archive, arguments, interruption)
    fields = _fields(devices, picture, View(arguments.view))
    if path is None:
        _print(fields)
    else:
        sheets = [picture_sheet(field, title) for field, title in fields]
        write_new(path, svg(sheets, dark=True))
    diagnostics.say_findings(report.findings)
    return exit_status(report.findings)


def _read(
    archive: Archive, arguments: Arguments, interruption: Interruption
) -> tuple[Picture, VerifyReport, Mapping[int, Sequence[Region]]]:
    """Return what the cache has of an archive, or read it."""
    cache = IndexCache(archive, chosen_cache(arguments))
    kept = cache.recall()
    if kept is not None:
        diagnostics.remark(f"as read on {moment(kept.read_at)}; verify reads it anew")
        return kept.picture, kept.report, kept.regions
    picture = Picture(archive.header.devices)
    cancel = interruption.hand_over()
    with diagnostics.progress_bar() as progress:
        report = verify(
            archive, quick=True, visitors=picture.visitors, progress=progress, cancel=cancel
        )
    cache.keep(picture, report)
    return picture, report, archive_regions(archive, picture)


def _picture_path(word: str) -> Path | None:
    """Return where the picture goes, None for standard output; refuse what cannot be done."""
    if word == "-":
        return None
    path = Path(word)
    if path.suffix.lower() != ".svg":
        raise UsageError(f"{word} is no name for a picture: it is written as SVG, name it .svg")
    if os.path.lexists(path):
        raise TargetError(f"{word} exists already: remove it or choose another name")
    return path


def _fields(
    devices: Sequence[Device], picture: Picture, view: View
) -> list[tuple[DeviceField, str]]:
    """Return what to draw, with titles; devices too large to be mapped are named only."""
    fields = []
    for device in devices:
        device_map = picture.map.devices.get(device.dev_id)
        if device_map is None:
            diagnostics.complain(f"{printable(device.name)} is too large to be mapped")
            continue
        field = DeviceField(device_map, picture.placement, view, complete=True)
        fields.append((field, f"{printable(device.name)}, {device.size} bytes, {view}"))
    return fields


def _print(fields: Sequence[tuple[DeviceField, str]]) -> None:
    glyphs = PLAIN_GLYPHS if abilities(os.environ).has_unicode else ASCII_GLYPHS
    width = shutil.get_terminal_size().columns if output.is_terminal() else _WIDTH
    for number, (field, title) in enumerate(fields):
        if number:
            output.write_line("")
        output.write_lines(text_lines(make_sheet(field, title, width, _ROWS), glyphs))
