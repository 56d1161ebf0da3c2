"""Which cache the words of the command line and the environment leave to a verb."""

from __future__ import annotations

import os

from vmatui.cli.arguments import Arguments
from vmatui.storage.cachefolder import CacheFolder, cache_folder


def chosen_cache(arguments: Arguments) -> CacheFolder | None:
    """Return the user's cache folder; None if it is to be left alone."""
    return None if arguments.no_cache else cache_folder(os.environ)
