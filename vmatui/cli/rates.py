"""What the words for a rate mean on the command line."""

from __future__ import annotations

import argparse

from vmatui.engine.rates import parse_rate
from vmatui.errors import UsageError


def rate(word: str) -> int:
    """Return the bytes a second that `40M` or the like says.

    Raises:
        argparse.ArgumentTypeError: it says none.
    """
    try:
        return parse_rate(word)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
