"""Opens the copies of an archive that a salvage reads, each with its header mended.

What a damaged header lacks is learnt from the extents, which takes a look at all of them first.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final, NamedTuple

from vmatui.engine.archive import Archive, open_archive
from vmatui.engine.salvaging.census import look_for_evidence, open_at
from vmatui.engine.salvaging.copyfiles import check_distinct, is_reread, is_there
from vmatui.engine.salvaging.headernotes import header_notes
from vmatui.errors import HeaderError, NotAnArchiveError, SourceError, UsageError
from vmatui.format.codes import Code, Fault, Severity
from vmatui.format.header import declares_impossible_size, parse_header
from vmatui.format.mending import mend_header
from vmatui.storage.descriptor import label

_READ_ONCE: Final = "its header is damaged, and a pipe can be read only once: put it into a file"
"""Why a header is not mended."""


class Copy(NamedTuple):
    """One copy of an archive, its source at the first extent."""

    archive: Archive
    """With the header as it was mended, and the faults that it had before."""
    is_header_whole: bool = True
    """Whether the header is what was written, as far as its md5 tells."""
    notes: tuple[str, ...] = ()
    """What was done to the header, a sentence each."""
    learnt: tuple[int, ...] = ()
    """Ids of devices whose size was learnt, to the cluster."""


def open_copy(path: str | os.PathLike[str], cancel: threading.Event | None = None) -> Copy:
    """Open a copy of an archive, whatever is wrong with its header.

    Args:
        path: As for `vmatui.engine.archive.open_archive`.
        cancel: Ends the look at the extents that a damaged header needs.

    Raises:
        SourceError: it cannot be opened, or neither header nor extents can be found in it.
        CancelledError: `cancel` was set.
    """
    stop = cancel or threading.Event()
    try:
        archive = open_archive(path)
    except (HeaderError, NotAnArchiveError) as error:
        fault = Fault(Code.HEADER_CHECKSUM, str(error))
        mended = _mended_copy(path, (fault,), stop)
        if mended is None:
            if is_reread(path) or (isinstance(error, NotAnArchiveError) and not error.has_extents):
                raise
            raise HeaderError(f"{label(os.fsdecode(path))}: {_READ_ONCE}") from None
        return mended
    is_md5_right = all(fault.code is not Code.HEADER_CHECKSUM for fault in archive.faults)
    if is_md5_right and not declares_impossible_size(archive.faults):
        return Copy(archive, is_header_whole=not _has_errors(archive.faults))
    try:
        mended = _mended_copy(path, archive.faults, stop)
    except BaseException:
        archive.close()
        raise
    if mended is None:
        notes = () if is_reread(path) else (f"{label(archive.name)}: {_READ_ONCE}",)
        return Copy(archive, is_header_whole=False, notes=notes)
    archive.close()
    return mended


@contextmanager
def opened_copies(
    paths: Sequence[str | os.PathLike[str]], cancel: threading.Event | None = None
) -> Iterator[tuple[Copy, ...]]:
    """Open all copies of one archive, and close them in the end.

    One that is there but cannot be used is left out, unless it is the first; its notes say so.

    Args:
        paths: Of the copies, in the order in which they are read.
        cancel: As for `open_copy`.

    Raises:
        UsageError: there are none, one is of another archive, or is one of the others.
        SourceError: the first cannot be opened, or another one is not there.
        CancelledError: `cancel` was set.
    """
    copies: list[Copy] = []
    left_out: list[str] = []
    if not paths:
        raise UsageError("a salvage needs an archive, and none was named: name at least one")
    check_distinct(paths)
    with ExitStack() as stack:
        for path in paths:
            try:
                copy = open_copy(path, cancel)
            except SourceError as error:
                if not copies or not is_there(path):
                    raise
                left_out.append(f"left out of the copies: {error}")
                continue
            stack.enter_context(copy.archive)
            copies.append(copy)
            _check_same(copies[0].archive, copy.archive)
        if left_out:
            copies[0] = copies[0]._replace(notes=(*copies[0].notes, *left_out))
        yield tuple(copies)


def _check_same(first: Archive, other: Archive) -> None:
    if other.header.uuid != first.header.uuid:
        raise UsageError(
            f"{label(other.name)} is no copy of {label(first.name)}: "
            f"its uuid is {other.header.uuid}, not {first.header.uuid}; "
            "name a copy of the same backup"
        )


def best_copy(copies: Sequence[Copy]) -> Copy:
    """Return the copy whose header counts: the first that is whole, or else the first."""
    return next((copy for copy in copies if copy.is_header_whole), copies[0])


def _has_errors(faults: Sequence[Fault]) -> bool:
    return any(fault.severity is Severity.ERROR for fault in faults)


def _mended_copy(
    path: str | os.PathLike[str], faults: tuple[Fault, ...], stop: threading.Event
) -> Copy | None:
    """Open a copy with its header mended, or return None where nothing can be learnt."""
    if not is_reread(path):
        return None
    data, evidence = look_for_evidence(path, stop)
    if evidence is None:
        return None
    mended = mend_header(data, evidence)
    header, left = parse_header(mended.data)
    source = open_at(path, mended.end)
    source.begin()
    archive = Archive(source, header, faults, mended.data)
    return Copy(
        archive,
        is_header_whole=mended.is_proved and not _has_errors(left),
        notes=tuple(header_notes(archive, data, mended, evidence.strays)),
        learnt=mended.learnt,
    )
