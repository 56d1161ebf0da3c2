"""One archive through the engine, and whether it did what must never happen.

Anything may be wrong with the archive; the engine may only return a report or raise a `VmaError`,
say so in printable words, write where it was told to, and stay small.
"""

from __future__ import annotations

import os
import struct
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.fuzz.intrusion import Watch
from tests.fuzz.mutants import Mutant
from tests.opening import Looking, as_file
from tests.parser import parse
from vmatui.cli.reference import list_lines
from vmatui.cli.verdict import header_findings
from vmatui.engine.archive import Archive, open_archive
from vmatui.engine.checking.checker import Checker
from vmatui.engine.checking.records import list_record, verify_record
from vmatui.engine.checking.report import VerifyReport, make_report, sentences
from vmatui.engine.checking.verify import verify, walk_through
from vmatui.engine.indexing.clustermap import ClusterMap
from vmatui.engine.progress import Meter, ignore
from vmatui.engine.restoring.plan import plan_restore
from vmatui.engine.restoring.restore import restore
from vmatui.engine.salvaging.copies import best_copy, opened_copies
from vmatui.engine.salvaging.salvage import salvage
from vmatui.engine.salvaging.salvagelines import salvage_lines
from vmatui.engine.salvaging.salvageplan import plan_salvage
from vmatui.engine.walking.feed import BufferPool
from vmatui.engine.walking.found import Extent
from vmatui.engine.walking.pipeline import Item
from vmatui.engine.walking.walk import Walk
from vmatui.errors import VmaError

MOST_MEMORY: Final = 200 << 20
"""Bytes that the whole process may ever have had in memory."""


def peak_memory() -> int:
    """Return the most bytes that this process had in memory; unlike rusage, not its parent's."""
    status = Path("/proc/self/status").read_bytes()
    return int(status.split(b"VmHWM:")[1].split(None, 1)[0]) << 10


class TrialError(Exception):
    """The engine did what it must not."""


