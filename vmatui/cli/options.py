"""The options that several verbs share, and those of the verbs that have few."""

from __future__ import annotations

import argparse

from vmatui.cli.pathword import path_word
from vmatui.cli.reporting import add_report
from vmatui.cli.sealoptions import add_manifest_option


def add_file(parser: argparse.ArgumentParser) -> None:
    """Add the archive that a verb reads."""
    parser.add_argument(
        "file", metavar="FILE", help="the archive, compressed or not; - is standard input"
    )


def add_json(parser: argparse._ActionsContainer) -> None:
    """Add `--json` to a verb that else prints text."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def add_output_choice(parser: argparse.ArgumentParser) -> None:
    """Add how a verb prints that can show how far it is."""
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "-v", dest="verbose", action="store_true", help="print progress and sums as vma does"
    )
    add_json(choice)


def add_no_cache(parser: argparse.ArgumentParser) -> None:
    """Add `--no-cache` to what reads an archive that may have been read before."""
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="neither recall nor keep what was read of a compressed archive",
    )


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add everything that `config` takes, but for the archive."""
    parser.add_argument("-c", dest="name", metavar="NAME", help="default: qemu-server.conf")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object with all configs, or with NAME"
    )


def add_verify(parser: argparse.ArgumentParser) -> None:
    """Add everything that `verify` takes, but for the archive and how it prints."""
    parser.add_argument(
        "--quick", action="store_true", help="read only the headers, if FILE is not compressed"
    )
    add_manifest_option(parser)
    add_no_cache(parser)
    add_report(parser)
    parser.add_argument(
        "--overwrite", action="store_true", help="a page that is there may be replaced"
    )


def add_map(parser: argparse.ArgumentParser) -> None:
    """Add everything that `map` takes, but for the archive."""
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--device", metavar="DEV", help="only this one (by name or id)")
    parser.add_argument(
        "--view",
        choices=("content", "health", "order"),
        default="content",
        help="how full, what is sound, or when in the archive it comes (default: content)",
    )
    shown.add_argument(
        "--archive",
        dest="is_archive",
        action="store_true",
        help="draw the extents in file order, not the devices",
    )
    output_choice = parser.add_mutually_exclusive_group()
    output_choice.add_argument(
        "-o",
        dest="output",
        metavar="FILE",
        type=path_word,
        default="-",
        help="write a new picture, FILE.svg or FILE.png; the default, -, prints text",
    )
    add_json(output_choice)
    add_no_cache(parser)


def add_demo(parser: argparse.ArgumentParser) -> None:
    """Add everything that `demo` takes."""
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        type=path_word,
        help="default: a new one for temporary files",
    )
    parser.add_argument(
        "--no-ui", action="store_true", help="make the archives, print their paths, and end"
    )
