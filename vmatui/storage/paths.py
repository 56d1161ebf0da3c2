"""What a path leads to, asked without fear.

pathlib's own questions raise for a name that is too long, or in a folder that may not be searched;
here such a path leads nowhere, and who needs to know why is told.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

_DEVICES: Final = Path("/dev")


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


def is_among_devices(folder: Path) -> bool:
    """Whether a new file in a folder would lie among the device nodes: in memory, on no disk.

    So ends a device whose name was mistyped. What is mounted below `/dev` is another place, and
    where `/dev` is a mere folder of the disk there is no danger.

    Args:
        folder: Need not be there; its nearest parent that is there decides.
    """
    place = next((each for each in (folder, *folder.parents) if mode_of(each)), folder)
    return _file_system(place) == _file_system(_DEVICES) not in {None, _file_system(Path("/"))}


def _file_system(path: Path) -> int | None:
    try:
        return path.stat().st_dev
    except (OSError, ValueError):
        return None
