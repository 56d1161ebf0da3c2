"""What the restore form proposes before the user has said anything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vmatui.engine.archivefacts import ArchiveFacts
from vmatui.engine.restoring.hints import Hint
from vmatui.engine.restoring.planneddevice import FORMATS
from vmatui.errors import TargetError
from vmatui.format.header import Header
from vmatui.storage.names import safe_name
from vmatui.storage.paths import is_folder
from vmatui.storage.qemuexport import check_tools
from vmatui.tui.wording import time_text


def default_folder(facts: ArchiveFacts) -> Path:
    """Return the folder that is proposed: in the current one, named after the VM and the day."""
    who = facts.vm_id or facts.vm_name or facts.path.name.partition(".")[0]
    day = time_text(facts.header.ctime).partition(" ")[0]
    return Path(safe_name(f"restore-{who}-{day}"))


def proposed_formats(header: Header, hints: Mapping[str, Hint]) -> dict[int, str]:
    """Return the formats that the disks had, where files of such a format can be written here."""
    found = {
        device.dev_id: hints[device.name].format
        for device in header.devices
        if device.name in hints and hints[device.name].format in FORMATS
    }
    try:
        check_tools(Path())
    except TargetError:
        return {}
    return found


def nearest_folder(path: Path) -> Path:
    """Return the folder that is there and nearest to a path, where a dialog may begin."""
    return next((each for each in (path, *path.parents) if is_folder(each)), Path())
