"""The words of the command line: which verb, which file, which options.

Nothing is opened or imported for it here, so that help and mistakes are answered at once.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NoReturn

from vmatui.cli import output
from vmatui.cli.arguments import Arguments
from vmatui.cli.checkoptions import add_check
from vmatui.cli.createoptions import add_create, disk_words
from vmatui.cli.options import (
    add_config,
    add_demo,
    add_file,
    add_json,
    add_map,
    add_no_cache,
    add_output_choice,
    add_verify,
)
from vmatui.cli.pathword import path_word
from vmatui.cli.reporting import add_report
from vmatui.cli.restoreoptions import add_restore
from vmatui.cli.sealoptions import add_seal, add_seal_option
from vmatui.cli.version import found_version
from vmatui.errors import UsageError, printable

if TYPE_CHECKING:  # what only types need costs no start-up time
    from _typeshed import SupportsWrite

_USAGE: Final = """\
vmatui [ARCHIVE|FOLDER]        look at archives in the terminal
       vmatui VERB ...                do one thing and end (VERB --help tells more)"""
_STATUS: Final = """\
exit status: 0 done and sound, 1 the archive has errors or a disk differs from it, 2 wrong usage,
3 no readable archive or disk, 4 an output cannot be written, 130 stopped by a signal"""

_RESTORING: Final = (add_file, add_restore, add_report, add_seal_option, add_output_choice)
_VERBS: Final[dict[str, tuple[str, Sequence[Callable[[argparse.ArgumentParser], None]]]]] = {
    "list": (
        "print configs, devices and creation time, or a folder's archives",
        (add_file, add_json),
    ),
    "config": ("print a configuration file", (add_file, add_config)),
    "verify": (
        "read the whole archive and tell what is wrong with it",
        (add_file, add_output_choice, add_verify),
    ),
    "seal": (
        "verify, and write digests beside the archive that prove it later",
        (add_seal, add_json),
    ),
    "restore": ("write devices and configs to a folder or to targets", _RESTORING),
    "extract": ("the same as restore", _RESTORING),
    "check": ("compare what was restored with the archive", (add_file, add_check, add_json)),
    "create": ("write an archive of disks and configs", (add_create, add_output_choice)),
    "map": ("draw where the data of each device is, and the faults", (add_file, add_map)),
    "demo": ("make a small archive and a damaged one, and look at them", (add_demo,)),
}
"""What each verb does, and what adds its options, in the order of its help."""
VERBS: Final = tuple(_VERBS)


class WordsError(SystemExit):
    """The words of the command line make no sense, and that was said on standard error."""

    def __init__(self, sentence: str) -> None:
        super().__init__(UsageError.exit_code)
        self.sentence = sentence
        self.archive = ""
        """Which archive was named, as far as that was understood."""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints carry no control characters, and whose help must arrive."""

    def error(self, message: str) -> NoReturn:
        sentence = printable(message)
        try:
            super().error(sentence)
        except SystemExit:
            raise WordsError(sentence) from None

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        output.write(self.format_help().encode())


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """The formatter, knowing the width without argparse's slow way to find it out."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width())


class _Version(argparse.Action):
    """Says the version; finding it out takes longer than a verb, so only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        output.write_lines([f"vmatui {found_version()}"])
        parser.exit()


def parse(words: Sequence[str]) -> Arguments:
    """Understand the command line; a first word that is no verb is a path for the UI.

    Args:
        words: The command line without the program's name.

    Raises:
        SystemExit: Help or the version was asked for and printed.
        WordsError: The words make no sense, and that was said.
    """
    is_path = (
        bool(words) and words[0] not in VERBS and words[0] not in {"-h", "--help", "--version"}
    )
    parser = _ui_parser() if is_path or not words else _verb_parser()
    arguments, late = parser.parse_known_args(words, Arguments())
    try:
        told = "" if _take_late(arguments, late) else f"unrecognized arguments: {' '.join(late)}"
    except argparse.ArgumentTypeError as error:
        told = str(error)
    if told:
        _refuse(parser, arguments, told)
    arguments.words = words
    return arguments


def _refuse(parser: argparse.ArgumentParser, arguments: Arguments, sentence: str) -> NoReturn:
    try:
        parser.error(sentence)
    except WordsError as error:
        error.archive = arguments.file
        raise


def wants_json(words: Sequence[str]) -> bool:
    """Whether words that make no sense ask a verb for JSON even so."""
    options = words[: words.index("--")] if "--" in words else words
    return bool(words) and words[0] in VERBS and "--json" in options


def _take_late(arguments: Arguments, words: Sequence[str]) -> bool:
    """Give a verb the optional words that stand after its options, as the reference takes them.

    argparse has decided at the first word that they are absent.

    Raises:
        argparse.ArgumentTypeError: One of them makes no sense.
    """
    if not words:
        return True
    if any(word.startswith("-") for word in words):
        return False
    if arguments.verb == "create":
        arguments.disks = [*arguments.disks, *map(disk_words, words)]
        return True
    takes_folder = arguments.verb in ("restore", "extract", "check")
    if takes_folder and arguments.folder is None and len(words) == 1:
        arguments.folder = path_word(words[0])
        return True
    return False


def _ui_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="vmatui", usage=_USAGE, formatter_class=_Formatter, allow_abbrev=False)
    parser.add_argument("path", nargs="?", type=path_word)
    add_no_cache(parser)
    return parser


def _verb_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="vmatui",
        usage=_USAGE,
        description="Open, verify, restore and create Proxmox VMA backup archives.",
        epilog=_STATUS,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", nargs=0, action=_Version, help="print the version")
    verbs = parser.add_subparsers(
        prog=parser.prog, dest="verb", metavar="VERB", title="verbs", required=True
    )
    for name, (text, adders) in _VERBS.items():
        verb = _verb(verbs, name, text)
        for add in adders:
            add(verb)
    return parser


def _verb(
    verbs: argparse._SubParsersAction[_Parser], name: str, text: str
) -> argparse.ArgumentParser:
    return verbs.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        formatter_class=_Formatter,
        allow_abbrev=False,
    )


def _width() -> int:
    try:
        return max(40, os.get_terminal_size(1).columns - 2)
    except OSError:
        return 98
