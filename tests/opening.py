"""Archives in memory, opened by the real source: as a file that can be seeked, and as a pipe."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from vmatui.engine.archive import Archive, open_archive
from vmatui.engine.checking.report import VerifyReport
from vmatui.engine.checking.verify import verify
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.visitor import Rejected, Visitor


@contextmanager
def as_file(data: bytes) -> Iterator[str]:
    """Give the path of a file in memory that holds the data."""
    descriptor = os.memfd_create("archive")
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(data)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


@contextmanager
def as_pipe(data: bytes) -> Iterator[str]:
    """Give the path of a pipe into which a thread writes the data."""
    reader, writer = os.pipe()

    def write() -> None:
        try:
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(data)
        except BrokenPipeError:
            pass  # the test did not read it all

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield f"/proc/self/fd/{reader}"
    finally:
        os.close(reader)
        thread.join()


@contextmanager
def opened(data: bytes) -> Iterator[Archive]:
    """Open an archive in memory."""
    with as_file(data) as path, open_archive(path) as archive:
        yield archive


def report_of(data: bytes, *, quick: bool = False) -> VerifyReport:
    """Verify an archive in memory."""
    with opened(data) as archive:
        return verify(archive, quick=quick)


def codes_of(report: VerifyReport) -> set[str]:
    """Return the codes of all findings."""
    return {finding.code.value for finding in report.findings}


class Looking(Visitor):
    """Wants all payload, so that it is read to where it can be looked at."""

    def see_extent(self, extent: Extent, rejected: Rejected) -> None:
        assert extent.has_payload
