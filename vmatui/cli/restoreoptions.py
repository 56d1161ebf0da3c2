"""The words of `vmatui restore`, and what those for a device mean."""

from __future__ import annotations

import argparse
from typing import Final

from vmatui.cli.pathword import path_word
from vmatui.cli.rates import rate

Choice = tuple[str | None, str]
"""A device (None for all) and what is said of it."""

_ZERO: Final = ("sparse", "zero", "discard")
_FILL: Final = ("zero", "pattern")


def add_restore(parser: argparse.ArgumentParser) -> None:
    """Add everything that `restore` takes, but for the archive and how it prints."""
    parser.add_argument(
        "folder",
        metavar="DIR",
        nargs="?",
        type=path_word,
        help="gets the configs and the devices without --to",
    )
    _add_targets(parser.add_argument_group("where devices go (DEV is a name or an id)"))
    parser.add_argument(
        "--overwrite", action="store_true", help="what exists at the targets may be lost"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the restore that the same command has begun and not finished",
    )
    parser.add_argument(
        "--check", action="store_true", help="then read it all back and compare; FILE is read twice"
    )
    _add_salvage(parser.add_argument_group("damaged archives"))
    parser.add_argument("--limit", type=rate, metavar="RATE", help="bytes a second at most, as 40M")
    parser.add_argument(
        "--dry-run", "--plan", action="store_true", help="print what would be done, and do nothing"
    )


def _add_salvage(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--salvage",
        action="store_true",
        help="take all that still proves itself, say what it is",
    )
    group.add_argument(
        "--also",
        metavar="COPY",
        type=path_word,
        action="append",
        default=[],
        help="take what is missing or doubtful from this copy of the same archive",
    )
    group.add_argument(
        "--fill",
        choices=_FILL,
        help="what stays missing reads zero (default), or is a text that says so",
    )


def _add_targets(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--to",
        metavar="DEV=PLACE",
        action="append",
        default=[],
        type=target_words,
        help="to this file, block device, NBD URI, or - (standard output)",
    )
    group.add_argument(
        "--skip", metavar="DEV", action="append", default=[], help="leave this device out"
    )
    group.add_argument(
        "-d", dest="only", metavar="DEV,DEV", type=device_names, help="leave out all other devices"
    )
    group.add_argument(
        "-r",
        dest="map",
        metavar="FIFO",
        type=path_word,
        help="print the list, then read here (- is standard input) where each device goes",
    )
    group.add_argument(
        "--format",
        dest="formats",
        metavar="[DEV=]FMT",
        action="append",
        default=[],
        type=choice_words,
        help="raw, qcow2, vmdk, vhdx or vdi; default: by the suffix, else raw",
    )
    group.add_argument(
        "--zero",
        metavar="[DEV=]POLICY",
        action="append",
        default=[],
        type=_policy,
        help="what exists is made to read zero first: zero keeps its space, discard (default) "
        "gives it back where it can, sparse leaves it out: it reads zero already",
    )
    group.add_argument(
        "--in-place",
        action="store_true",
        help="write into existing image files, do not replace them in the end",
    )
    group.add_argument(
        "--allow-larger",
        action="store_true",
        help="what exists may be more than 4 MiB larger than its device",
    )


def target_words(word: str) -> tuple[str, str]:
    """Return what `DEV=PLACE` says."""
    device, equals, place = word.partition("=")
    if not (device and equals and place):
        raise argparse.ArgumentTypeError(f"{word!r} is not DEV=PLACE")
    return device, place


def choice_words(word: str) -> Choice:
    """Return what `[DEV=]VALUE` says."""
    device, equals, value = word.rpartition("=")
    if not value or (equals and not device):
        raise argparse.ArgumentTypeError(f"{word!r} is not [DEV=]VALUE")
    return device or None, value


def _policy(word: str) -> Choice:
    device, value = choice_words(word)
    if value not in _ZERO:
        raise argparse.ArgumentTypeError(f"{value!r} is none of {', '.join(_ZERO)}")
    return device, value


def device_names(word: str) -> list[str]:
    """Return the names in a list with commas between them."""
    return [name for name in word.split(",") if name]
