"""One run of the program: the words, the verb, and an exit status whatever happens.

The UI is handed in as a function, because nothing here may import it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Final

from vmatui.cli import diagnostics, output, referencewords
from vmatui.cli.arguments import Arguments
from vmatui.cli.interruption import Interruption
from vmatui.cli.output import OutputError
from vmatui.cli.parser import WordsError, parse, wants_json
from vmatui.errors import SourceError, UsageError, VmaError

OpenUi = Callable[[str | None, bool], int]
"""Gets a path, and whether the cache is to be left alone."""

_READER_GONE: Final = 141
"""The status of a program that SIGPIPE ended, as a shell tells it."""


def run(
    words: Sequence[str],
    interruption: Interruption,
    open_ui: OpenUi,
    *,
    is_reference: bool = False,
) -> int:
    """Do what the words ask for; return the exit status.

    Args:
        words: The command line without the program's name.
        interruption: Has begun; ended before the UI opens, which has its own way.
        open_ui: Opens the terminal UI on a path.
        is_reference: The program was called by the reference's name, so it takes its words alone.
    """
    _fill_standard_descriptors()
    diagnostics.speak_as(referencewords.NAME if is_reference else diagnostics.PROGRAM)
    understand = referencewords.parse_reference if is_reference else parse
    try:
        status = _run(understand, words, interruption, open_ui)
        output.flush()
    except BrokenPipeError:
        output.abandon()
        return _READER_GONE
    except OutputError as error:
        output.abandon()
        diagnostics.complain(str(error))
        return error.exit_code
    return status


def _run(
    understand: Callable[[Sequence[str]], Arguments],
    words: Sequence[str],
    interruption: Interruption,
    open_ui: OpenUi,
) -> int:
    try:
        arguments = understand(words)
    except WordsError as error:
        if wants_json(words):
            output.write_error(error.archive, error.sentence)
        return UsageError.exit_code
    except SystemExit as ended:
        return int(ended.code or 0)
    try:
        return _provided(arguments, interruption, open_ui)
    except OutputError:
        raise
    except VmaError as error:
        diagnostics.complain(str(error))
        if arguments.json:
            output.write_error(arguments.file, str(error))
        return error.exit_code


def _provided(arguments: Arguments, interruption: Interruption, open_ui: OpenUi) -> int:
    """Do what is asked for; say what the machine lacks for it.

    Raises:
        UsageError: the current folder was removed, so that no path has a meaning.
        SourceError: there is too little memory.
    """
    try:
        os.getcwd()  # noqa: PTH109, pathlib takes longer to load than this check may take
    except FileNotFoundError as error:
        raise UsageError("the current folder is gone: change to another (cd)") from error
    try:
        return _dispatch(arguments, interruption, open_ui)
    except MemoryError as error:
        raise SourceError(
            "there is not enough memory for this: free some, or raise its limit"
        ) from error


def _dispatch(arguments: Arguments, interruption: Interruption, open_ui: OpenUi) -> int:
    path = arguments.path
    match arguments.verb:
        case "list":
            from vmatui.cli.verbs import list as list_verb

            return list_verb.run(arguments)
        case "config":
            from vmatui.cli.verbs import config

            return config.run(arguments)
        case "verify":
            from vmatui.cli.verbs import verify

            return verify.run(arguments, interruption)
        case "seal":
            from vmatui.cli.verbs import seal

            return seal.run(arguments, interruption)
        case "restore" | "extract":
            from vmatui.cli.verbs import restore

            return restore.run(arguments, interruption)
        case "check":
            from vmatui.cli.verbs import check

            return check.run(arguments, interruption)
        case "create":
            from vmatui.cli.verbs import create

            return create.run(arguments, interruption)
        case "map":
            from vmatui.cli.verbs import map as map_verb

            return map_verb.run(arguments, interruption)
        case "demo":
            from vmatui.cli.verbs import demo

            path = str(demo.run(arguments))
            if arguments.no_ui:
                return 0
    interruption.end()
    return open_ui(path, arguments.no_cache)


def _fill_standard_descriptors() -> None:
    """Open what the caller closed: a disk opened as descriptor 2 would get our error messages."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
