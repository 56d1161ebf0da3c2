"""The words of `vmatui check`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final

from vmatui.cli.pathword import path_word
from vmatui.cli.restoreoptions import choice_words, target_words

_REPEATED: Final[tuple[tuple[str, str, str, Callable[[str], object], str], ...]] = (
    (
        *("--to", "to", "DEV=PATH", target_words),
        "the file or block device that should hold this device; without DIR only these",
    ),
    ("--skip", "skip", "DEV", str, "leave this device of DIR out"),
    (
        *("--format", "formats", "[DEV=]FMT", choice_words),
        "raw, qcow2, vmdk, vhdx or vdi; default: raw in DIR, else by the first bytes",
    ),
)
"""Options that may be given for each device: their word, attribute, value, meaning and help."""


def add_check(parser: argparse.ArgumentParser) -> None:
    """Add everything that `check` takes, but for the archive and how it prints."""
    parser.add_argument(
        "folder",
        metavar="DIR",
        nargs="?",
        type=path_word,
        help="that a restore made: configs and all devices",
    )
    for word, attribute, value, words, text in _REPEATED:
        parser.add_argument(
            word,
            dest=attribute,
            metavar=value,
            action="append",
            default=[],
            type=words,
            help=text,
        )
