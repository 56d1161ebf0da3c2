"""Comparing an archive with files or a folder, and images that differ from what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.damage import LEGAL
from tests.opening import opened
from vmatui.engine.comparing.compare import compare
from vmatui.engine.comparing.compareplan import plan_compare
from vmatui.engine.comparing.comparison import CompareReport
from vmatui.storage.destination import Destination

SOUND = LEGAL["sound"]()
NAMES = ["disk-drive-scsi0.raw", "disk-drive-efidisk0.raw", "vmstate.bin"]


def compare_to(
    to: Mapping[int, Path], data: bytes = SOUND, format: str | None = None
) -> CompareReport:
    named = {dev_id: Destination(str(path), format) for dev_id, path in to.items()}
    with opened(data) as archive:
        return compare(archive, plan_compare(archive.header, to=named))


def compare_folder(folder: Path, data: bytes = SOUND) -> CompareReport:
    with opened(data) as archive:
        return compare(archive, plan_compare(archive.header, folder=folder))


def changed(image: bytes, *offsets: int) -> bytes:
    data = bytearray(image)
    for offset in offsets:
        data[offset] ^= 1
    return bytes(data)
