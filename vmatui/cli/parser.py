"""The words of the command line: which verb, which file, which options.

Nothing is opened or imported for it here, so that help and mistakes are answered at once.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NoReturn

from vmatui.cli import output
from vmatui.cli.checkoptions import add_check
from vmatui.cli.createoptions import DiskWords, add_create, disk_words
from vmatui.cli.reporting import add_report
from vmatui.cli.restoreoptions import Choice, add_restore
from vmatui.cli.sealoptions import add_manifest_option, add_seal, add_seal_option
from vmatui.cli.version import found_version
from vmatui.errors import printable

if TYPE_CHECKING:  # what only types need costs no start-up time
    from _typeshed import SupportsWrite

    from vmatui.engine.proxmox import Bus

VERBS: Final = (
    *("list", "config", "verify", "seal", "restore", "extract", "check", "create", "map", "demo"),
)

_USAGE: Final = """\
vmatui [ARCHIVE|FOLDER]        look at archives in the terminal
       vmatui VERB ...                do one thing and end (VERB --help tells more)"""
_STATUS: Final = """\
exit status: 0 done and sound, 1 the archive has errors or a disk differs from it, 2 wrong usage,
3 no readable archive or disk, 4 an output cannot be written, 130 stopped by a signal"""


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


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints carry no control characters, and whose help must arrive."""

    def error(self, message: str) -> NoReturn:
        super().error(printable(message))

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
        SystemExit: Help or the version was asked for and printed (0), or the words make no sense
            and that was said (2).
    """
    is_path = (
        bool(words) and words[0] not in VERBS and words[0] not in {"-h", "--help", "--version"}
    )
    parser = _ui_parser() if is_path or not words else _verb_parser()
    arguments, late = parser.parse_known_args(words, Arguments())
    if late and not _take_late(arguments, late):
        parser.error(f"unrecognized arguments: {' '.join(late)}")
    arguments.words = words
    return arguments


def _take_late(arguments: Arguments, words: Sequence[str]) -> bool:
    """Give a verb the optional words that stand after its options, as the reference takes them.

    argparse has decided at the first word that they are absent.
    """
    if any(word.startswith("-") for word in words):
        return False
    if arguments.verb == "create":
        arguments.disks = [*arguments.disks, *map(disk_words, words)]
        return True
    takes_folder = arguments.verb in ("restore", "extract", "check")
    if takes_folder and arguments.folder is None and len(words) == 1:
        arguments.folder = words[0]
        return True
    return False


def _ui_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="vmatui", usage=_USAGE, formatter_class=_Formatter, allow_abbrev=False)
    parser.add_argument("path", nargs="?")
    _add_no_cache(parser)
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
    _add_list(
        _verb(verbs, "list", "print configs, devices and creation time, or a folder's archives")
    )
    _add_config(_verb(verbs, "config", "print a configuration file"))
    _add_verify(_verb(verbs, "verify", "read the whole archive and tell what is wrong with it"))
    seal = _verb(verbs, "seal", "verify, and write digests beside the archive that prove it later")
    add_seal(seal)
    _add_json(seal)
    restoring = "write devices and configs to a folder or to targets"
    for name, text in (("restore", restoring), ("extract", "the same as restore")):
        restore = _verb(verbs, name, text)
        _add_file(restore)
        add_restore(restore)
        add_report(restore)
        add_seal_option(restore)
        _add_output_choice(restore)
    check = _verb(verbs, "check", "compare what was restored with the archive")
    _add_file(check)
    add_check(check)
    _add_json(check)
    create = _verb(verbs, "create", "write an archive of disks and configs")
    add_create(create)
    _add_output_choice(create)
    _add_map(_verb(verbs, "map", "draw where the data of each device is, and the faults"))
    _add_demo(_verb(verbs, "demo", "make a small archive and a damaged one, and look at them"))
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


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="the archive, compressed or not; - is standard input"
    )


def _add_json(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _add_output_choice(parser: argparse.ArgumentParser) -> None:
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "-v", dest="verbose", action="store_true", help="print progress and sums as vma does"
    )
    _add_json(choice)


def _add_list(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
    _add_json(parser)


def _add_config(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
    parser.add_argument("-c", dest="name", metavar="NAME", help="default: qemu-server.conf")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object with all configs, or with NAME"
    )


def _add_verify(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
    _add_output_choice(parser)
    parser.add_argument(
        "--quick", action="store_true", help="read only the headers, if FILE is not compressed"
    )
    add_manifest_option(parser)
    _add_no_cache(parser)
    add_report(parser)
    parser.add_argument(
        "--overwrite", action="store_true", help="a page that is there may be replaced"
    )


def _add_map(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
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
        default="-",
        help="write a new picture, FILE.svg or FILE.png; the default, -, prints text",
    )
    _add_json(output_choice)
    _add_no_cache(parser)


def _add_no_cache(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="neither recall nor keep what was read of a compressed archive",
    )


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", help="default: a new one for temporary files"
    )
    parser.add_argument(
        "--no-ui", action="store_true", help="make the archives, print their paths, and end"
    )


def _width() -> int:
    try:
        return max(40, os.get_terminal_size(1).columns - 2)
    except OSError:
        return 98
