"""Which vmatui this is."""

from __future__ import annotations


def found_version() -> str:
    """Return the version of the installed package; finding it out takes longer than a verb."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("vmatui")
    except PackageNotFoundError:
        return "(not installed, so of no known version)"
