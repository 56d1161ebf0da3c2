"""Configuration files that go into an archive."""

from __future__ import annotations

from pathlib import Path

from vmatui.errors import SourceError, UsageError
from vmatui.format import layout
from vmatui.format.header import Config


def read_config(path: Path) -> Config:
    """Read a config, which an archive stores under the base name of its path.

    Raises:
        SourceError: it cannot be read.
        UsageError: it is larger than an archive can hold.
    """
    try:
        with path.open("rb") as file:
            data = file.read(layout.MAX_BLOB + 1)
    except OSError as error:
        raise SourceError(
            f"the config {path} cannot be read: {error.strerror}; name another"
        ) from error
    except ValueError:
        raise SourceError(f"the config {path} is no path that can exist: check it") from None
    if len(data) > layout.MAX_BLOB:
        raise UsageError(
            f"the config {path} is too large: an archive holds {layout.MAX_BLOB} bytes of each"
        )
    return Config(path.name, data)
