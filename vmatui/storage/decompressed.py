"""A compressed archive, decoded as it is read: one pass, from its start to its end.

Every byte before a fault is given, and what the format lets be found again after it. Memory does
not grow: one piece is decoded at a time.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import Final

from vmatui.errors import SourceError
from vmatui.storage.codecs import decoder_of
from vmatui.storage.codecs.intake import Damage, DamagedStreamError, Intake, Mark, Run
from vmatui.storage.descriptor import Descriptor, label
from vmatui.storage.faults import Compression, SourceFault, StreamState
from vmatui.storage.opened import OpenedSource, read_once

_MOST_FAULTS = 1000
"""Faults that may wait to be taken; a hostile stream has more of them than bytes."""

_SCRATCH: Final = memoryview(bytearray(1 << 19))
"""Where what nobody wants is unpacked: little enough to stay in the processor's cache."""


class DecompressedSource(OpenedSource):
    """The decoded bytes of a compressed file, device or pipe."""

    seekable = False

    def __init__(self, descriptor: Descriptor, compression: Compression) -> None:
        super().__init__(descriptor, compression)
        # Read-ahead is a hint; a file system may refuse it.
        with contextlib.suppress(OSError):
            descriptor.advise(0, 0, os.POSIX_FADV_SEQUENTIAL)
        self._settled = 0
        self._piece = memoryview(b"")
        """Unpacked and not taken yet."""
        self._run: Run | None = None
        """What is unpacked as it is taken; then there is no piece."""
        self._is_broken = self._is_ended = False
        self._may_go_back = descriptor.seekable
        self._start(self._intake())

    @property
    def settled(self) -> int:
        """Archive offset up to which the stream's checksums have had their say."""
        return self._settled

    def readv(self, views: Sequence[memoryview]) -> int:
        """Fill the views in turn; short only where the data end or some of them are lost."""
        got = 0
        for view in views:
            count = self._fill(view)
            got += count
            if count < len(view):
                break
        return got

    def seek(self, offset: int) -> None:
        """Refuse: a compressed stream has no entry in its middle."""
        raise SourceError(
            f"{label(self.name)} is compressed: decompress it to a file to read parts of it"
        )

    def advise(self, offset: int, length: int) -> None:
        """Do nothing: archive offsets have no place in a compressed file."""

    def touch(self, length: int) -> bool:
        """Unpack bytes to where others go next, which spares the processor's cache."""
        if self.stream is not StreamState.UNREAD or not self._may_go_back:
            return False
        start = self.position
        self._pass_to(start + length)
        if self.position == start + length and not self._faults:
            return True
        self.back(start)
        return False

    def back(self, offset: int) -> None:
        """Unpack anew what comes from an offset on."""
        super().back(offset)
        self._pieces.close()
        self._stand_at(offset)

    def resume(self) -> bool:
        """Go past a loss; False if `readv` met none."""
        was_broken, self._is_broken = self._is_broken, False
        return was_broken

    def drain(self) -> None:
        """Decode and discard the rest, so that the last checksum is seen."""
        while self._has_more() or self.resume():
            self._pass()

    def close(self) -> None:
        """End the codec and its threads, and close what was opened."""
        # A codec that hangs in another thread, on a silent pipe, is left behind.
        with contextlib.suppress(ValueError):
            self._pieces.close()
        super().close()

    def _rewind(self, offset: int) -> None:
        if not self._descriptor.seekable:
            raise read_once(self.name)
        self._pieces.close()
        self._stand_before(offset)
        self._may_go_back = True
        if self.position != offset:
            raise SourceError(f"{label(self.name)} cannot be read once more: open it anew")

    def _stand_at(self, offset: int) -> None:
        """Go to an offset that was passed: this once, for all before it is unpacked again."""
        self._may_go_back = False
        self._stand_before(offset)

    def _stand_before(self, offset: int) -> None:
        """Unpack from the start of the file up to an offset."""
        self._descriptor.seek(0)
        self.position = self._settled = 0
        self._start(self._intake())
        self._pass_to(offset)

    def _intake(self) -> Intake:
        """Return the whole file, or what a pipe has left."""
        given = self._descriptor
        rewind = given.seek if given.seekable else None
        return Intake(given.read_on, self.compression, given.size, given.tail, rewind=rewind)

    def _start(self, intake: Intake) -> None:
        """Decode what an intake gives."""
        self._pieces = decoder_of(self.compression)(intake)
        self._piece = memoryview(b"")
        self._run = None
        self._is_broken = False
        self._is_ended = False

    def _fill(self, view: memoryview) -> int:
        done = 0
        while done < len(view) and self._has_more():
            done += self._take(view[done:])
        return done

    def _has_more(self) -> bool:
        """Whether something may be taken; not at the end of what can be decoded, nor at a loss."""
        while not (self._piece or self._run or self._is_ended or self._is_broken):
            self._step()
        return bool(self._piece or self._run)

    def _take(self, view: memoryview) -> int:
        """Take what there is, up to a view's length; return how many bytes, none at a run's end."""
        if self._run is not None:
            got = self._run.readinto(view)
            self._run = self._run if got == len(view) else None
        else:
            got = min(len(view), len(self._piece))
            view[:got] = self._piece[:got]
            self._piece = self._piece[got:]
        self.position += got
        return got

    def _pass_to(self, offset: int) -> None:
        """Go past what is before an offset, but past no loss."""
        while self.position < offset and self._has_more():
            self._pass(offset - self.position)

    def _pass(self, most: int = len(_SCRATCH)) -> None:
        """Go past some of what there is."""
        if self._run is not None:
            self._take(_SCRATCH[:most])
        else:
            passed = min(most, len(self._piece))
            self.position += passed
            self._piece = self._piece[passed:]

    def _step(self) -> None:
        """Take what the codec says next: a piece, or what it found."""
        try:
            piece = next(self._pieces)
        except StopIteration as end:
            self._is_ended = True
            self._reach_end(StreamState.SOUND if end.value else StreamState.ABSENT)
        except DamagedStreamError as error:
            self._is_ended = True
            self._note(error.damage)
        else:
            if isinstance(piece, bytes):
                self._piece = memoryview(piece)
            elif isinstance(piece, Damage):
                self._note(piece)
            elif isinstance(piece, Mark):
                self._settle()
            else:
                self._run = piece

    def _settle(self) -> None:
        self._settled = self.position

    def _note(self, damage: Damage) -> None:
        # Nothing is buffered when a codec reports, so this is where the next byte would be.
        doubt = self.position - self._settled
        self._settled = self.position + damage.length
        self._is_broken = damage.is_break
        fault = SourceFault(damage.kind, self.position, damage.length, damage.message, doubt)
        if len(self._faults) == _MOST_FAULTS:
            fault = _joined(self._faults.pop(), fault)
        self._record(fault)


def _joined(first: SourceFault, second: SourceFault) -> SourceFault:
    """Make one fault of two, and count as not right what lies between them."""
    length = second.offset + second.length - first.offset
    return SourceFault(first.kind, first.offset, length, first.message, first.doubt)
