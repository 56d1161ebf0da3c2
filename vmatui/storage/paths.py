"""What a path leads to, asked without fear.

pathlib's own questions raise for a name that is too long, or in a folder that may not be searched;
here such a path leads nowhere, and who needs to know why is told.
"""

from __future__ import annotations

import stat
from pathlib import Path


def mode_of(path: Path) -> int:
    """Return the mode of what a path leads to, for the functions of `stat`; 0 if it is nothing."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder."""
    return stat.S_ISDIR(mode_of(path))


def is_stream(path: Path) -> bool:
    """Whether a path leads to what can be read or written only once: a FIFO, a terminal, a tape."""
    mode = mode_of(path)
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def no_folder(path: Path) -> str | None:
    """Return why a path is no folder, as one would say after its name; None if it is one."""
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            return None
    except FileNotFoundError:
        return "does not exist"
    except OSError as error:
        return f"cannot be looked at ({error.strerror})"
    except ValueError:
        return "is no path that can exist"
    return "is no folder"
