"""A zstd frame unpacked many blocks at a time, straight to where its data are wanted.

That spares a copy of all data and most turns with other threads. The library says that something is
wrong, but not how much it has unpacked by then: who wants to know goes back to the frame's start
and has it unpacked block by block.
"""

from __future__ import annotations

from typing import IO, cast

from zstandard import ZstdDecompressor, ZstdError

from vmatui.storage.codecs.intake import Intake
from vmatui.storage.codecs.zstd_frame import CHECKSUM, FrameHeader, block_length


class ZstdRun:
    """What a frame holds, as long as it is as it should be.

    Args:
        intake: Stands at the frame's start; stands behind what was unpacked when the run is over,
            but before a block that is not all there.
        header: Of the frame.
    """

    def __init__(self, intake: Intake, header: FrameHeader) -> None:
        self.given = 0
        """Bytes unpacked so far."""
        self.is_wrong = False
        """Whether the library has met damage, somewhere behind what was given."""
        self._parts = _Parts(intake, header)
        self._reader = ZstdDecompressor().stream_reader(cast("IO[bytes]", self._parts))

    @property
    def is_cut(self) -> bool:
        """Whether the frame's bytes end before it does."""
        return self._parts.is_cut

    def readinto(self, view: memoryview) -> int:
        """Fill a view; return how many bytes, fewer than asked only where the run ends."""
        try:
            got: int = self._reader.readinto(view)
        except ZstdError:
            self.is_wrong = True
            return 0
        self.given += got
        return got


class _Parts:
    """The header, the blocks and the checksum of a frame, for the library.

    It must not know who reads it: the library's objects are not looked at for circles, which would
    stay in memory for ever.
    """

    def __init__(self, intake: Intake, header: FrameHeader) -> None:
        self.is_cut = False
        self._intake = intake
        self._header = header
        self._is_begun = self._is_last = self._is_over = False

    def read(self, _size: int) -> memoryview:
        """Return whole blocks, in the end what is there of a cut one, then nothing."""
        if self._is_over:
            return memoryview(b"")
        length = self._next(self._intake.look(3))
        packed = self._intake.ahead(length)
        if len(packed) < length:
            self.is_cut = self._is_over = True
            return packed
        end = 0
        while not self._is_over and length <= len(packed) - end:
            self._pass(packed[end:])
            end += length
            length = self._next(packed[end:])
        self._intake.skip(end)
        return packed[:end]

    def _next(self, packed: memoryview) -> int:
        """Return how long the next part is."""
        if not self._is_begun:
            return self._header.size
        return CHECKSUM if self._is_last else block_length(packed)

    def _pass(self, packed: memoryview) -> None:
        """Take note that the next part is given."""
        if not self._is_begun:
            self._is_begun = True
        elif self._is_last:
            self._is_over = True
        else:
            self._is_last = bool(packed[0] & 1)
            self._is_over = self._is_last and not self._header.has_checksum
