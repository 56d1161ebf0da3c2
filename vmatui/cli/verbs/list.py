"""`vmatui list`: what an archive holds, or which archives a folder does, told by headers alone."""

from __future__ import annotations

import os

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.cli.reference import list_lines
from vmatui.cli.verdict import exit_status, header_findings
from vmatui.engine.archive import open_archive


def run(arguments: Arguments) -> int:
    """Print configs, devices and creation time, or a folder's archives; return the exit status."""
    is_folder = os.path.isdir(arguments.file)  # noqa: PTH112, a Path's own raises on some errors
    if is_folder and not arguments.is_reference:
        from vmatui.cli import folderlist

        return folderlist.run(arguments)
    with open_archive(arguments.file) as archive:
        findings = header_findings(archive)
        if arguments.json:
            from vmatui.engine.checking.records import list_record

            output.write_json(list_record(archive, findings))
        else:
            output.write_lines(list_lines(archive.header))
    diagnostics.say_findings(findings)
    return exit_status(findings)
