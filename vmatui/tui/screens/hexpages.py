"""The part of the hex view that reads: one job at a time brings what is on screen."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.content import Content

from vmatui.engine.inspecting.bytepages import PAGE
from vmatui.engine.inspecting.byteplace import ArchivePlace, BytePlace
from vmatui.tui.hexreads import HexReads, Pages, Search
from vmatui.tui.jobs import Job, JobScreen
from vmatui.tui.messages import Done, Failed, JobEnded, JobProgressed
from vmatui.tui.widgets.hexdump import HexDump
from vmatui.tui.widgets.hexsubject import HexSubject
from vmatui.tui.widgets.jobbar import JobBar
from vmatui.tui.widgets.styles import ACCENT, MUTED
from vmatui.tui.wording import count_text


class HexPages(JobScreen):
    """Brings the bytes that a dump wants.

    Args:
        subject: What is shown.
    """

    def __init__(self, subject: HexSubject) -> None:
        super().__init__()
        self.subject = subject
        self._reads = HexReads(subject.facts, subject.known.extents, subject.known.placement)
        self._archive_size = subject.known.size
        """Bytes of the archive, None while nobody knows."""
        self._job: Job | None = None
        self._asked: Sequence[int] = ()
        """Offsets of the pages that the job reads; none if it does something else."""
        self._part: int | None = None
        """Whose header the job reads."""
        self.is_slow = False
        """Whether the job takes so long that it tells of its progress."""
        self._is_given_up = False
        """Whether what would have to be read here could not be, or was stopped."""
        self._wants_last = False

    @property
    def dump(self) -> HexDump:
        """The bytes on screen."""
        return self.query_one(HexDump)

    def on_unmount(self) -> None:
        """Close the archive."""
        super().on_unmount()
        self._reads.leave()

    def open(self, place: BytePlace) -> bool:
        """Show a place; return whether there is such a device, and it is that large."""
        subject, device = self.subject, None
        if isinstance(place, ArchivePlace):
            known = self._archive_size
            size = max(subject.least_size, place.offset + 1) if known is None else known
        else:
            device = subject.facts.header.device(place.dev_id)
            if device is None or place.offset >= device.size:
                return False
            known = size = device.size
        self._drop_job()
        self._is_given_up = False
        subject.device = device
        self.dump.show(
            size, is_final=known is not None, headers=subject.headers, cursor=place.offset
        )
        self.refresh_bindings()
        return True

    def go_to(self, offset: int) -> None:
        """Put the cursor on a byte, be it behind all that is known to be there."""
        if not self.dump.is_final and offset >= self.dump.bytes:
            self.open(ArchivePlace(offset))
        self.dump.go_to(offset)

    def tell_end(self, offset: int, size: int) -> None:
        """Say so if a byte that was asked for is not there, because all ends before it."""
        if offset >= size:
            last = f"this is the last of {count_text(size)} bytes"
            self.notify(f"{offset:#x} lies behind the end: {last}", markup=False)

    def search(self, needle: bytes) -> None:
        """Look for bytes behind the cursor."""
        self._drop_job()
        job = self._reads.searching(self.subject.device, needle, self.dump.cursor + 1)
        self._begin(Job("Searching", job))

    def action_stop(self) -> None:
        """Ask the job to stop."""
        if self._job is not None:
            self._is_given_up = True
            self._job.stop()
            self.query_one(JobBar).stop()

    def look(self) -> None:
        """Tell of the byte under the cursor."""

    @on(HexDump.Moved)
    def _moved(self) -> None:
        self._is_given_up = False
        self.look()
        self._read()

    @on(HexDump.Wanted)
    def _wanted(self) -> None:
        self._read()

    @on(HexDump.EndWanted)
    def _end_wanted(self) -> None:
        self._drop_job()
        self._wants_last = True
        self._begin(Job("Reading to the end", self._reads.ending()))

    def on_job_progressed(self, message: JobProgressed) -> None:
        """Say how far the job is."""
        if message.job is self._job and not message.job.is_stopping:
            self.query_one(JobBar).tick(message.job.title, message.progress)
            if not self.is_slow:
                self.is_slow = True
                self.refresh_bindings()

    def on_job_ended(self, message: JobEnded) -> None:
        """Show what was read or found."""
        if message.job is not self._job:
            return
        self._job = None
        match message.outcome:
            case Done(report=Pages() as pages):
                self._take(pages)
            case Done(report=Search() as search):
                self._take_found(search)
            case Failed(message=text):
                self._is_given_up = True
                self.notify(text, severity="error", timeout=10, markup=False)
        self._wants_last = False
        self.rest()
        self.look()
        self._read()

    def rest(self) -> None:
        """Say what could be done, as nothing runs."""
        self.is_slow = False
        self.refresh_bindings()
        told = ("tab ", ACCENT), ("goes to the fields of the header and back", MUTED)
        self.query_one(JobBar).rest(Content.assemble(*told))

    def _read(self) -> None:
        """Have read what is on screen, if it is not at hand and nothing else runs."""
        dump = self.dump
        pages, part = dump.wanted(), self.subject.part(dump.cursor)
        if self._job is not None:
            if self._asked and pages and not set(self._asked).issuperset(pages):
                self._job.stop()
            return
        part = None if self.subject.knows(part) else part
        if self._is_given_up or not (pages or part is not None):
            return
        beside = dump.neighbours()
        job = self._reads.reading(self.subject.device, pages, beside, PAGE, part)
        self._begin(Job("Reading", job), pages, part)

    def _drop_job(self) -> None:
        """Stop what runs and wait for nothing of it; the next job begins when it has ended."""
        if self._job is not None:
            self._job.stop()
            self._job = None
            self.rest()

    def _begin(self, job: Job, pages: Sequence[int] = (), part: int | None = None) -> None:
        self._asked, self._part = pages, part
        self._job = self.start(job)

    def _take(self, pages: Pages) -> None:
        if self._part is not None:
            self.subject.learn(self._part, pages.header)
        dump = self.dump
        if self.subject.device is not None:
            dump.take(pages.pieces, dump.bytes, is_final=True)
            return
        self._archive_size = self._archive_size if pages.size is None else pages.size
        size = self._archive_size
        if size is None:
            # A full page has a next one, as far as one can tell.
            ends = (each.end + PAGE * (len(each.data) == PAGE) for each in pages.pieces)
            size = max(dump.bytes, *ends, 0)
        elif not dump.is_final:
            self.tell_end(dump.cursor, size)
        dump.take(pages.pieces, size, is_final=self._archive_size is not None)
        if self._wants_last:
            dump.action_last()

    def _take_found(self, search: Search) -> None:
        if search.place is None:
            self.notify("Not found from here to the end", markup=False)
            return
        self.go_to(search.place)
        self.dump.mark_found((search.place, search.place + search.length))
