"""What the paths of copies lead to, before anything is read."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from vmatui.errors import UsageError
from vmatui.storage.blockdev import file_key
from vmatui.storage.descriptor import STANDARD_INPUT
from vmatui.storage.paths import is_folder, mode_of


def is_reread(path: str | os.PathLike[str]) -> bool:
    """Whether a path can be read more than once."""
    mode = mode_of(Path(path))
    return path != STANDARD_INPUT and (stat.S_ISREG(mode) or stat.S_ISBLK(mode))


def is_there(path: str | os.PathLike[str]) -> bool:
    """Whether a copy can be opened, so that it is no wrong word of the user's."""
    is_file = os.access(path, os.R_OK) and not is_folder(Path(path))
    return is_file or path == STANDARD_INPUT


def check_distinct(paths: Sequence[str | os.PathLike[str]]) -> None:
    """Refuse a file that is named twice: it would agree with itself, which proves nothing.

    Args:
        paths: Of copies.

    Raises:
        UsageError: two of them are one file.
    """
    seen: dict[object, str] = {}
    for path in filter(is_reread, paths):
        name, key = os.fsdecode(path), file_key(Path(path))
        if key in seen:
            raise UsageError(f"{name} is the same file as {seen[key]}: name another copy")
        seen[key] = name
