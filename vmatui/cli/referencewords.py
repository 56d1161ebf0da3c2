"""The command line as the reference takes it, for a program that is called by its name.

Only the reference's verbs and options exist here; everything else is answered with its usage, on
standard output (VMA format, the reference's command line).
"""

from __future__ import annotations

import getopt
from argparse import ArgumentTypeError
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final, NoReturn

from vmatui.cli import diagnostics, output
from vmatui.cli.arguments import Arguments
from vmatui.cli.createoptions import disk_words, drive_words
from vmatui.cli.pathword import path_word
from vmatui.cli.restoreoptions import device_names
from vmatui.errors import UsageError

NAME: Final = "vma"
_USAGE: Final = """\
usage: vma command [command options]

vma list <filename>
vma config <filename> [-c <config>]
vma create <filename> [-c <config>] [-d format=<format>:<device name>=<path> [-d ...]]
vma extract <filename> [-d <drive-list>] [-r <fifo>] <targetdir>
vma verify <filename> [-v]"""
_USAGE_STATUS: Final = 1
_OPTIONS: Final = {
    "list": "h",
    "config": "hc:",
    "create": "hvc:d:",
    "extract": "hvd:r:",
    "verify": "hv",
}
"""The options of each verb, as getopt(3) has them."""

Options = Sequence[tuple[str, str]]


def is_reference(program: str) -> bool:
    """Whether this path or name of the program, as it was called, is the reference's."""
    return PurePath(program).name == NAME


def parse_reference(words: Sequence[str]) -> Arguments:
    """Understand the command line.

    Args:
        words: Without the program's name.

    Raises:
        SystemExit: The words make no sense, and that was said.
    """
    verb = words[0] if words else ""
    if verb not in _OPTIONS:
        _end_with_usage()
    try:
        options, paths = getopt.gnu_getopt(list(words[1:]), _OPTIONS[verb])
    except getopt.GetoptError as error:
        diagnostics.say(f"{verb}: {_reason(verb, error)}")
        _end_with_usage()
    is_fitting = bool(paths) if verb == "create" else len(paths) == (2 if verb == "extract" else 1)
    if not is_fitting or ("-h", "") in options:
        _end_with_usage()
    return _arguments(verb, options, paths)


def _arguments(verb: str, options: Options, paths: Sequence[str]) -> Arguments:
    try:
        return _understood(verb, options, paths)
    except ArgumentTypeError as error:
        diagnostics.complain(str(error))
        raise SystemExit(UsageError.exit_code) from None


def _understood(verb: str, options: Options, paths: Sequence[str]) -> Arguments:
    """Return what the words ask for.

    Raises:
        ArgumentTypeError: One of them makes no sense.
    """
    last = dict(options)
    arguments = Arguments(verb=verb, file=paths[0], is_reference=True, verbose="-v" in last)
    if verb == "config":
        arguments.name = last.get("-c")
    elif verb == "extract":
        arguments.folder = path_word(paths[1])
        arguments.map = last.get("-r")
        arguments.only = device_names(last["-d"]) if "-d" in last else None
    elif verb == "create":
        arguments.disks = [disk_words(path) for path in paths[1:]]
        arguments.configs = [value for option, value in options if option == "-c"]
        arguments.drives = [drive_words(value) for option, value in options if option == "-d"]
    return arguments


def _reason(verb: str, error: getopt.GetoptError) -> str:
    """Return what getopt(3) says; of a long option it sees the second dash first."""
    option = error.opt if len(error.opt) == 1 else "-"
    if f"{option}:" in _OPTIONS[verb]:
        return f"option requires an argument -- '{option}'"
    return f"invalid option -- '{option}'"


def _end_with_usage() -> NoReturn:
    output.write_lines([_USAGE])
    raise SystemExit(_USAGE_STATUS)
