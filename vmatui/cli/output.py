"""Standard output: data for people's eyes or for scripts, and nothing else.

Bytes are written as they are, whatever the locale says, so that lines equal the reference's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import IO

from vmatui.engine.jsontext import Json, json_text
from vmatui.errors import TargetError


class OutputError(TargetError):
    """Standard output itself is closed or cannot be written."""


def write(data: bytes) -> None:
    """Write bytes to standard output.

    Raises:
        OutputError: Standard output is closed or cannot be written.
        BrokenPipeError: Nobody reads it any more.
    """
    stream = _stream()
    try:
        stream.write(data)
    except OSError as error:
        raise _failure(error) from error


def write_lines(lines: Iterable[str]) -> None:
    """Write lines at once, so that who waits for them at the other end of a pipe gets them."""
    write("".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))
    flush()


def write_line(line: str) -> None:
    """Write one line at once."""
    write_lines([line])


def write_json(value: Mapping[str, Json]) -> None:
    """Write one JSON object as one line; a byte that is no text comes as an escape."""
    write_lines([json_text(value)])


def write_error(archive: str, sentence: str) -> None:
    """Write what `--json` prints instead of a result."""
    write_json({"archive": archive, "error": sentence})


def is_terminal() -> bool:
    """Whether a person sees standard output."""
    return sys.stdout is not None and sys.stdout.isatty()


def flush() -> None:
    """See to it that everything written so far has arrived.

    Raises:
        OutputError: Standard output cannot be written.
        BrokenPipeError: Nobody reads it any more.
    """
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except OSError as error:
            raise _failure(error) from error


def abandon() -> None:
    """Throw away what could not be written, so that the interpreter does not try again."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _stream() -> IO[bytes]:
    if sys.stdout is None:
        raise OutputError("standard output is closed, so nothing can be printed: open it")
    return sys.stdout.buffer


def _failure(error: OSError) -> BrokenPipeError | OutputError:
    if isinstance(error, BrokenPipeError):
        return error
    return OutputError(
        f"standard output cannot be written: {error.strerror}; send it to another place"
    )
