"""Makes sure now and then that what a restore wrote is on the disk, and notes how far that is.

Syncing runs beside the writing; only when it is over does the note say so. From the first fault of
the archive on no more notes are made, so that a restore that goes on meets the fault again.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vmatui.engine.restoring.checkpoint import Checkpoint, Sample, digest_of, pack_checkpoint
from vmatui.engine.restoring.gather import gather_writes
from vmatui.engine.walking.extentfinder import HEADER
from vmatui.engine.walking.found import Extent, Gap
from vmatui.engine.walking.visitor import Rejected, Visitor
from vmatui.errors import TargetError
from vmatui.format.layout import CLUSTER_SIZE
from vmatui.storage.smallfile import write_small
from vmatui.storage.targets import ResumableTarget, target_error

if TYPE_CHECKING:  # most restores are over before the first note is due
    from concurrent.futures import Future, ThreadPoolExecutor

INTERVAL: Final = 5.0
"""Seconds between two checkpoints: what a restore that is killed has to write again."""


class Checkpointer(Visitor):
    """Writes checkpoints; a visitor of the walk, after the one that writes the targets.

    Args:
        file: Gets the notes.
        start: Where the restore begins, or goes on.
        targets: Open targets by dev_id.
        settle: Waits for what was only begun to be written.
        interval: Seconds between two notes.
        clock: A monotonic clock in seconds.
    """

    def __init__(
        self,
        file: Path,
        start: Checkpoint,
        targets: Mapping[int, ResumableTarget],
        settle: Callable[[], None],
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = file
        self._interval = interval
        self._checkpoint = start
        self._targets = targets
        self._settle = settle
        self._clock = clock
        self._due = clock() + interval
        self._digest = hashlib.blake2b(digest_size=16)
        self._seen = 0
        self._is_clean = True
        self._thread: ThreadPoolExecutor | None = None
        self._syncing: Future[None] | None = None

    def see_gap(self, gap: Gap) -> None:
        """Make no more notes: what comes now may have to be read again."""
        self._is_clean = False

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        """Count the extent, which has come to its writers, and make a note if it is time."""
        self._digest.update(extent.header.md5)
        self._seen += 1
        end = extent.offset + HEADER + extent.length
        if self._seen <= self._checkpoint.extents:
            if self._seen == self._checkpoint.extents:
                self._check_place(end)
            return
        self._is_clean = self._is_clean and not (rejected or extent.faults or extent.holes)
        if self._is_clean and self._clock() >= self._due and self._is_idle():
            self._begin(extent, end)

    def finish(self) -> None:
        """The archive has ended; what syncing has met is told once, so it is asked for here."""
        if self._seen < self._checkpoint.extents:
            raise _other_archive(self._file)
        if self._syncing is not None:
            self._syncing.result()

    def note_end(self, position: int) -> None:
        """Note that all is on the disk, and only names are left to be given.

        Raises:
            TargetError: it cannot be written.
        """
        if self._seen > self._checkpoint.extents:
            write_checkpoint(self._file, self._reached(position))

    def close(self) -> None:
        """Wait for the note that is being made."""
        if self._thread is not None:
            self._thread.shutdown()

    def _is_idle(self) -> bool:
        if self._syncing is None:
            return True
        if not self._syncing.done():
            return False
        self._syncing.result()
        return True

    def _begin(self, extent: Extent, end: int) -> None:
        self._settle()
        samples = self._samples(extent)
        states = tuple(
            state.plus(samples[state.dev_id]) if state.dev_id in samples else state
            for state in self._checkpoint.targets
        )
        self._checkpoint = self._reached(end)._replace(targets=states)
        for target in self._targets.values():
            if not target.is_threaded:
                target.sync()
        if self._thread is None:
            from concurrent.futures import ThreadPoolExecutor

            self._thread = ThreadPoolExecutor(1, "vmatui-sync")
        self._syncing = self._thread.submit(self._sync, self._checkpoint)

    def _reached(self, position: int) -> Checkpoint:
        digest = self._digest.hexdigest()
        return self._checkpoint._replace(extents=self._seen, position=position, digest=digest)

    def _sync(self, checkpoint: Checkpoint) -> None:
        for target in self._targets.values():
            if target.is_threaded:
                target.sync()
        write_checkpoint(self._file, checkpoint)
        self._due = self._clock() + self._interval

    def _samples(self, extent: Extent) -> dict[int, Sample]:
        """Return the last bytes, at most a cluster, that the extent brought to each target."""
        if extent.buffer is None:
            return {}
        view = extent.buffer.view
        samples = {}
        for write in gather_writes(extent.header, frozenset()):
            start, end = write.pieces[-1]
            start = max(start, end - CLUSTER_SIZE)
            target = self._targets.get(write.dev_id)
            if target is not None and write.end <= target.size:
                offset = write.end - (end - start)
                samples[write.dev_id] = Sample(offset, end - start, digest_of(view[start:end]))
        return samples

    def _check_place(self, end: int) -> None:
        """Compare what the archive's headers say with what they said to the earlier restore."""
        is_same = self._digest.hexdigest() == self._checkpoint.digest
        if not is_same or end != self._checkpoint.position:
            raise _other_archive(self._file)


def write_checkpoint(file: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint in the place of the last.

    Raises:
        TargetError: it cannot be written.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_small(file, pack_checkpoint(checkpoint))
    except OSError as error:
        raise target_error("note how far the restore is in", file, error) from error


def check_samples(checkpoint: Checkpoint, targets: Mapping[int, ResumableTarget]) -> None:
    """Make sure that the targets hold what the unfinished restore wrote.

    Raises:
        TargetError: one of them does not, or cannot be read.
    """
    for state in checkpoint.targets:
        target = targets[state.dev_id]
        for sample in state.samples:
            if digest_of(target.read(sample.offset, sample.length)) != sample.digest:
                raise TargetError(
                    f"{target.place} does not hold what the unfinished restore wrote at offset "
                    f"{sample.offset}: restore it anew, without --resume"
                )


def _other_archive(file: Path) -> TargetError:
    return TargetError(
        "this is not the archive that the unfinished restore was made from, or it has changed: "
        f"name that one, or remove {file} and begin anew"
    )
