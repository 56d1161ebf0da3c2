"""The names inside an archive, made safe as file names.

A safe name joined to a folder is a file directly inside that folder, whatever the archive says.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from itertools import count
from typing import Final

MAX_NAME_BYTES: Final = 200
"""Most bytes of a safe name in UTF-8; file systems allow 255, the rest is for what we add."""
TEMPORARY: Final = "tmp-"
"""How the name of an output begins until it is complete."""
_LONGEST_SUFFIX: Final = 32
"""A last dot with more bytes than this after it does not start a suffix."""
_SEPARATORS: Final = "/\\"


def is_safe(name: str) -> bool:
    """Whether a name can be used as a file name as it is.

    It is not empty, starts with neither dot nor dash, has no separator and nothing that does not
    print (control characters, undecodable bytes, marks that turn the direction of writing), and
    takes at most `MAX_NAME_BYTES`.
    """
    return (
        bool(name)
        and name[0] not in ".-"
        and all(_is_harmless(char) for char in name)
        and len(name.encode()) <= MAX_NAME_BYTES
    )


def safe_name(name: str, taken: AbstractSet[str] = frozenset()) -> str:
    """Return a device or config name as a safe file name.

    Args:
        name: As the archive has it; undecodable bytes are surrogate escapes.
        taken: Names that are in use already.

    Returns:
        The name itself if it is safe and free; otherwise one with the harmful characters replaced
        by `_`, cut to length, and with "-2", "-3" ... before its suffix while it is taken.
    """
    stem, suffix = _split(_harmless(name))
    result = _joined(stem, suffix)
    numbers = count(2)
    while result in taken:
        result = _joined(stem, f"-{next(numbers)}{suffix}")
    return result


def _is_harmless(char: str) -> bool:
    return char.isprintable() and char not in _SEPARATORS


def _harmless(name: str) -> str:
    clean = "".join(char if _is_harmless(char) else "_" for char in name)
    return clean if clean and clean[0] not in ".-" else f"_{clean}"


def _split(name: str) -> tuple[str, str]:
    """Split a harmless name before its last dot; the first part is never empty."""
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > _LONGEST_SUFFIX:
        return name, ""
    return stem, dot + ending


def _joined(stem: str, ending: str) -> str:
    """Join the two, cutting the stem between two characters so that the whole fits."""
    room = MAX_NAME_BYTES - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore") + ending
