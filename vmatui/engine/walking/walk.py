"""The one walk over an archive's extents: it finds where each starts and never gives up early.

An extent header that is only partly wrong is used as far as it proves itself; where none is found,
the walk looks for the next one. What the clusters mean is not judged here.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmatui.engine.archive import Archive
from vmatui.engine.walking.extentfaults import gap_fault, header_faults, short_fault, tail_fault
from vmatui.engine.walking.extentfinder import HEADER, ExtentFinder
from vmatui.engine.walking.feed import Buffer, BufferPool, Feed
from vmatui.engine.walking.found import Extent, Gap
from vmatui.engine.walking.headersahead import HeadersAhead
from vmatui.engine.walking.payloads import Wanted, payload_sizes
from vmatui.engine.walking.spoilt import SpoiltBytes
from vmatui.format import layout
from vmatui.format.codes import Code, Fault
from vmatui.format.extent import ExtentHeader, parse_extent, proves_slots


class Walk:
    """Iterates over the extents of an archive and the gaps between them, in file order.

    Args:
        archive: Its source stands at the first extent.
        pool: Memory for the payloads; None walks only the headers of a seekable source.
        payload_from: Of a seekable source, extents before this archive offset are walked by their
            headers even so.
        is_ours_only: False takes extents of any archive as they come.
        is_wanted: Likewise those of which it says, by their header, that nobody wants the payload.
        reads_all: Whether also payload that nobody wants is read, so that it proves readable; then
            also a source that cannot be seeked need not keep it.
    """

    def __init__(
        self,
        archive: Archive,
        pool: BufferPool | None,
        *,
        payload_from: int = 0,
        is_ours_only: bool = True,
        is_wanted: Wanted | None = None,
        reads_all: bool = False,
    ) -> None:
        self._source = archive.source
        self._uuid = archive.header.uuid.bytes
        self._finder = ExtentFinder(self._uuid if is_ours_only else None)
        self._starts_extent = self._finder.starts_extent
        self._feed = Feed(archive.source)
        self._pool = pool
        self._head = memoryview(bytearray(HEADER))
        self._payload_from = payload_from if archive.source.seekable else 0
        self._is_wanted = is_wanted if reads_all or archive.source.seekable else None
        self._reads_all = reads_all
        is_any_left_out = self._payload_from or (self._is_wanted and not reads_all)
        self._is_whole = pool is not None and not is_any_left_out
        self._number = 0
        self._ahead = HeadersAhead(archive.source, archive.source.archive_size or 0)
        self._spoilt = SpoiltBytes(archive.source)

    def __iter__(self) -> Iterator[Extent | Gap]:
        got = self._read_header()
        while got == HEADER or self._feed.resume():
            if got < HEADER:  # what comes after a loss is not joined to what was before it
                yield from self._unfinished(got, is_end=False)
                got = self._feed.fill(self._head)
                continue
            header = parse_extent(bytes(self._head))
            if header.checksum_matches:
                candidates = payload_sizes(header)
            else:
                candidates = self._finder.candidates(header, self._head)
            if not candidates:
                item: Extent | Gap | None = self._resynchronise()
                got = self._feed.fill(self._head)
            else:
                item, got = self._go_past(self._new_extent(header, candidates[-1]), candidates)
            if item is None:
                return
            yield from self._source_gaps(item)
            yield item
        yield from self._unfinished(got, is_end=True)
        self._source.drain()
        yield from self._source_gaps(None)

    def _go_past(self, extent: Extent, candidates: tuple[int, ...]) -> tuple[Extent | None, int]:
        """Read or pass a payload and the next header; return the extent and the header's bytes."""
        if not extent.length:
            return extent, self._read_header()
        if self._pool is None:
            return self._pass_payload(extent, candidates)
        if self._reads_payload(extent.header):
            return self._read_payload(extent, candidates, self._pool)
        if self._reads_all:
            return self._touch_payload(extent, candidates, self._pool)
        return self._pass_payload(extent, candidates)

    def _reads_payload(self, header: ExtentHeader) -> bool:
        is_passed = self._feed.offset - HEADER < self._payload_from
        return not is_passed and (self._is_wanted is None or self._is_wanted(header))

    def _unfinished(self, got: int, *, is_end: bool) -> Iterator[Gap]:
        """Take note of bytes that are too few for an extent header."""
        if got:
            fault = tail_fault(bytes(self._head[:got]), is_end=is_end)
            gap = Gap(self._feed.offset - got, got, [fault])
            yield from self._source_gaps(gap)
            yield gap

    def _new_extent(self, header: ExtentHeader, length: int) -> Extent:
        offset = self._feed.offset - HEADER
        faults = header_faults(header, self._uuid)
        extent = Extent(self._number, offset, header, length, faults)
        if faults and header.uuid != self._uuid:
            is_proved = not header.checksum_matches and proves_slots(self._head, self._uuid)
            extent.is_foreign = not is_proved
        self._number += 1
        return extent

    def _read_payload(
        self, extent: Extent, candidates: tuple[int, ...], pool: BufferPool
    ) -> tuple[Extent | None, int]:
        """Read both in one go, so that nothing of the payload is read twice."""
        buffer = pool.take()
        if buffer is None:
            return None, 0
        extent.buffer = buffer
        got = self._fill_with_header(buffer.view[: extent.length])
        extent.present = min(got, extent.length)
        next_got = got - extent.present
        is_cut = extent.present < extent.length
        if len(candidates) == 1 and not is_cut and self._is_in_place(next_got):
            return extent, next_got
        return extent, self._find_end(extent, buffer, candidates, next_got)

    def _fill_with_header(self, view: memoryview) -> int:
        """Read a payload and the next header."""
        if self._is_whole:
            return self._feed.fill(view, self._head)
        got = self._feed.fill(view)
        return got + self._read_header() if got == len(view) else got

    def _read_header(self) -> int:
        """Read a header, behind which a walk that leaves out payloads may read nothing."""
        return self._feed.fill(self._head) if self._is_whole else self._feed.glance(self._head)

    def _find_end(
        self, extent: Extent, buffer: Buffer, candidates: tuple[int, ...], next_got: int
    ) -> int:
        """Find where an extent of doubtful length ends, and go on from there."""
        read = bytes(buffer.view[: extent.present]) + bytes(self._head[:next_got])
        end, is_followed = self._finder.true_end(read, candidates)
        extent.length = candidates[-1] if end is None else max(end, candidates[0])
        extent.present = min(len(read), candidates[-1]) if end is None else end
        if extent.present < extent.length:
            extent.faults.append(short_fault(extent.present, extent.length))
        named = extent.header.blocks_in_masks * layout.BLOCK_SIZE
        extent.is_followed = is_followed and extent.present == extent.length == named
        tail = read[extent.present :]
        if end is not None and not is_followed:
            is_early = end < candidates[-1]
            extent.is_displaced = is_early or not self._finder.is_like_extent(tail)
        self._feed.unread(tail)
        return self._feed.fill(self._head)

    def _touch_payload(
        self, extent: Extent, candidates: tuple[int, ...], pool: BufferPool
    ) -> tuple[Extent | None, int]:
        """Have a payload read for nobody; look at it only where its length is in doubt."""
        start = self._feed.offset
        if len(candidates) == 1 and self._feed.touch(extent.length):
            got = self._read_header()
            if self._is_in_place(got):
                return extent, got
            self._feed.back(start)
        return self._read_payload(extent, candidates, pool)

    def _pass_payload(
        self, extent: Extent, candidates: tuple[int, ...]
    ) -> tuple[Extent | None, int]:
        """Go past the payload of a seekable source; keep it only where its length is in doubt."""
        archive_size = self._source.archive_size or 0
        start = self._feed.offset
        self._ahead.announce(start, extent.length)
        self._feed.skip(extent.length)
        got = self._read_header() if self._feed.offset < archive_size else 0
        is_cut = start + extent.length > archive_size
        if len(candidates) == 1 and not is_cut and self._is_in_place(got):
            return extent, got
        self._feed.skip(start - self._feed.offset)
        pool = BufferPool(1)
        buffer = pool.take()
        assert buffer is not None
        read = self._feed.fill(buffer.view[: extent.length], self._head)
        extent.present = min(read, extent.length)
        return extent, self._find_end(extent, buffer, candidates, read - extent.present)

    def _is_in_place(self, got: int) -> bool:
        """Whether what was read after an extent is the next one's header, or nothing at all."""
        return got == 0 or self._starts_extent(self._head[:got])

    def _resynchronise(self) -> Gap:
        """Look for the next extent header; the feed then stands before it, or at the end."""
        offset = self._feed.offset - HEADER
        head = bytes(self._head)
        window = memoryview(bytearray(1 << 20))
        data = head[1:]
        skipped = 1
        while True:
            at = self._finder.search(data)
            if at is not None:
                self._feed.unread(data[at:])
                fault = gap_fault(offset, skipped + at, head, goes_on=True)
                return Gap(offset, skipped + at, [fault])
            keep = data[-(HEADER - 1) :]
            skipped += len(data) - len(keep)
            got = self._feed.fill(window)
            if not got:
                skipped += len(keep)
                fault = gap_fault(offset, skipped, head, goes_on=self._feed.resume())
                return Gap(offset, skipped, [fault])
            data = keep + bytes(window[:got])

    def _source_gaps(self, item: Extent | Gap | None) -> Iterator[Gap]:
        """Turn the source's faults up to an item's end into gaps, and mark what they spoil."""
        is_spoilt = self._spoilt.look()
        if isinstance(item, Extent):
            item.settled = self._source.settled
            if is_spoilt:
                self._mark_spoilt(item)
        for fault in self._spoilt.take_passed(item.end if item else None):
            told = Fault(Code(fault.kind), fault.message)
            yield Gap(fault.offset, fault.length, [told], fault.doubt)

    def _mark_spoilt(self, extent: Extent) -> None:
        start, end = extent.offset + HEADER, extent.offset + HEADER + extent.length
        extent.settled = self._spoilt.settled
        extent.doubts = self._spoilt.doubts(extent.offset, HEADER, end)
        extent.holes = self._spoilt.holes(start, end)
        if extent.is_displaced and self._spoilt.holes(start, extent.end + HEADER):
            extent.is_displaced = False  # what is lost there is known by its place
        if extent.holes and not extent.is_followed:  # then the zeros may be too many, or too few
            extent.holes = [(extent.holes[0][0], extent.length)]
