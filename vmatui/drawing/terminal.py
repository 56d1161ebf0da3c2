"""What the terminal can show: colours or none, and characters beyond ASCII or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

_PLAIN_TERMINALS: Final = frozenset({"dumb", "linux", "vt100", "vt220"})
"""Terminals whose fonts are not to be trusted with block characters."""
_PLAIN_LOCALES: Final = frozenset({"C", "POSIX"})


class Abilities(NamedTuple):
    """What a terminal can show."""

    has_unicode: bool
    has_colour: bool


def abilities(environment: Mapping[str, str]) -> Abilities:
    """Judge by the environment's NO_COLOR, TERM and locale; what says nothing is taken as able.

    Args:
        environment: As `os.environ`.
    """
    locale = next(
        (environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), ""
    )
    terminal = environment.get("TERM", "")
    return Abilities(
        has_unicode=locale not in _PLAIN_LOCALES and terminal not in _PLAIN_TERMINALS,
        has_colour=not environment.get("NO_COLOR") and terminal != "dumb",
    )
