"""The page that `--report` asks for: its file is made first, and filled when the walk is over."""

from __future__ import annotations

import argparse
import shlex
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vmatui.cli.pathword import path_word
from vmatui.cli.version import found_version
from vmatui.errors import UsageError

if TYPE_CHECKING:  # who wants no page does not wait for it
    from vmatui.cli.arguments import Arguments
    from vmatui.engine.archive import Archive
    from vmatui.engine.checking.report import VerifyReport
    from vmatui.engine.restoring.restore import Output
    from vmatui.engine.walking.visitor import Visitor
    from vmatui.storage.newfile import NewFile

_SUFFIXES: Final = (".html", ".htm")


def add_report(parser: argparse._ActionsContainer) -> None:
    """Add the options that ask for a page."""
    parser.add_argument(
        "--report",
        metavar="FILE.html",
        type=path_word,
        help="write all that was found, with maps, as one page",
    )
    parser.add_argument(
        "--report-configs",
        action="store_true",
        help="show in it what the configs hold, which may be secret; else only their names",
    )


class ReportPage:
    """A page that waits for its walk to end; the visitors that it needs look on.

    Args:
        file: Created and empty.
        archive: Just opened.
        arguments: Of the command line.
    """

    def __init__(self, file: NewFile, archive: Archive, arguments: Arguments) -> None:
        from vmatui.engine.indexing.clustermap import ClusterMap
        from vmatui.engine.indexing.extenttable import ExtentTable

        self._file = file
        self._archive = archive
        self._arguments = arguments
        self._map = ClusterMap(archive.header.devices)
        self._table = ExtentTable()
        self.visitors: tuple[Visitor, ...] = (self._map, self._table)

    def write(self, report: VerifyReport, outputs: Sequence[Output] = ()) -> None:
        """Write the page and give it its name.

        Raises:
            TargetError: it cannot be written.
        """
        from vmatui.drawing.reportpage import PageFacts, report_page

        facts = PageFacts(
            command=shlex.join(["vmatui", *self._arguments.words]),
            version=found_version(),
            made_at=int(time.time()),
            disk_size=self._archive.source.disk_size,
            configs=self._archive.header.configs if self._arguments.report_configs else (),
            outputs=outputs,
        )
        page = report_page(report, self._map, self._table, facts)
        self._file.write(page.encode("utf-8", "backslashreplace"))
        self._file.publish()


@contextmanager
def reporting(arguments: Arguments, archive: Archive) -> Iterator[list[ReportPage]]:
    """Give the one page that was asked for, or none; one that is not written leaves no trace.

    Raises:
        UsageError: it has no name for a page, or there is to be none to show the configs in.
        TargetError: it exists, or cannot be created.
    """
    if arguments.report is None:
        if arguments.report_configs:
            raise UsageError("--report-configs is for the page of --report, and none is asked for")
        yield []
        return
    from vmatui.storage.newfile import NewFile

    path = Path(arguments.report)
    if path.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"{path} is no name for a page: it is written as HTML, name it .html")
    file = NewFile(path, overwrite=arguments.overwrite)
    try:
        file.create()
        yield [ReportPage(file, archive, arguments)]
    finally:
        file.discard()
