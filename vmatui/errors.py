"""The errors of vmatui: each is one sentence for a person and an exit code for a script.

A fault *inside* an archive is a finding, not an exception; what is raised here ends the job.
Every message says what, where and what to do, and carries no control characters.
"""

from __future__ import annotations

from typing import ClassVar


class VmaError(Exception):
    """The base of all errors that a user may see."""

    exit_code: ClassVar[int] = 3
    """The status that the command line ends with."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class UsageError(VmaError):
    """What was asked for makes no sense, or names something that is not there."""

    exit_code = 2


class SourceError(VmaError):
    """The archive cannot be opened or read."""


class NotAnArchiveError(SourceError):
    """What was opened is readable but no VMA archive; the message says what it is."""

    has_extents: bool = False
    """Whether extents follow all the same, so that it is an archive whose header is damaged."""


class HeaderError(SourceError):
    """The archive header is cut or so damaged that nothing after it can be found."""


class ManifestError(SourceError):
    """A manifest cannot be used; until its path is known, the message is what follows it."""


class FaultyArchiveError(VmaError):
    """The archive was read to its end and has errors, so its restored devices are incomplete."""

    exit_code = 1


class TargetError(VmaError):
    """A target cannot or must not be written."""

    exit_code = 4


class ReplacedError(TargetError):
    """Another process has taken a target's place meanwhile, so it cannot be taken up again."""


class SuspendedError(TargetError):
    """A restore could not go on; what it wrote is kept, and it can be taken up again."""


class CancelledError(VmaError):
    """The user stopped the job."""

    exit_code = 130


def printable(text: str) -> str:
    """Return the text with every control character and lone surrogate shown as an escape.

    Archive and file names reach error messages; an escape code in one must not reach a terminal.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )
