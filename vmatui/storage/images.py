"""Disk images to read: what every kind of image can do, and which kind a path is.

An image is read once, from its start to its end, as stretches of data and of known zeros. Reading
one changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from vmatui.storage.imageformat import RAW, format_of, qemu_name
from vmatui.storage.rawimage import RawImage


class Image(Protocol):
    """A disk that goes into an archive."""

    path: Path
    """As the user named it."""
    size: int
    """Bytes as the archive carries them: whole sectors of 512; 0 until it is open."""
    lies_on: tuple[str, ...]
    """Further files that it names and is read from, known once it is open; they are text from
    outside, and not all are paths."""

    def open(self) -> None:
        """Open it for reading and find out its size.

        Raises:
            SourceError: it is not there, may not be read, is in use or damaged ...
        """

    def extents(self, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Yield stretches of [start, end) in order, without gaps: start, end, is_data.

        One that is not data reads zero and need not be read. They are found out as they are asked
        for, in bounded memory.

        Raises:
            SourceError: they cannot be found out.
        """

    def read_into(self, offset: int, view: memoryview) -> None:
        """Fill the view with the bytes from an offset on; zeros past the true end.

        Raises:
            SourceError: they cannot be read; names the path and the offset.
        """

    def check_unchanged(self) -> None:
        """Find out whether it still has the size that it had when it was opened.

        Raises:
            SourceError: it has another one.
        """

    def close(self) -> None:
        """Close it; never raises, may be called twice."""


def open_image(path: Path, format: str | None = None) -> Image:
    """Return the image at a path; it still has to be opened.

    Args:
        path: A file or block device.
        format: raw, qcow2, vmdk, vhdx, vdi or another name that qemu knows; None finds out by the
            first bytes.

    Raises:
        SourceError: the format cannot be found out, or its name makes no sense.
    """
    name = format_of(path) if format is None else qemu_name(format)
    if name == RAW:
        return RawImage(path)
    from vmatui.storage.qemuimage import QemuImage  # starts programs and speaks NBD: slow to load

    return QemuImage(path, name)
