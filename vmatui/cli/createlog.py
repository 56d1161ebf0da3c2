"""What the reference's `create -v` prints: how far it is, and what each disk came to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vmatui.engine.creating.create import CreateReport
from vmatui.engine.walking.newextents import NewExtent


class CreateLog:
    """The progress lines of `create -v`; an observer of new extents.

    Args:
        total: Bytes of all disks.
        write: Gets each line.
    """

    def __init__(self, total: int, write: Callable[[str], None]) -> None:
        self._total = total
        self._write = write
        self._done = 0
        self._zero = 0
        self._percent = -1
        self._tell()

    def __call__(self, extent: NewExtent) -> None:
        """Count an extent, and tell each time a percentage is reached."""
        for turn in extent.turns:
            self._done += turn.size
            self._zero += turn.zero_bytes
        self._tell()

    def _tell(self) -> None:
        if not self._total:
            return
        percent = self._done * 100 // self._total
        if percent != self._percent:
            self._percent = percent
            self._write(f"progress {percent}% {self._done}/{self._total} {self._zero}")


def image_lines(report: CreateReport) -> Iterator[str]:
    """Yield a line for each disk; one smaller than a cluster saves less than nothing."""
    for created in report.devices:
        size, zero = created.device.size, created.zero_bytes
        yield f"image {created.device.name}: size={size} zeros={zero} saved={size - zero}"
