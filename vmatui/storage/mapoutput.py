"""Writes a mapfile beside an image; it has a temporary name until it is complete."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from vmatui.storage.newfile import NewFile
from vmatui.storage.targets import target_error


def mapfile_path(image: Path) -> Path:
    """Return where the mapfile of an image is."""
    return image.with_name(f"{image.name}.map")


def write_mapfile(path: Path, lines: Iterable[str], *, overwrite: bool) -> None:
    """Write the lines of a mapfile.

    Args:
        path: Its final place.
        lines: Without line ends; as many as they are, they are not held in memory.
        overwrite: A file at `path` may be replaced.

    Raises:
        TargetError: something is in the way, or it cannot be written.
    """
    file = NewFile(path, overwrite=overwrite)
    file.create()
    try:
        try:
            with os.fdopen(os.dup(file.fd), "w", encoding="ascii") as text:
                text.writelines(f"{line}\n" for line in lines)
        except OSError as error:
            raise target_error("write", path, error) from error
        file.publish()
    finally:
        file.discard()
