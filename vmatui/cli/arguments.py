"""What the words of the command line have asked for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what only types need costs no start-up time
    from vmatui.cli.createoptions import DiskWords
    from vmatui.cli.restoreoptions import Choice
    from vmatui.engine.machine import Bus


class Arguments(argparse.Namespace):
    """What the user asked for; an attribute that the verb does not have is never looked at."""

    words: Sequence[str] = ()
    """All of the command line, without the program's name."""
    verb: str | None = None
    """None asks for the terminal UI."""
    path: str | None = None
    """What the UI shows first."""
    is_reference: bool = False
    """Whether the words were those of the reference, and no others."""
    file: str = ""
    json: bool = False
    name: str | None = None
    verbose: bool = False
    quick: bool = False
    manifest: str | None = None
    report: str | None = None
    report_configs: bool = False
    seal: bool = False
    even_faulty: bool = False
    folder: str | None = None
    to: Sequence[tuple[str, str]] = ()
    formats: Sequence[Choice] = ()
    zero: Sequence[Choice] = ()
    in_place: bool = False
    allow_larger: bool = False
    skip: Sequence[str] = ()
    only: Sequence[str] | None = None
    map: str | None = None
    """Where the lines are read that say where devices go."""
    overwrite: bool = False
    resume: bool = False
    check: bool = False
    salvage: bool = False
    also: Sequence[str] = ()
    fill: str | None = None
    dry_run: bool = False
    no_ui: bool = False
    disks: Sequence[DiskWords] = ()
    drives: Sequence[DiskWords] = ()
    configs: Sequence[str] = ()
    compress: str | None = None
    level: int | None = None
    threads: int = 0
    limit: int | None = None
    for_proxmox: int | None = None
    vm_name: str | None = None
    cores: int | None = None
    memory: int | None = None
    ostype: str | None = None
    bios: str | None = None
    bus: Bus | None = None
    storage: str | None = None
    device: str | None = None
    view: str = "content"
    output: str = "-"
    no_cache: bool = False
    is_archive: bool = False
