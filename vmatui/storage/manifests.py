"""Where manifests are: beside the archives, by their names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from vmatui.errors import UsageError
from vmatui.storage.descriptor import STANDARD_INPUT

SUFFIX: Final = ".vmatui"
_PACKINGS: Final = ("", ".zst", ".gz", ".lzo", ".bz2", ".xz")


def manifest_path(archive: Path) -> Path:
    """Return where the manifest of an archive is written."""
    return archive.with_name(archive.name + SUFFIX)


def find_manifests(archive: Path) -> list[Path]:
    """Return the manifests beside an archive: its own, then those of its other compressions."""
    stem = archive.name
    for packing in _PACKINGS[1:]:
        stem = stem.removesuffix(packing)
    names = dict.fromkeys([archive.name, *(stem + packing for packing in _PACKINGS)])
    paths = [archive.with_name(name + SUFFIX) for name in names if name]
    return [path for path in paths if os.path.lexists(path)]


def place_beside(archive: str) -> Path:
    """Return the path of an archive that is to be sealed.

    Raises:
        UsageError: there is no place beside it.
    """
    if archive == STANDARD_INPUT:
        raise UsageError("a manifest goes beside its archive, and a pipe has no place: name a file")
    return Path(archive)
