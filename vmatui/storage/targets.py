"""Where a device is written to: what every kind of target can do.

A target is opened, prepared, written in any order by any number of threads, and then either
finished, kept as incomplete, or discarded. It never changes anything at or past its size.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from vmatui.errors import TargetError

_FULL: Final = {errno.ENOSPC, errno.EDQUOT}


class Target(Protocol):
    """A file or block device that receives one device of an archive."""

    path: Path
    """Its final place, as the plan names it."""
    size: int
    """Size of the device in bytes."""

    def open(self) -> None:
        """Create it, or open it for us alone; nothing is changed yet.

        Raises:
            TargetError: it is in the way of something, in use, of the wrong size ...
        """

    def start_over(self) -> None:
        """Open it like `open`, but take away first what an earlier job has left of it.

        Raises:
            TargetError: as from `open`.
        """

    def reopen(self, identity: str) -> None:
        """Open what an earlier job has left, to go on with it; nothing is changed yet.

        Args:
            identity: What the target said of itself in that job.

        Raises:
            TargetError: it is not there, is another one now, or is in use.
        """

    @property
    def identity(self) -> str:
        """What tells an open target from all others, also after the machine has started anew."""

    def prepare(self, tick: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        """Make it read zero from start to size, unless it does so already.

        Args:
            tick: Gets the bytes that are done so far, now and then.
            cancelled: Asked now and then.

        Raises:
            CancelledError: `cancelled` said so.
            TargetError: it cannot be written.
        """

    def writev(self, offset: int, views: Sequence[memoryview]) -> None:
        """Write bytes; whatever lies at or past the size is left out.

        Args:
            offset: Bytes from the start of the device.
            views: Of single bytes; each follows the one before on the device.

        Raises:
            TargetError: they cannot be written; names the path and the offset.
        """

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes as they are now; fewer come only at the end.

        Raises:
            TargetError: they cannot be read.
        """

    def sync(self) -> None:
        """Wait until everything written is on the disk; writing may go on in another thread.

        Raises:
            TargetError: it could not all be written.
        """

    def finish(self) -> None:
        """Sync and close it, and give it its final name.

        Raises:
            TargetError: it is not complete under that name.
        """

    def discard(self) -> None:
        """Close it and take back what can be taken back; never raises, may be called twice."""

    def suspend(self) -> None:
        """Close it as it is, so that it can be opened again; never raises."""

    def keep_incomplete(self) -> Path:
        """Sync and close it under a name that says incomplete, if it can have one.

        Returns:
            Where it is now.

        Raises:
            TargetError: it could not be written or named.
        """


def target_error(action: str, path: Path, error: OSError | ValueError) -> TargetError:
    """Return the sentence for an operation on a target that the system refused.

    Args:
        action: What was tried, as after "cannot": "write at offset 4096 of".
        path: The target.
        error: The refusal.
    """
    reason = error.strerror if isinstance(error, OSError) else error
    is_full = isinstance(error, OSError) and error.errno in _FULL
    advice = "make room there or choose another place" if is_full else "choose another place"
    return TargetError(f"cannot {action} {path}: {reason}; {advice}")
