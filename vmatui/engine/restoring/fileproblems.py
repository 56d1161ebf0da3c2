"""What speaks against a file that is to be made, found out before it is."""

from __future__ import annotations

import os
from collections.abc import Iterator

from vmatui.storage.blockdev import PathFacts
from vmatui.storage.largestfile import holds_file_of
from vmatui.storage.paths import is_folder


def read_only_problem(facts: PathFacts) -> str:
    """Return why a target that is read-only cannot be written: often its folder is what cannot.

    Args:
        facts: Of the target.
    """
    folder = next(parent for parent in facts.path.parents if is_folder(parent))
    if facts.kind in {"absent", "file"} and not os.access(folder, os.W_OK):
        return (
            f"the folder {folder} may not be written by this user: choose another place, or try "
            "as root"
        )
    return f"{facts.path} is read-only: it cannot be written"


def size_problems(facts: PathFacts, size: int, name: str) -> Iterator[str]:
    """Yield why a file cannot become as large as a disk.

    Args:
        facts: Of the target.
        size: Bytes of the disk.
        name: Of its device.
    """
    if facts.kind in {"absent", "file"} and not holds_file_of(size, facts.path):
        yield (
            f"{facts.path} would have {size} bytes, more than a file can have there: choose "
            f"another place, or leave {name} out (--skip {name})"
        )
