"""What is known of a disk before it goes into an archive."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from vmatui.errors import UsageError
from vmatui.storage.images import open_image


class DiskFacts(NamedTuple):
    """What opening a disk tells."""

    size: int
    """Bytes that it will have in an archive."""
    lies_on: tuple[str, ...]
    """Further files that it is read from, as `vmatui.storage.images.Image` has them."""


def facts_of(path: Path, format: str | None) -> DiskFacts:
    """Open a disk, and close it again.

    Args:
        path: A file or block device.
        format: raw, qcow2, vmdk, vhdx or vdi; None finds out.

    Raises:
        SourceError: it, or a file that it lies on, cannot be opened.
        UsageError: it is empty.
    """
    image = open_image(path, format)
    image.open()
    facts = DiskFacts(image.size, image.lies_on)
    image.close()
    if not facts.size:
        raise UsageError(f"{path} is empty (0 bytes): leave it out or name another")
    return facts
