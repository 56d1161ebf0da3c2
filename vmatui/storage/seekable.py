"""A zstd archive with a seek table: read from its start like any other, or entered in its middle.

Who never seeks gets what the stream says, whatever the table claims. After a seek the table is
believed as far as the frames that are unpacked agree with it. Memory holds one frame's decoder.
"""

from __future__ import annotations

from collections.abc import Sequence

from vmatui.storage.codecs.intake import Intake
from vmatui.storage.codecs.seek_table import SeekTable
from vmatui.storage.codecs.zstd_glance import Glance
from vmatui.storage.decompressed import DecompressedSource
from vmatui.storage.descriptor import Descriptor
from vmatui.storage.faults import Compression, SourceFault, StreamState
from vmatui.storage.unreadable import UnreadableError


class SeekableSource(DecompressedSource):
    """The decoded bytes of a zstd file, at any place.

    Args:
        descriptor: Of a file or block device, read no further than its first bytes.
        table: Names every frame of it.
    """

    seekable = True

    def __init__(self, descriptor: Descriptor, table: SeekTable) -> None:
        super().__init__(descriptor, Compression.ZSTD)
        self._table = table
        self._is_sought = False
        """Whether anything was left out, so that the stream as a whole proves nothing."""
        self._is_entered = True
        """Whether the stream's decoder stands where `position` is."""
        self._glance: Glance | None = None

    @property
    def archive_size(self) -> int:
        """Bytes of the archive as the table has it."""
        return self._table.archive_size

    @property
    def disk_position(self) -> int:
        """Where in the file the frame starts in which reading stands."""
        if self.position >= self.archive_size:
            return self.disk_size or 0
        return self._table.places[self._table.frame_at(self.position)]

    @property
    def settled(self) -> int:
        """Archive offset up to which checksums have had their say; a glance is not in question."""
        return self._settled if self._is_entered else self.position

    def seek(self, offset: int) -> None:
        """Go to an archive offset; a frame of which bytes were read is unpacked to its end."""
        if offset == self.position:
            return
        if self._is_entered and self.position < offset < self._frame_end():
            self._go_on_to(offset)
            return
        self._leave()
        self.position = offset

    def readv(self, views: Sequence[memoryview]) -> int:
        """Fill the views in turn; short only where the data end or some of them are lost."""
        if not self._is_entered:
            self._enter()
        return super().readv(views)

    def touch(self, length: int) -> bool:
        """Unpack bytes to where others go next, from any place on."""
        if not self._is_entered:
            self._enter()
        return super().touch(length)

    def glance(self, view: memoryview) -> int:
        """Fill a view, unpacking no more than up to its end."""
        if self._is_entered and not self._piece and self._table.is_boundary(self.position):
            self._leave()
        if not self._is_entered and self.position + len(view) <= self.archive_size:
            data = self._glanced(len(view))
            if data is not None:
                view[:] = data
                self.position += len(view)
                return len(view)
        return self.readv([view])

    def drain(self) -> None:
        """Read the rest, if all before it was read: then the stream proves itself."""
        if self._is_entered:
            super().drain()

    def _rewind(self, offset: int) -> None:
        self._is_sought, self._is_entered, self._glance = False, True, None
        super()._rewind(offset)

    def _stand_at(self, offset: int) -> None:
        """Have the frame that holds an offset entered when the next bytes are wanted."""
        self._is_entered = False

    def _frame_end(self) -> int:
        """Return the archive offset behind the frame in which reading stands; 0 at the end."""
        if self.position >= self.archive_size:
            return 0
        return self._table.offsets[self._table.frame_at(self.position) + 1]

    def _glanced(self, length: int) -> bytes | None:
        table = self._table
        frame = table.frame_at(self.position)
        start, end = table.offsets[frame], table.offsets[frame + 1]
        if self.position + length > end:
            return None
        at = self.position - start
        if self._glance is None or self._glance.frame != frame or self._glance.at > at:
            place, stop = table.places[frame], table.places[frame + 1]
            self._glance = Glance(self._descriptor.read_at, frame, place, stop, end - start)
        return self._glance.read(at, length)

    def _enter(self) -> None:
        """Start decoding with the frame that holds the position, and go there."""
        target = self.position
        self._is_entered = True
        if target >= self.archive_size:
            self._is_ended = True
            return
        frame = self._table.frame_at(target)
        place = self._table.places[frame]
        self.position = self._settled = self._table.offsets[frame]

        self._descriptor.seek(place)

        def read(length: int) -> bytes:
            nonlocal place
            left = self._table.end_of_frame(place) - place
            try:
                data = self._descriptor.read_on(min(length, left))
            except UnreadableError as error:
                place += error.length
                raise
            place += len(data)
            return data

        def rewind(offset: int) -> None:
            nonlocal place
            place = offset
            self._descriptor.seek(place)

        name, size, tail = self.compression, self._descriptor.size, self._descriptor.tail
        self._start(Intake(read, name, size, tail, place, rewind))
        self._go_on_to(target)

    def _leave(self) -> None:
        """Decode up to where a checksum vouches for all that was given, and stop decoding."""
        self._is_sought = True
        if self._is_entered:
            given = self.position
            while self._settled < given and not self._is_ended:
                if self._piece or self._run:
                    self._pass()
                else:
                    self._is_broken = False
                    self._step()
            self._is_entered = False
            self._piece, self._run = memoryview(b""), None
            self._pieces.close()

    def _go_on_to(self, offset: int) -> None:
        while self.position < offset and (self._has_more() or self.resume()):
            self._pass(offset - self.position)

    def _settle(self) -> None:
        super()._settle()
        # Behind a fault nobody can say what fits.
        is_right = self._table.is_boundary(self.position) or self.stream is StreamState.FAULTY
        if self._is_sought and not is_right:
            message = (
                "the seek table does not fit the frames of the file: unpack it on the way with "
                "`zstd -dc FILE | vmatui ... -`"
            )
            self._record(SourceFault("stream-error", self.position, 0, message))

    def _reach_end(self, state: StreamState) -> None:
        if not self._is_sought:
            super()._reach_end(state)