class Laboratory:
    """A process in which archives are tried; it stays in an empty folder of its own.

    Args:
        folder: Exists and is empty; everything is written below it.
    """

    def __init__(self, folder: Path) -> None:
        self._here = folder / "here"
        self._scratch = folder / "scratch"
        self._here.mkdir()
        self._scratch.mkdir()
        os.chdir(self._here)
        self._watch = Watch(self._scratch)
        self._pool = BufferPool(1)

    def examine(self, subject: Mutant) -> str | None:
        """Try an archive; return what was wrong, or None."""
        try:
            with as_file(subject.data) as path:
                self._try_walks(path)
                if subject.is_deep:
                    self._try_jobs(path, subject)
            self._check_surroundings()
        except TrialError as error:
            return str(error)
        except Exception:
            return traceback.format_exc()
        return None

    def _try_walks(self, path: str) -> None:
        """Verify as the job does, but without its thread, which costs more than all the rest."""
        try:
            with open_archive(path) as archive:
                self._check_report(self._walked(archive))
                if archive.source.seekable:
                    archive.source.seek(archive.header.size)
                    self._check_report(verify(archive, quick=True))
        except VmaError as error:
            _check_words(str(error))

    def _walked(self, archive: Archive) -> VerifyReport:
        checker = Checker(archive.header, archive.faults)
        walk_through(archive, _released(Walk(archive, self._pool)), checker, [], Meter(ignore))
        return make_report(archive, checker, is_full=True)

    def _try_jobs(self, path: str, subject: Mutant) -> None:
        for trial in (self._list, self._verify, self._touch, self._compare, self._restore):
            try:
                with open_archive(path) as archive:
                    trial(archive, subject)
            except VmaError as error:
                _check_words(str(error))
        with as_file(subject.data) as copy:
            self._salvage(path, copy)
        if threading.active_count() > 1:
            raise TrialError(f"threads are left: {threading.enumerate()}")

    def _list(self, archive: Archive, _: Mutant) -> None:
        findings = header_findings(archive)
        _check_words(*list_lines(archive.header), *(finding.message for finding in findings))
        list_record(archive, findings)

    def _verify(self, archive: Archive, subject: Mutant) -> None:
        report = verify(archive, visitors=[ClusterMap(archive.header.devices)])
        self._check_report(report)
        verify_record(report)
        if not report.findings and subject.data.startswith(b"VMA"):
            _check_soundness(subject.data)

    def _touch(self, archive: Archive, _: Mutant) -> None:
        """Verify where nobody looks at payload, which then is not copied."""
        report = verify(archive)
        with open_archive(archive.name) as again:
            seen = verify(again, visitors=[Looking()])
        if report != seen:
            raise TrialError(f"payload that is looked at is judged otherwise: {report} {seen}")

    def _compare(self, archive: Archive, subject: Mutant) -> None:
        with as_file(subject.manifest) as path:
            report = verify(archive, manifest=Path(path))
            self._check_report(report)
            verify_record(report)

    def _restore(self, archive: Archive, _: Mutant) -> None:
        def job(folder: Path) -> set[Path]:
            plan = plan_restore(archive.header, folder=folder)
            report = restore(archive, plan)
            self._check_report(report.verify)
            return {output.path for output in (*report.outputs, *report.configs)}

        self._write(job)

    def _salvage(self, *paths: str) -> None:
        def job(folder: Path) -> set[Path]:
            with opened_copies(paths, threading.Event()) as copies:
                header = best_copy(copies).archive.header
                restored = plan_restore(header, folder=folder, resumable=False)
                report = salvage(copies, plan_salvage(restored, copies))
            for copy in report.copies:
                self._check_report(copy)
            _check_words(*salvage_lines(report))
            outputs = {output.path for output in (*report.outputs, *report.configs)}
            return outputs | set(report.maps.values())

        self._write(job)

    def _write(self, job: Callable[[Path], set[Path]]) -> None:
        """Let a job write into a folder, and look what there is then and what it told of."""
        folder = self._scratch / "out"
        try:
            told = job(folder)
            _check_files(folder, told)
        except VmaError as error:
            _check_words(str(error))
            _check_files(folder, set())
        finally:
            _remove(folder)
        if left := [*self._scratch.iterdir()]:
            raise TrialError(f"written beside the folder: {left}")

    def _check_report(self, report: VerifyReport) -> None:
        _check_words(*sentences(report), *(finding.message for finding in report.findings))
        for device in report.devices:
            counts = device.stored, device.zero, device.missing, device.damaged
            if min(counts) < 0 or sum(counts) != device.clusters:
                raise TrialError(f"the counts of {device.name!r} do not add up: {device}")

    def _check_surroundings(self) -> None:
        if (peak := peak_memory()) > MOST_MEMORY:
            raise TrialError(f"{peak >> 20} MiB of memory")
        if self._watch.intrusions:
            told, self._watch.intrusions = self._watch.intrusions, []
            raise TrialError(f"written outside: {told}")
        if left := [*self._here.iterdir()]:
            raise TrialError(f"written into the current folder: {left}")


def _released(walk: Walk) -> Iterator[Item]:
    for item in walk:
        yield item
        if isinstance(item, Extent):
            item.release()


def _check_words(*texts: str) -> None:
    for text in texts:
        if not text.isprintable():
            raise TrialError(f"control characters: {text!r}")


def _check_files(folder: Path, told: set[Path]) -> None:
    """Whether a folder holds the files that were told of, and nothing else."""
    found = set(folder.rglob("*"))
    odd = [path for path in found if path.is_symlink() or not path.is_file()]
    if found != told or odd:
        raise TrialError(f"the restore told of {sorted(told)}, and left {sorted(found)}")


def _remove(folder: Path) -> None:
    """Remove a folder of files by whole paths, which is what the watch understands."""
    if folder.is_dir():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def _check_soundness(data: bytes) -> None:
    """Whether an independent reader finds no fault either; its header must be as it writes them."""
    try:
        faults = set(parse(data).faults)
    except (AssertionError, IndexError, ValueError, struct.error):
        return
    # It takes no name with a NUL inside, and then knows no such device. What it says of names is
    # no fault of what they stand for, and it calls more of them unfit.
    if faults - {"unsafe-name", "duplicate-name"} and "device-name" not in faults:
        raise TrialError(f"called sound, but it has {faults}")
