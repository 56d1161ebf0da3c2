"""The words of `vmatui check`."""

from __future__ import annotations

import argparse

from vmatui.cli.restoreoptions import choice_words, target_words


def add_check(parser: argparse.ArgumentParser) -> None:
    """Add everything that `check` takes, but for the archive and how it prints."""
    parser.add_argument(
        "folder", metavar="DIR", nargs="?", help="that a restore made: configs and all devices"
    )
    parser.add_argument(
        "--to",
        metavar="DEV=PATH",
        action="append",
        default=[],
        type=target_words,
        help="the file or block device that should hold this device; without DIR only these",
    )
    parser.add_argument(
        "--skip", metavar="DEV", action="append", default=[], help="leave this device of DIR out"
    )
    parser.add_argument(
        "--format",
        dest="formats",
        metavar="[DEV=]FMT",
        action="append",
        default=[],
        type=choice_words,
        help="raw, qcow2, vmdk, vhdx or vdi; default: raw in DIR, else by the first bytes",
    )
