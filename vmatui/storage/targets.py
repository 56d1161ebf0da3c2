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

MAX_LARGER: Final = 4 << 20
"""Bytes that a target may be larger than the device restored to it, as in the reference."""
_FULL: Final = {errno.ENOSPC, errno.EDQUOT}


class Target(Protocol):
    """A file, a block device or whatever else receives one device of an archive."""

    place: str
    """Its final place, in words: a path, a URI ..."""
    size: int
    """Size of the device in bytes."""

    def open(self) -> None:
        """Create it, or open it for us alone; nothing is changed yet.

        Raises:
            TargetError: it is in the way of something, in use, of the wrong size ...
        """

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

    def sync(self) -> None:
        """Wait until everything written is on the disk.

        Raises:
            TargetError: it could not all be written.
        """

    def finish(self) -> None:
        """Sync it, write no more, and give it its final name.

        A new file stays locked until it is discarded, so that nobody takes it for unfinished.

        Raises:
            TargetError: it is not complete under that name.
        """

    def discard(self) -> None:
        """Close it, and take back what can be taken back unless it is finished.

        Never raises, and may be called twice.
        """

    def keep_incomplete(self) -> str:
        """Sync and close it under a name that says incomplete, if it can have one.

        Returns:
            Where it is now.

        Raises:
            TargetError: it could not be written or named.
        """


class ResumableTarget(Target, Protocol):
    """A target that keeps what was written when a restore ends early."""

    is_threaded: bool
    """Whether it may be synced in one thread while another writes."""

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

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes as they are now; fewer come only at the end.

        Raises:
            TargetError: they cannot be read.
        """

    def suspend(self) -> None:
        """Close it as it is, so that it can be opened again; never raises."""


def target_error(action: str, place: Path | str, error: OSError | ValueError) -> TargetError:
    """Return the sentence for an operation on a target that the system refused.

    Args:
        action: What was tried, as after "cannot": "write at offset 4096 of".
        place: The target.
        error: The refusal.
    """
    reason = error.strerror if isinstance(error, OSError) else error
    is_full = isinstance(error, OSError) and error.errno in _FULL
    advice = "make room there or choose another place" if is_full else "choose another place"
    return TargetError(f"cannot {action} {place}: {reason}; {advice}")


def size_problem(room: int, size: int, *, allow_larger: bool) -> str | None:
    """Return why a target must not be written that is there already, to be said after its name.

    Args:
        room: Bytes that it has.
        size: Bytes of the device.
        allow_larger: Whether it may be more than `MAX_LARGER` larger.
    """
    if room < size:
        return f"has {room} bytes but {size} are needed; choose a larger target"
    if room > size + MAX_LARGER and not allow_larger:
        return (
            f"has {room} bytes, over 4 MiB more than the {size} needed, so it is probably "
            "the wrong one; choose a target of the right size"
        )
    return None


def changed(place: str) -> TargetError:
    """Return the sentence for a target that is not the one that an unfinished restore wrote."""
    return TargetError(
        f"{place} is not the target of the unfinished restore any more: name that one, "
        "or begin anew without --resume"
    )
