"""What a path on the command line must be to mean anything."""

from __future__ import annotations

import argparse


def path_word(word: str) -> str:
    """Return a path; an empty one, as of a variable that is not set, would mean this folder.

    Raises:
        argparse.ArgumentTypeError: it is empty.
    """
    if not word:
        raise argparse.ArgumentTypeError("an empty path names nothing: is a variable not set?")
    return word
